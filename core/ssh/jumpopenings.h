// JumpOpenings: the channels that a jump session is opening to targets: how many at once, and what becomes of each.
//
// A jump host tries a target for as long as its kernel does, two minutes with Linux, and while sshd looks a name up it serves nobody. So a
// few are sent at a time. One that the host has not answered lets others begin once it is known that the host is past it, not held up by
// it; and all that it has not answered are counted, those for which nobody waits any more included. On the jump service's thread; destroyed
// after its openings.

#pragma once

#include "net/deadlines.h"
#include "net/gate.h"
#include "ssh/openingwatch.h"

#include <collector/task.h>

#include <libssh/libssh.h>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace collector {

class JumpOpenings
{
public:
    static constexpr int atOnce = 8;
    static constexpr int mostUnanswered = 512; // half of the descriptors that a process has by default

    JumpOpenings() = default;
    JumpOpenings(const JumpOpenings &) = delete;
    JumpOpenings &operator=(const JumpOpenings &) = delete;

    class Opening;
    // Suspends until it is this one's turn.
    Task<std::unique_ptr<Opening>> begin(Reactor &reactor);

    // To be held during each call of libssh on the session, whosever: any may take in the answer to another's opening.
    class Hearing;
    // The smallest packets that the host has named for a channel so far; none: it has opened none.
    [[nodiscard]] std::optional<unsigned> smallestPacket() const { return m_smallestPacket; }

    // Nobody waits for this one any more, of which an answer would be heard; the channel is closed, should the host open it after all.
    void giveUp(std::unique_ptr<Opening> opening, ssh_channel channel);
    // After calls of libssh, not within: such ones as are answered by now.
    void closeAnswered();
    // The session is lost, and ends their channels.
    void forgetGivenUp() { m_givenUp.clear(); }

private:
    struct GivenUp
    {
        std::unique_ptr<Opening> opening;
        ssh_channel channel;
    };
    void heard(const OpeningWatch &watch, Opening *sent);

    Gate m_turns{atOnce};
    Gate m_unanswered{mostUnanswered};
    std::map<unsigned, Opening *> m_byChannel; // not answered
    std::vector<GivenUp> m_givenUp;
    std::optional<unsigned> m_smallestPacket;
    bool m_isAnyOver = false; // of those given up
};

class JumpOpenings::Opening final : private Deadlines::Timer
{
public:
    Opening(JumpOpenings &openings, Reactor &reactor, Gate::Pass unanswered, Gate::Pass turn);
    ~Opening() override;

    // Whether its answer will be heard of. If not, libssh is to be asked for it.
    [[nodiscard]] bool isHeard() const { return m_channel.has_value(); }
    [[nodiscard]] bool isAnswered() const { return m_isAnswered; }
    [[nodiscard]] const std::optional<ChannelAnswer::Refusal> &refusal() const { return m_refusal; }

    [[nodiscard]] bool holdsOthersUp() const { return m_turn.isHeld(); }
    void letOthersBegin() { m_turn.release(); }

private:
    friend class JumpOpenings;
    void end(std::optional<ChannelAnswer::Refusal> refusal);
    void expired() override { end({}); } // it is not tried any more, whatever the host says

    JumpOpenings &m_openings;
    Reactor &m_reactor;
    Gate::Pass m_unanswered;
    Gate::Pass m_turn;
    std::optional<unsigned> m_channel;
    std::optional<ChannelAnswer::Refusal> m_refusal;
    bool m_isAnswered = false;
};

class JumpOpenings::Hearing
{
public:
    // `sent`: the opening that the call sends, where it does.
    explicit Hearing(JumpOpenings &openings, Opening *sent = nullptr)
        : m_openings(openings),
          m_sent(sent),
          m_watch(openings.m_unanswered.isUsed())
    {
    }
    Hearing(const Hearing &) = delete;
    Hearing &operator=(const Hearing &) = delete;
    ~Hearing() { m_openings.heard(m_watch, m_sent); }

private:
    JumpOpenings &m_openings;
    Opening *const m_sent;
    const OpeningWatch m_watch;
};

} // namespace collector
