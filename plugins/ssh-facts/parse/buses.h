// What sits on the buses: PCI and USB, in numbers, with the kind of each PCI device by its class.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parsePci(const Section &in, Findings &out);

} // namespace collector::facts
