// `collector explain HOST`: how a host would be connected to, each value with the place that it is from, what would be sent to it,
// and, with --connect, how long each step takes; without it nothing is contacted. Main thread.

#pragma once

#include <QStringList>

namespace collector {

// `words`: what follows `explain`: the host, and options as for a run. Returns the exit status: 0, 1 output error; throws UsageError.
[[nodiscard]] int runExplainVerb(const QStringList &words);

} // namespace collector
