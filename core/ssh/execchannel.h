// ExecChannel: one command on one channel of a session.
//
// open(), then exec(), then runToEnd(); between them advance() where somebody reads along. What the host sends is kept up to the limits,
// never more. Destroyed before its command has ended, it kills that where the host lets it, and closes the channel. On the session's
// thread.

#pragma once

#include "ssh/secret.h"
#include "ssh/session.h"
#include "ssh/sshprogress.h"
#include "ssh/sshsettings.h"

#include <collector/remoteshell.h>
#include <collector/task.h>

#include <libssh/callbacks.h>

namespace collector {

class ExecChannel
{
public:
    struct Limits
    {
        qint64 output = 4 << 20;
        qint64 error = 64 << 10;
    };

    ExecChannel(SshSession &session, const SshSettings &settings, SshProgress &progress, Limits limits);
    ~ExecChannel();
    ExecChannel(const ExecChannel &) = delete;
    ExecChannel &operator=(const ExecChannel &) = delete;

    // `willFeed`: something is to be sent to the command, so the host's packet size matters. Throws JobError: channel_refused,
    // exec_timeout, connection_lost.
    Task<> open(bool willFeed);
    // Throws JobError: shell_rejected, exec_timeout, connection_lost.
    Task<> exec(QByteArray command);

    // To the command's standard input, after what was fed before. As it is taken, never far ahead.
    void feed(const QByteArray &bytes);
    void feedEnd();
    void feedSecret(const Secret &secret); // and a line end; kept nowhere

    // One step: until something has come or gone, or the deadline. False: the deadline has come.
    Task<bool> advance(Deadline deadline);
    [[nodiscard]] bool isOver() const { return m_isOver; }

    // The rest of the way. Throws JobError: exec_timeout, connection_lost, output_limit.
    Task<ShellReply> runToEnd(Deadline deadline);

    [[nodiscard]] const QByteArray &output() const { return m_reply.output; }
    [[nodiscard]] const QByteArray &errorOutput() const { return m_reply.errorOutput; }
    // What has been read along is not part of the reply.
    void forgetOutput() { m_reply.output.clear(); }
    void forgetErrorOutput() { m_reply.errorOutput.clear(); }

private:
    int takeData(const void *bytes, uint32_t size, bool isError);
    void setExitStatus(int status);
    void setSignal(const char *name);
    void sendInput();
    void judge();
    [[nodiscard]] ShellReply takeReply();
    void check(SshSession::Outcome outcome, const QString &during);

    SshSession &m_session;
    const SshSettings &m_settings;
    SshProgress &m_progress;
    const Limits m_limits;
    ssh_channel m_channel = nullptr; // the session's
    ssh_channel_callbacks_struct m_callbacks{};
    ShellReply m_reply;
    QByteArray m_input;
    qsizetype m_inputSent = 0;
    Deadline m_graceEnd = never;
    bool m_isInputEnding = false;
    bool m_isInputEnded = false;
    bool m_isEof = false;
    bool m_isClosed = false;
    bool m_isOver = false;
    bool m_isLost = false; // the connection is gone
};

} // namespace collector
