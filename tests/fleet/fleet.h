// Fleet: what all hosts share. Constant after construction, but for the journal, which may be called from any thread.

#pragma once

#include "faultmap.h"
#include "hostkeys.h"
#include "journal.h"
#include "options.h"

#include <memory>

namespace collector::fleet {

struct Fleet
{
    explicit Fleet(Options given) : options(std::move(given)), keys(options), faults(options), journal(options.logFile) {}

    const Options options;
    const HostKeys keys;
    const FaultMap faults;
    Journal journal;
};

} // namespace collector::fleet
