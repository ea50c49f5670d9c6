#include "dialogue.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace collector::fleet {

Dialogue::Dialogue(Fleet &fleet, Place place, Call call, const Script &script)
    : m_fleet(fleet),
      m_call(std::move(call)),
      m_script(script),
      m_interest(place.epoll, m_call.fd, place.id)
{
    m_fleet.journal.connected(m_call.host, m_call.peer);
}

Dialogue::~Dialogue()
{
    m_interest.want(0);
    close(m_call.fd);
    m_fleet.journal.ended(m_call.host);
}

void Dialogue::turn(Clock::time_point now)
{
    listen();
    if (m_closing && due() <= now)
        end();
    if (!isOver() && !m_closing)
        speak(now);
    if (!isOver())
        m_interest.want(m_wantsToWrite ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

// What a client says is counted and forgotten. Unread, it would turn our FIN into an RST.
void Dialogue::listen()
{
    std::array<char, 4096> buffer;
    for (int i = 0; i < 64; ++i) {
        const ssize_t count = recv(m_call.fd, buffer.data(), buffer.size(), 0);
        if (count > 0) {
            m_received += count;
            continue;
        }
        if (count == 0 || (errno != EAGAIN && errno != EINTR))
            end();
        return;
    }
}

void Dialogue::speak(Clock::time_point now)
{
    using Kind = Step::Kind;
    // A flood must not keep the thread: a few steps, then the others' turn.
    for (int budget = 16; budget > 0 && m_step < m_script.size(); --budget) {
        const Step &step = m_script[m_step];
        m_wantsToWrite = false;
        switch (step.kind) {
        case Kind::Send:
            if (!send(step.bytes))
                return;
            break;
        case Kind::Await:
            if (m_received < step.number)
                return;
            break;
        case Kind::Wait:
            if (due() == Clock::time_point::max())
                setDue(now + step.time);
            if (now < due())
                return;
            setDue(Clock::time_point::max());
            break;
        case Kind::Repeat:
            m_step -= static_cast<std::size_t>(step.number);
            continue;
        case Kind::Close:
            closeGently(now);
            return;
        case Kind::Reset: {
            const linger hard{1, 0};
            setsockopt(m_call.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
            end();
            return;
        }
        default:
            break; // the others need a channel
        }
        ++m_step;
    }
    m_wantsToWrite = m_step < m_script.size() && m_script[m_step].kind == Kind::Send;
}

bool Dialogue::send(const std::string &bytes)
{
    while (m_sent < bytes.size()) {
        const ssize_t count = ::send(m_call.fd, bytes.data() + m_sent, bytes.size() - m_sent, MSG_NOSIGNAL);
        if (count < 0) {
            m_wantsToWrite = errno == EAGAIN;
            if (!m_wantsToWrite)
                end();
            return false;
        }
        m_sent += static_cast<std::size_t>(count);
    }
    m_sent = 0;
    return true;
}

// FIN now, the descriptor once the client has closed too, or after a while.
void Dialogue::closeGently(Clock::time_point now)
{
    shutdown(m_call.fd, SHUT_WR);
    m_closing = true;
    setDue(now + std::chrono::seconds(2));
}

} // namespace collector::fleet
