// --deadline: a duration (`30m`), or a time of day (`06:00`: local, its next occurrence).

#pragma once

#include <QString>

#include <chrono>

namespace collector {

// From now on. Throws UsageError where it is neither.
[[nodiscard]] std::chrono::milliseconds parseDeadline(const QString &text);

} // namespace collector
