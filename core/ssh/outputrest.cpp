#include "ssh/outputrest.h"

#include <libssh/server.h> // for ssh_send_keepalive(), which is the client's as well

#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;            // what is left behind may still say something; most is here by then, and costs no question
constexpr auto betweenQuestions = 100ms; // while output goes on
constexpr auto longestSilence = 15s;     // TCP itself may take that long to repeat what was lost
constexpr auto longestAfterEof = 1s;     // there are servers that answer no question

} // namespace

OutputRest::OutputRest(SshSession &session)
    : m_session(session),
      m_received(session.received()),
      m_nextQuestion(session.reactor().after(patience)),
      m_givenUp(session.reactor().after(longestSilence))
{
}

void OutputRest::sawEof()
{
    if (std::exchange(m_hasEof, true))
        return;
    m_nextQuestion = m_session.reactor().now();
    m_givenUp = m_session.reactor().after(longestAfterEof);
}

OutputRest::State OutputRest::step(uint64_t outputPackets)
{
    const Deadline now = m_session.reactor().now();
    const uint64_t received = m_session.received();
    if (std::exchange(m_received, received) != received)
        m_givenUp = m_session.reactor().after(m_hasEof ? longestAfterEof : longestSilence);
    if (m_asked) {
        const uint64_t output = outputPackets - m_asked->output;
        const bool isAnswered = m_session.packetsReceived() - m_asked->all > output; // what is no output
        if (isAnswered && output == 0)
            return State::Nothing;
        if (isAnswered)
            m_asked.reset();
    }
    if (now >= m_givenUp)
        return m_hasEof ? State::Nothing : State::Unknown;
    if (!m_asked && now >= m_nextQuestion)
        ask(outputPackets);
    return State::Awaited;
}

// The first call takes the last one's answer, if there was one; as in ServerAlive.
void OutputRest::ask(uint64_t outputPackets)
{
    m_asked = Count{outputPackets, m_session.packetsReceived()};
    m_nextQuestion = m_session.reactor().after(betweenQuestions);
    ssh_send_keepalive(m_session.handle());
    ssh_send_keepalive(m_session.handle());
    (void)m_session.isDead();
}

} // namespace collector
