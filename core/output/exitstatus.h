// The exit status of a run (CONTRACT, the table of statuses). Pure.

#pragma once

#include "output/runcounts.h"

namespace collector {

struct RunEnd
{
    bool hasInternalError = false; // or an output could not be written
    int signal = 0;                // SIGINT or SIGTERM that ended it; 0: none
    bool deadlinePassed = false;   // counts where it came before every host was tried
    double minimumOkPercent = 0;   // --min-ok
    quint64 missing = 0;           // hosts without a record: a defect of ours, and the run is not complete
};

// The first that applies of 1, 130/143, 5, 6, 4, 3, 0.
[[nodiscard]] int exitStatus(const RunEnd &end, const RunCounts &counts);

// Whether no host was left out, or cut short, by a signal, the deadline or a failure of ours.
[[nodiscard]] bool wasEveryHostTried(const RunCounts &counts);

// Whether the outputs take their names: every host was tried and enough of them are ok.
[[nodiscard]] bool isComplete(const RunEnd &end, const RunCounts &counts);

} // namespace collector
