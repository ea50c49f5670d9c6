// Processes in brief; containers and guests of whatever runs them.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseProcesses(const Section &in, Findings &out);
void parseProcessArguments(const Section &in, Findings &out);
void parseContainers(const Section &in, Findings &out);

} // namespace collector::facts
