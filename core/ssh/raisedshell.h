// RaisedShell: one command as another user, through sudo, doas or su.
//
// The password is sent only after the prompt that we have named ourselves, the script only once the raised shell has said that it reads:
// cached credentials or NOPASSWD never make a command of the password. Throws JobError: sudo_denied, auth_stopped, and what ExecChannel
// throws. On the session's thread.

#pragma once

#include "ssh/execchannel.h"
#include "ssh/sshworker.h"

#include <optional>

namespace collector {

class RaisedShell
{
public:
    RaisedShell(SshWorker &worker, SshSession &session, const SshSettings &settings, SshProgress &progress);

    Task<ShellReply> run(ShellCommand command, Deadline deadline);

private:
    Task<> raise(ExecChannel &channel, Deadline deadline);
    Task<> givePassword(ExecChannel &channel, Deadline deadline);
    [[nodiscard]] bool isAskingForPassword(const ExecChannel &channel) const;
    [[nodiscard]] bool takeBegun(ExecChannel &channel) const;
    [[nodiscard]] JobError denied(const ExecChannel &channel) const;

    SshWorker &m_worker;
    SshSession &m_session;
    const SshSettings &m_settings;
    SshProgress &m_progress;
    const QByteArray m_prompt;
    const QByteArray m_begun;
    PasswordBrake::Attempt m_attempt;
};

} // namespace collector
