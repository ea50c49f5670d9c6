// LoginCredentials: what the options, the environment and an agent give to log in with. Main thread: it may ask on the terminal.

#pragma once

#include "cli/runoptions.h"
#include "ssh/agentclient.h"
#include "ssh/credentials.h"
#include "ssh/sshconfig.h"

#include <memory>

namespace collector {

struct LoginCredentials
{
    std::shared_ptr<Credentials> credentials;
    std::shared_ptr<AgentClient> agent; // null: there is none, or it holds no key

    // Says on stderr which keys had to be left out. Throws UsageError.
    [[nodiscard]] static LoginCredentials gather(const RunOptions &options, const SshConfig &config);
};

} // namespace collector
