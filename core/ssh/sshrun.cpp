#include "ssh/sshrun.h"

#include "ssh/agentclient.h"
#include "ssh/knownhostsappender.h"

#include <algorithm>
#include <thread>

namespace collector {

SshRun::SshRun(Options wanted, Resolver &names, ThreadPool &pool)
    : options(std::move(wanted)),
      resolver(names),
      blocking(pool),
      calculations(int(std::clamp(std::thread::hardware_concurrency(), 1U, 8U)), "calculates"),
      addresses(options.unauthenticatedPerAddress),
      passwords(options.maxAuthFailures),
      opensshProcesses(options.opensshProcesses)
{
}

SshRun::~SshRun() = default;

} // namespace collector
