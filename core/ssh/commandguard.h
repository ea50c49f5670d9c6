// CommandGuard: sees to it that a plain command does not outlive us, where sshd kills nothing for us: one of root's (sshd takes no signal
// requests for root), or any before OpenSSH 7.9.
//
// A second channel of the session, opened when the command's time is running out: a shell that notes the process groups of this
// connection's commands and kills what is left of them when its standard input ends, with the channel or with the connection. A command
// that has ended by then is not there any more, and what it left running on purpose stays. Whether it could be opened or not is nobody's
// concern. No sooner, for an sshd that forces a command runs that on each channel.
//
// Driven by whoever drives the session; nothing waits here. On the session's thread.

#pragma once

#include "ssh/session.h"

#include <libssh/callbacks.h>

#include <QByteArray>

namespace collector {

class CommandGuard
{
public:
    // `mark` as for marked() in delivery.h; `end`: when the command is cut off.
    CommandGuard(SshSession &session, const QByteArray &mark, Deadline end);
    ~CommandGuard();
    CommandGuard(const CommandGuard &) = delete;
    CommandGuard &operator=(const CommandGuard &) = delete;

    // What the second channel runs, for any login shell.
    [[nodiscard]] static QByteArray commandLine();
    // When it is opened: in the last quarter of the time.
    [[nodiscard]] static Deadline beginning(Deadline now, Deadline end);
    [[nodiscard]] static bool isNeeded(const QByteArray &user, const QByteArray &banner);

    // When it wants a step though nothing has come.
    [[nodiscard]] Deadline next() const { return m_state == State::Waiting ? m_begin : never; }
    // After each pump of the session.
    void step();

private:
    enum class State { Waiting, Opening, Starting, Standing, Failed };

    void begin();
    [[nodiscard]] State goOn();

    SshSession &m_session;
    const QByteArray m_command;
    const Deadline m_begin;
    State m_state = State::Waiting;
    ssh_channel m_channel = nullptr;
    ssh_channel_callbacks_struct m_callbacks{};
};

} // namespace collector
