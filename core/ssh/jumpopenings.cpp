#include "ssh/jumpopenings.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto longestTry = 3min; // Linux sends its last SYN after one, and gives up after two

} // namespace

// First the place that is scarce for long: who waits for that one keeps nobody from a turn.
Task<std::unique_ptr<JumpOpenings::Opening>> JumpOpenings::begin(Reactor &reactor)
{
    Gate::Pass unanswered = co_await m_unanswered.enter(reactor);
    Gate::Pass turn = co_await m_turns.enter(reactor);
    co_return std::make_unique<Opening>(*this, reactor, std::move(unanswered), std::move(turn));
}

void JumpOpenings::heard(const OpeningWatch &watch, Opening *sent)
{
    if (const auto size = watch.packetSize())
        m_smallestPacket = std::min(m_smallestPacket.value_or(*size), *size);
    if (const auto channel = watch.sent(); channel && sent) {
        sent->m_channel = channel;
        m_byChannel[*channel] = sent;
    }
    for (const ChannelAnswer &answer : watch.answers()) {
        if (const auto found = m_byChannel.find(answer.channel); found != m_byChannel.end())
            found->second->end(answer.refusal);
    }
}

void JumpOpenings::giveUp(std::unique_ptr<Opening> opening, ssh_channel channel)
{
    opening->letOthersBegin();
    opening->m_reactor.startTimer(*opening, opening->m_reactor.after(longestTry));
    m_givenUp.push_back({std::move(opening), channel});
}

// Closing one sends, and takes in what there is: which may be the answer to another.
void JumpOpenings::closeAnswered()
{
    while (std::exchange(m_isAnyOver, false)) {
        const auto over = std::partition(m_givenUp.begin(), m_givenUp.end(), [](const GivenUp &one) { return !one.opening->isAnswered(); });
        const std::vector<GivenUp> closing(std::make_move_iterator(over), std::make_move_iterator(m_givenUp.end()));
        m_givenUp.erase(over, m_givenUp.end());
        for (const GivenUp &one : closing) {
            const Hearing hearing(*this);
            ssh_channel_free(one.channel);
        }
    }
}

JumpOpenings::Opening::Opening(JumpOpenings &openings, Reactor &reactor, Gate::Pass unanswered, Gate::Pass turn)
    : m_openings(openings),
      m_reactor(reactor),
      m_unanswered(std::move(unanswered)),
      m_turn(std::move(turn))
{
}

JumpOpenings::Opening::~Opening()
{
    if (m_channel && !m_isAnswered)
        m_openings.m_byChannel.erase(*m_channel);
}

void JumpOpenings::Opening::end(std::optional<ChannelAnswer::Refusal> refusal)
{
    m_openings.m_byChannel.erase(*m_channel);
    m_openings.m_isAnyOver = true;
    m_isAnswered = true;
    m_refusal = std::move(refusal);
    m_turn.release();
    m_unanswered.release();
}

} // namespace collector
