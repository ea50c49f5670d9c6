// --rerun and --since: what a former result says of its hosts.

#pragma once

#include <QByteArray>
#include <QHash>
#include <QSet>
#include <QString>

namespace collector {

// The hosts that have one of these statuses in a result (`failed,unreachable,…`; empty: the usual four). Throws UsageError.
[[nodiscard]] QSet<QByteArray> hostsToRerun(const QString &result, const QString &statuses);

// When each host was last asked with success, milliseconds since the epoch. Throws UsageError.
[[nodiscard]] QHash<QByteArray, qint64> agesOf(const QString &result);

} // namespace collector
