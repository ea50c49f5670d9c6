#include "play.h"

#include "channel.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace collector::fleet {

void Play::advance(Channel &channel, Clock::time_point now)
{
    channel.take(channel.input().size());
    if (std::exchange(m_yields, false))
        m_due = Clock::time_point::max();
    // A flood must not keep the thread: a few steps, then the others' turn.
    for (int budget = 16; budget > 0 && m_step < m_script.size(); --budget) {
        const Step &step = m_script[m_step];
        if (step.kind == Step::Kind::Repeat) {
            m_step -= static_cast<std::size_t>(step.number);
            continue;
        }
        if (!perform(step, channel, now))
            return;
        ++m_step;
    }
    if (m_step < m_script.size())
        yield(now);
}

// The client may owe us nothing that would wake us.
void Play::yield(Clock::time_point now)
{
    m_yields = true;
    m_due = now + std::chrono::milliseconds(1);
}

bool Play::send(const Step &step, Channel &channel)
{
    const std::size_t size = step.bytes.size();
    const std::size_t total = size * static_cast<std::size_t>(std::max<std::int64_t>(step.number, 1));
    while (m_sent < total) {
        const std::string_view rest = std::string_view(step.bytes).substr(m_sent % size);
        const std::size_t taken = channel.write(rest, step.kind == Step::Kind::SendError);
        m_sent += taken;
        if (taken < rest.size())
            return false;
    }
    m_sent = 0;
    return true;
}

bool Play::perform(const Step &step, Channel &channel, Clock::time_point now)
{
    using Kind = Step::Kind;
    switch (step.kind) {
    case Kind::Send:
    case Kind::SendError:
        return send(step, channel);
    case Kind::Wait:
        if (m_due == Clock::time_point::max())
            m_due = now + step.time;
        if (now < m_due)
            return false;
        m_due = Clock::time_point::max();
        return true;
    case Kind::Ignore:
        if (ssh_get_status(channel.session()) & SSH_WRITE_PENDING)
            return false;
        ssh_send_ignore(channel.session(), step.bytes.c_str());
        return true;
    case Kind::Rekey: {
        // With a limit and no key exchange timed so far, libssh holds one to be due at its next packet.
        const std::uint32_t oneSecond = 1;
        ssh_options_set(channel.session(), SSH_OPTIONS_REKEY_TIME, &oneSecond);
        return true;
    }
    case Kind::Eof:
        channel.sendEof();
        return true;
    case Kind::ExitStatus:
        channel.sendExitStatus(static_cast<std::uint32_t>(step.number));
        return true;
    case Kind::ExitSignal:
        channel.sendExitSignal(step.bytes);
        return true;
    case Kind::CloseChannel:
        channel.close();
        return true;
    case Kind::Close:
        m_line.closeLine();
        return true;
    case Kind::Reset:
        m_line.resetLine();
        return true;
    default:
        return true;
    }
}

} // namespace collector::fleet
