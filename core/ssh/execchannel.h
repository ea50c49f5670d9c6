// ExecChannel: one command on one channel of a session.
//
// open(), then exec(), then runToEnd(); between them advance() where somebody reads along. What the host sends is kept up to the limits,
// never more. Destroyed before its command has ended, it kills that where the host lets it, and closes the channel. On the session's
// thread.

#pragma once

#include "ssh/commandguard.h"
#include "ssh/outputrest.h"
#include "ssh/runningcommand.h"
#include "ssh/serveralive.h"
#include "ssh/session.h"
#include "ssh/sshprogress.h"
#include "ssh/sshsettings.h"

#include <collector/remoteshell.h>
#include <collector/task.h>

#include <libssh/callbacks.h>

namespace collector {

class ExecChannel final : public RunningCommand
{
public:
    ExecChannel(SshSession &session, const SshSettings &settings, SshProgress &progress, OutputLimits limits);
    ~ExecChannel() override;

    // `willFeed`: something is to be sent to the command, so the host's packet size matters. Throws JobError: channel_refused,
    // exec_timeout, connection_lost.
    Task<> open(bool willFeed);
    // Throws JobError: shell_rejected, exec_timeout, connection_lost.
    Task<> exec(QByteArray command);
    // For a command that nothing on the host would end; `end`: when it is cut off.
    void guard(const QByteArray &mark, Deadline end) { m_guard.emplace(m_session, mark, end); }

    void feed(const QByteArray &bytes) override;
    void feedEnd() override;
    void feedSecret(const Secret &secret) override;
    Task<bool> advance(Deadline deadline) override;
    [[nodiscard]] bool isOver() const override { return m_isOver; }
    Task<ShellReply> runToEnd(Deadline deadline) override;

private:
    Task<bool> tryToOpen(bool willFeed, Deadline deadline);
    int takeData(const void *bytes, uint32_t size, bool isError);
    void setExitStatus(int status);
    void setSignal(const char *name);
    bool sendSecret();
    void sendInput();
    void nudge();
    void judge();
    [[nodiscard]] bool hasEnd() const { return m_reply.exitStatus || !m_reply.signal.isEmpty(); }
    [[nodiscard]] bool isFlooded() const;
    [[nodiscard]] QString lateness() const;
    [[nodiscard]] ShellReply takeReply();
    void check(SshSession::Outcome outcome, const QString &during, std::chrono::milliseconds limit);
    [[nodiscard]] JobError lost(const QString &during) const;

    SshSession &m_session;
    const SshSettings &m_settings;
    SshProgress &m_progress;
    const OutputLimits m_limits;
    ssh_channel m_channel = nullptr; // the session's
    ssh_channel_callbacks_struct m_callbacks{};
    QByteArray m_input;
    qsizetype m_inputSent = 0;
    Secret m_secret; // that libssh has not taken yet
    std::optional<CommandGuard> m_guard;
    std::optional<ServerAlive> m_alive; // from the start of the command
    std::optional<OutputRest> m_rest;   // from the status, where the output has not ended
    Deadline m_nextNudge = never;       // of a watchdog whose script may have ended
    uint64_t m_outputPackets = 0;
    uint64_t m_mayReceiveBeside = 0; // bytes from the host that the output received so far explains
    bool m_isFed = false;            // with more than a password
    bool m_isInputEnding = false;
    bool m_isInputEnded = false;
    bool m_isEof = false;
    bool m_isClosed = false;
    bool m_isOver = false;
    bool m_isLost = false;   // the connection is gone
    bool m_isSilent = false; // and no answer to ServerAlive's questions
};

} // namespace collector
