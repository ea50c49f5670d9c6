// What the sections give on systems that are not Linux: FreeBSD, OpenBSD, NetBSD, DragonFly, macOS, Solaris, AIX. Each is called by
// the section's own parser where Linux' files are not there.

#pragma once

#include "../findings.h"
#include "../frames.h"

#include <optional>

namespace collector::facts {

void parseCpuElsewhere(const Section &in, Findings &out);
void parseMemoryElsewhere(const Section &in, Findings &out);
void parseStateElsewhere(const Section &in, Findings &out);
void parseDmiElsewhere(const Section &in, Findings &out);
void parseVirtualizationElsewhere(const Section &in, Findings &out);
void parseMountsElsewhere(const Section &in, Findings &out);
void parseNetworkElsewhere(const Section &in, Findings &out);
void parseDevicesElsewhere(const Section &in, Findings &out);

// The value of the first line `key: value`.
[[nodiscard]] QByteArrayView valueIn(QByteArrayView output, QByteArrayView key);
// `mount` without arguments: BSD's, macOS', Linux', Solaris' and AIX' ways to write a line.
[[nodiscard]] QJsonArray parseMountTable(QByteArrayView output);
// Seconds in `up 2 days, 19:32,`; nothing where there is no such thing.
[[nodiscard]] std::optional<qint64> parseUptime(QByteArrayView output);
// When the system was started, in seconds since 1970: what kern.boottime and kstat say.
[[nodiscard]] std::optional<qint64> parseBootTime(QByteArrayView text);
// The three numbers behind `load average:` or `load averages:`, or of vm.loadavg.
[[nodiscard]] std::optional<QJsonObject> parseLoad(QByteArrayView text);

} // namespace collector::facts
