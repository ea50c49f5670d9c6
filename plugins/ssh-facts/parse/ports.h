// Sockets that wait for somebody: /proc/net/{tcp,udp}, sockstat, netstat.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parsePorts(const Section &in, Findings &out);

} // namespace collector::facts
