// OutputRest: is output still on its way, where a command's status has come before the end of its output?
//
// sshd tells the status ahead of as much as a window of output that it still holds for a slow link; but what has no end may also be held
// open by a process that the command has left behind, whom nobody waits for. So the host is asked anything: it answers behind what it has
// sent. An answer with no output since the question says that nothing was held. Twisted Conch tells the end of the output, too, ahead of
// what it holds until our window opens; there one question is enough, at once. On the session's thread.

#pragma once

#include "ssh/session.h"

#include <algorithm>
#include <optional>

namespace collector {

class OutputRest
{
public:
    enum class State {
        Awaited, // go on
        Nothing, // all that the command has written is here
        Unknown, // the host has fallen silent, and not said that the output ends
    };

    // The status has just come.
    explicit OutputRest(SshSession &session);

    // The host has said that its output ends.
    void sawEof();
    // When it wants a step though nothing has come.
    [[nodiscard]] Deadline next() const { return m_asked ? m_givenUp : std::min<Deadline>(m_nextQuestion, m_givenUp); }
    // After each pump of the session, with the packets of output so far.
    [[nodiscard]] State step(uint64_t outputPackets);

private:
    struct Count
    {
        uint64_t output;
        uint64_t all;
    };
    void ask(uint64_t outputPackets);

    SshSession &m_session;
    std::optional<Count> m_asked; // before the question that is open
    uint64_t m_received;
    Deadline m_nextQuestion;
    Deadline m_givenUp;
    bool m_hasEof = false;
};

} // namespace collector
