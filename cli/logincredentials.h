// LoginCredentials: what the options, the environment and an agent give to log in with. Main thread: it may ask on the terminal.

#pragma once

#include "cli/runoptions.h"
#include "ssh/agentclient.h"
#include "ssh/credentials.h"
#include "ssh/sshconfig.h"

#include <memory>

namespace collector {

// COLLECTOR_PASSWORD, and unsets it: before anything is started that would inherit it, such as a dynamic inventory.
[[nodiscard]] std::optional<Secret> takeEnvironmentPassword();

// Which of options and environment gives a secret: the command line's, which the environment is part of, before the configuration's.
struct GivenSecret
{
    std::optional<QString> file; // nothing: the environment, or else the terminal
    bool isInEnvironment = false;
    SettingPlace place;
};
// Nothing: there is none.
[[nodiscard]] std::optional<GivenSecret> givenPassword(const RunOptions &options, bool isInEnvironment);
[[nodiscard]] std::optional<GivenSecret> givenBecomePassword(const RunOptions &options);

struct LoginCredentials
{
    std::shared_ptr<Credentials> credentials;
    std::shared_ptr<AgentClient> agent; // null: there is none, or it holds no key

    // Says on stderr which keys had to be left out. Throws UsageError.
    [[nodiscard]] static LoginCredentials gather(const RunOptions &options, const SshConfig &config, std::optional<Secret> ofEnvironment);
    // For a run that logs in nowhere: asks for nothing, and says which of the secrets that were typed have no effect.
    static void forgo(const RunOptions &options);
};

} // namespace collector
