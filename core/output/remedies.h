// What a person can do about a cause: one line each, a command where there is one. Pure.

#pragma once

#include <collector/cause.h>

#include <QString>

namespace collector {

// Empty for None. `result`: a file that --rerun can be given; empty: there is none. `hasJournal`: --resume has something to go on from.
[[nodiscard]] QString remedy(Cause cause, const QString &result, bool hasJournal);

} // namespace collector
