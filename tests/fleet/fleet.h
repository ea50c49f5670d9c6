// Fleet: what all hosts share. Constant after construction, but for journal and orphans, which any thread may call.

#pragma once

#include "children.h"
#include "faultmap.h"
#include "hostkeys.h"
#include "journal.h"
#include "options.h"
#include "scripts.h"

#include <memory>

namespace collector::fleet {

struct Fleet
{
    explicit Fleet(Options given) : options(std::move(given)), keys(options), scripts(options), faults(options), journal(options.logFile) {}

    const Options options;
    const HostKeys keys;
    const Scripts scripts;
    const FaultMap faults;
    Journal journal;
    Orphans orphans;
};

} // namespace collector::fleet
