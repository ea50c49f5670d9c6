// RaisedShell: one command as another user, through sudo, doas or su.
//
// The password is sent only after the prompt that we have named ourselves, the script only once the raised shell has said that it reads:
// cached credentials or NOPASSWD never make a command of the password. Throws JobError: sudo_denied, auth_stopped, and what the command
// throws. On the worker's thread.

#pragma once

#include "ssh/raisingtalk.h"
#include "ssh/runningcommand.h"
#include "ssh/sshsettings.h"
#include "ssh/sshworker.h"

#include <collector/joberror.h>

namespace collector {

class RaisedShell
{
public:
    RaisedShell(SshWorker &worker, const SshSettings &settings);

    // What the host is to be asked to run first.
    [[nodiscard]] QByteArray commandLine() const;
    // Then this, in the shell that it raises.
    Task<ShellReply> run(RunningCommand &shell, ShellCommand command, Deadline deadline);

    // For a script that raises single commands, with the password each time: is it wanted, and right? Asked once, with the brake on, or a
    // wrong one would be refused as often as there are commands. False also where it is not wanted, or nobody may try it any more.
    [[nodiscard]] QByteArray verifyingLine() const;
    Task<bool> verify(RunningCommand &shell, Deadline deadline);
    // Why that was false, for a person; empty: it was not wanted.
    [[nodiscard]] const QString &whyNotGiven() const { return m_whyNotGiven; }

private:
    Task<> raise(RunningCommand &shell, Deadline deadline);
    Task<> givePassword(RunningCommand &shell);

    SshWorker &m_worker;
    const SshSettings &m_settings;
    RaisingTalk m_talk;
    PasswordBrake::Attempt m_attempt;
    bool m_isGiven = false; // the password
    QString m_whyNotGiven;
};

} // namespace collector
