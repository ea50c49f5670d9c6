// The verbs beside a run, each in a pair of files of its own.

#pragma once

#include <QStringList>

#include <optional>

namespace collector {

// Runs the verb; nothing where there is none of that name. Throws UsageError.
[[nodiscard]] std::optional<int> runVerb(const QString &verb, const QStringList &words);

} // namespace collector
