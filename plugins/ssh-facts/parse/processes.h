// Processes in brief; containers and guests of whatever runs them.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseProcesses(const Section &in, Findings &out);
void parseProcessArguments(const Section &in, Findings &out);
void parseContainers(const Section &in, Findings &out);

// A command line with what looks like a secret replaced: what follows --password, -p of mysql, token=, a URL's credentials.
[[nodiscard]] QByteArray masked(QByteArrayView commandLine);

} // namespace collector::facts
