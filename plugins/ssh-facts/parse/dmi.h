// Vendor, product, board, chassis and firmware: from DMI, or the device tree. What root alone may read is `denied`, never "NA".

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseDmi(const Section &in, Findings &out);

} // namespace collector::facts
