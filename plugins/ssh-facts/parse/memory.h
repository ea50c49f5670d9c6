// Memory and swap from /proc/meminfo, in mebibytes as Ansible counts them, and in bytes.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseMemory(const Section &in, Findings &out);

} // namespace collector::facts
