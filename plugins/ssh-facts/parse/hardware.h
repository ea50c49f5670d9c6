// Memory modules, md arrays, ZFS, cloud instance, clock: what needs no more than a page each.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseMemoryModules(const Section &in, Findings &out);
void parseStorage(const Section &in, Findings &out);
void parseCloud(const Section &in, Findings &out);
void parseClock(const Section &in, Findings &out);

[[nodiscard]] QJsonArray parseMdstat(QByteArrayView mdstat);

} // namespace collector::facts
