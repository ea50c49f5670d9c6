#include "ssh/sshrun.h"

#include "ssh/agentclient.h"
#include "ssh/jumpservice.h"
#include "ssh/knownhostsappender.h"
#include "ssh/terminalquestions.h"

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

JumpService &SshRun::jumps()
{
    std::call_once(m_areJumpsMade, [this] { m_jumps = std::make_unique<JumpService>(*this); });
    return *m_jumps;
}

} // namespace collector
