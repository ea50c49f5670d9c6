// --rerun and --since: what a former result says of its hosts.

#pragma once

#include "inventory/inventory.h"
#include "output/outputspec.h"

#include <QByteArray>
#include <QHash>
#include <QSet>
#include <QString>

#include <optional>

namespace collector {

// The hosts that have one of these statuses in a result (`failed,unreachable,…`; empty: the usual four). Throws UsageError.
[[nodiscard]] QSet<QByteArray> hostsToRerun(const QString &result, const QString &statuses);

// What is wrong with an inventory that lacks some of the hosts that are to be tried again, in words; empty: nothing. Throws UsageError
// where it has none of them.
[[nodiscard]] QString strangersTo(const Inventory &inventory, const QSet<QByteArray> &hosts, const QString &result);

// The output that a run which tries the hosts of `result` again would write over: `result` itself, or the file that it was to become
// (FILE.partial). Nothing where it writes elsewhere.
[[nodiscard]] std::optional<OutputSpec> outputOver(const QString &result, const QList<OutputSpec> &outputs);

// When each host was last asked with success, milliseconds since the epoch. Throws UsageError.
[[nodiscard]] QHash<QByteArray, qint64> agesOf(const QString &result);

} // namespace collector
