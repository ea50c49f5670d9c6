#include "ssh/serveralive.h"

#include <libssh/server.h> // for ssh_send_keepalive(), which is the client's as well

namespace collector {

ServerAlive::ServerAlive(SshSession &session, const SshSettings &settings)
    : m_session(session),
      m_settings(settings),
      m_received(session.received())
{
    if (settings.serverAliveInterval.count() > 0)
        m_next = session.reactor().after(settings.serverAliveInterval);
}

bool ServerAlive::check()
{
    if (m_session.reactor().now() < m_next || m_session.isDead())
        return true;
    m_next = m_session.reactor().after(m_settings.serverAliveInterval);
    const uint64_t received = m_session.received();
    if (std::exchange(m_received, received) != received) {
        m_unanswered = 0;
        return true;
    }
    if (++m_unanswered > m_settings.serverAliveCountMax)
        return false;
    ask(m_session);
    return true;
}

void ServerAlive::ask(SshSession &session)
{
    // The first call takes the last one's answer, if there was one and it has come, the second sends. Where none has come yet both only
    // look for it: TCP delivers it or nothing.
    ssh_send_keepalive(session.handle());
    ssh_send_keepalive(session.handle());
}

} // namespace collector
