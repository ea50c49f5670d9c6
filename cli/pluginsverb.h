// `collector plugins`: which plugins there are, what they take and give, and why one is refused. Main thread.

#pragma once

#include <QStringList>

namespace collector {

// `words`: what follows `plugins`. Returns the exit status: 0, 1 output error, 2 usage, or a plugin that is refused.
[[nodiscard]] int runPluginsVerb(const QStringList &words);

} // namespace collector
