// The management controller, RAID controllers, what memory and disks say of themselves.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseBmc(const Section &in, Findings &out);
void parseDiskHealth(const Section &in, Findings &out);

} // namespace collector::facts
