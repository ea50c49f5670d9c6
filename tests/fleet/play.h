// Play: performs a script on a channel. What the client sends meanwhile is taken and forgotten.

#pragma once

#include "program.h"
#include "script.h"

namespace collector::fleet {

// What a script may do to the connection below its channel.
class Line
{
public:
    virtual void closeLine() = 0;
    virtual void resetLine() = 0;

protected:
    ~Line() = default;
};

class Play final : public Program
{
public:
    Play(const Script &script, Line &line) : m_script(script), m_line(line) {}

    void advance(Channel &channel, Clock::time_point now) override;
    [[nodiscard]] Clock::time_point due() const override { return m_due; }

private:
    [[nodiscard]] bool perform(const Step &step, Channel &channel, Clock::time_point now); // false: not done yet

    [[nodiscard]] bool send(const Step &step, Channel &channel);
    void yield(Clock::time_point now);

    const Script &m_script; // the fleet's
    Line &m_line;
    std::size_t m_step = 0;
    std::size_t m_sent = 0; // by this step
    bool m_yields = false;
    Clock::time_point m_due = Clock::time_point::max();
};

} // namespace collector::fleet
