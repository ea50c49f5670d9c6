// culprit(): who holds a worker that does not yield, for a person. Of the watchdog; any thread.

#pragma once

#include "engine/ledger.h"
#include "engine/plan.h"

#include <QString>

namespace collector {

// `place`: the running job's (RunningJob::place). `the plugin X on host Y`; `a call outside of …` where it is nobody's.
[[nodiscard]] QString culprit(const Plan &plan, const Ledger &ledger, quint64 place);

} // namespace collector
