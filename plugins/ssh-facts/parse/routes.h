// Routing tables: ip route, /proc/net, netstat -rn of the BSDs, macOS, Solaris and Linux.

#pragma once

#include "../findings.h"
#include "../frames.h"

namespace collector::facts {

void parseRoutes(const Section &in, Findings &out);

[[nodiscard]] QJsonArray parseIpRoute(QByteArrayView output);
[[nodiscard]] QJsonArray parseNetstatRoutes(QByteArrayView output);
[[nodiscard]] QJsonArray parseProcRoutes(QByteArrayView route, QByteArrayView ipv6Route, ByteOrder order = ByteOrder::Little);

} // namespace collector::facts
