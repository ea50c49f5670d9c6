// ServerAlive: ServerAliveInterval and ServerAliveCountMax of ssh_config: a host that has been silent for an interval is asked to say
// anything, and given up after so many intervals without a word. Off unless a configuration asks for it: a peer that is gone is noticed by
// TCP's own probes. On the session's thread.

#pragma once

#include "ssh/session.h"
#include "ssh/sshsettings.h"

namespace collector {

class ServerAlive
{
public:
    // From now on. Both outlive it.
    ServerAlive(SshSession &session, const SshSettings &settings);

    // When check() is to be called; never, where it is off.
    [[nodiscard]] Deadline next() const { return m_next; }
    // Before next(): nothing. Afterwards: whether the host still counts as alive; it may have been asked.
    [[nodiscard]] bool check();

    // Has the host say anything, which it does once it is past all that it was sent before. To be asked again, it must have answered.
    static void ask(SshSession &session);

private:
    SshSession &m_session;
    const SshSettings &m_settings;
    Deadline m_next = never;
    uint64_t m_received = 0;
    int m_unanswered = 0;
};

} // namespace collector
