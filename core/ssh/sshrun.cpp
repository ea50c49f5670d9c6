#include "ssh/sshrun.h"

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
