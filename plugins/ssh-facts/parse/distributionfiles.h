// The release files of a Linux: which one decides, and what it says. Split from distribution.* for its length alone.

#pragma once

#include "distribution.h"

namespace collector::facts {

void parseDistributionFiles(const Section &in, Findings &out);

} // namespace collector::facts
