#include "play.h"

#include "channel.h"

#include <string_view>

namespace collector::fleet {

void Play::advance(Channel &channel, Clock::time_point now)
{
    channel.take(channel.input().size());
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
    // The client owes us nothing that would wake us: come back as soon as the others had their turn.
    if (m_step < m_script.size() && m_due == Clock::time_point::max())
        m_due = now;
}

bool Play::perform(const Step &step, Channel &channel, Clock::time_point now)
{
    using Kind = Step::Kind;
    switch (step.kind) {
    case Kind::Send:
    case Kind::SendError:
        m_due = Clock::time_point::max();
        m_sent += channel.write(std::string_view(step.bytes).substr(m_sent), step.kind == Kind::SendError);
        if (m_sent < step.bytes.size())
            return false;
        m_sent = 0;
        return true;
    case Kind::Wait:
        if (m_due == Clock::time_point::max())
            m_due = now + step.time;
        if (now < m_due)
            return false;
        m_due = Clock::time_point::max();
        return true;
    case Kind::Ignore:
        ssh_send_ignore(channel.session(), step.bytes.c_str());
        return true;
    case Kind::Rekey: {
        // With a limit and no key exchange timed so far, libssh holds one to be due at its next packet.
        const std::uint32_t anHour = 3600;
        ssh_options_set(channel.session(), SSH_OPTIONS_REKEY_TIME, &anHour);
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
