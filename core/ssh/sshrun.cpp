#include "ssh/sshrun.h"

#include "ssh/agentclient.h"
#include "ssh/knownhostsappender.h"

namespace collector {

SshRun::SshRun(Options wanted, Resolver &names, ThreadPool &pool)
    : options(std::move(wanted)),
      resolver(names),
      blocking(pool),
      addresses(options.unauthenticatedPerAddress),
      passwords(options.maxAuthFailures),
      opensshProcesses(options.opensshProcesses)
{
}

SshRun::~SshRun() = default;

} // namespace collector
