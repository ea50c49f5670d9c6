// Guest of what, host of what: Ansible's `virtualization_*`, from /proc, /sys and DMI; the first sign found gives type and role.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseVirtualization(const Section &in, Findings &out);

} // namespace collector::facts
