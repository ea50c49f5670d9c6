// The short ones of /proc: uptime, load, kernel command line, date and time.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseState(const Section &in, Findings &out);
void parseCmdline(const Section &in, Findings &out);
void parseDateTime(const Section &in, Findings &out);

// `a=1 b="x y" c` as Ansible splits it: quotes hold together and stay.
[[nodiscard]] QList<QByteArray> commandLineWords(QByteArrayView line);
// The name of summer time in a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3`; that of the time itself where there is none.
[[nodiscard]] QByteArray summerTimeName(QByteArrayView posixZone);

} // namespace collector::facts
