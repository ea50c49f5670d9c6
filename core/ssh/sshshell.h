// SshShell: the one SSH connection to a host, as its jobs see it.
//
// Connects when the first command asks for it; what that failed with, each later command fails with again. Commands run one after the
// other, each on a channel of its own. `info` and `progress` belong to the host's run, outlive the shell and are filled in as things are
// learnt, so that they also tell of a connection that failed. Destroying the shell drops the connection at once; its run() tasks must be
// gone by then. On the worker's thread.

#pragma once

#include "model/record.h"
#include "ssh/sshprogress.h"
#include "ssh/sshsettings.h"
#include "ssh/sshworker.h"

#include <collector/joberror.h>
#include <collector/remoteshell.h>

#include <memory>
#include <optional>

namespace collector {

class RaisedShell;
class RunningCommand;
class SshConnection;

class SshShell final : public RemoteShell
{
public:
    // `attemptEnd`: when the host's time is over, what it is held not counted; nothing: as the settings have it, from now on.
    SshShell(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
             std::optional<Deadline> attemptEnd = {});
    ~SshShell() override;

    using RemoteShell::run;
    Task<ShellReply> run(ShellCommand command) override { return run(std::move(command), false); }
    Task<ShellReply> runUntilLate(ShellCommand command) override { return run(std::move(command), true); }

    // What a job that was refused for such a cause, and went on, could not know; to be put behind its message.
    [[nodiscard]] QString remarkOn(Cause cause) const;

private:
    Task<ShellReply> run(ShellCommand command, bool isKeptWhenLate);
    void keepWhenLate(RunningCommand &running, Deadline deadline) const;
    Task<> connect();
    void withholdPassword();
    Task<ShellReply> runNatively(ShellCommand command, Deadline deadline, bool isKeptWhenLate);
    template<typename Command>
    Task<ShellReply> runAsProcess(std::unique_ptr<Command> process, ShellCommand command, Deadline deadline, bool isKeptWhenLate);
    Task<bool> isBecomePasswordWanted(Deadline deadline);
    Task<bool> verify(RaisedShell &raised, Deadline deadline);
    void refuseExpired(const ShellReply &reply);
    [[nodiscard]] QByteArray commandLine(const ShellCommand &command) const;
    static void feed(RunningCommand &running, const ShellCommand &command);

    SshWorker &m_worker;
    std::shared_ptr<const SshSettings> m_settings;
    ConnectionInfo &m_info;
    SshProgress &m_progress;
    const Deadline m_attemptEnd;
    Gate m_turn{1}; // one command at a time
    std::unique_ptr<SshConnection> m_connection;
    std::optional<JobError> m_failure;      // of the connection
    std::optional<bool> m_isPasswordWanted; // by sudo, of a script that raises single commands; nothing: it was not asked yet
    QString m_whyNoPassword;                // is given to such a script, where it was asked and refused
};

} // namespace collector
