// Processors from /proc/cpuinfo in Ansible's words (`processor*`, with its way of counting), and beside them what /sys's
// topology says of sockets, cores and threads, which is right on every architecture.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

// Needs `architecture` of parsePlatform().
void parseCpu(const Section &in, Findings &out);

// How many numbers a kernel list such as `0-3,8,10-11` holds; 0 where it is none.
[[nodiscard]] qint64 countOfList(QByteArrayView list);

} // namespace collector::facts
