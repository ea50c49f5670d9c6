// Fleet: what all hosts share. Constant after construction, but for journal and orphans, which any thread may call.

#pragma once

#include "children.h"
#include "faultmap.h"
#include "hostkeys.h"
#include "journal.h"
#include "options.h"
#include "scripts.h"

#include <stdexcept>
#include <utility>

namespace collector::fleet {

struct Fleet
{
    explicit Fleet(Options given) : options(std::move(given)), keys(options), scripts(options), faults(options), journal(options.logFile)
    {
        if (faults.needsEd25519() && keys.identity().seed.empty())
            throw std::invalid_argument("this fault needs an ed25519 host key");
    }

    const Options options;
    const HostKeys keys;
    const Scripts scripts;
    const FaultMap faults;
    Journal journal;
    Orphans orphans;
};

} // namespace collector::fleet
