// What a person can do about a cause: a line each, and behind it a command, where there is one that can be pasted. Pure.

#pragma once

#include "output/retry.h"

#include <collector/cause.h>

#include <QString>

namespace collector {

// Empty for None. `retry`: of the outputs of this run. `hasJournal`: --resume has something to go on from.
[[nodiscard]] QString remedy(Cause cause, const Retry &retry, bool hasJournal);
// Whether that says to try again with `retry.options`, which need retryNote() to be said once beside them.
[[nodiscard]] bool namesRetry(Cause cause);
// What these options are to stand for, and how the records come together. Empty where there are none.
[[nodiscard]] QString retryNote(const Retry &retry);

} // namespace collector
