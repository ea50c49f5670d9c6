#include "ssh/sshprogress.h"

namespace collector {

QByteArrayView phaseName(SshPhase phase)
{
    switch (phase) {
    case SshPhase::Idle:
        return "idle";
    case SshPhase::Resolve:
        return "name lookup";
    case SshPhase::Wait:
        return "waiting for a turn";
    case SshPhase::JumpHost:
        return "at the jump host";
    case SshPhase::Connect:
        return "connect";
    case SshPhase::Handshake:
        return "key exchange";
    case SshPhase::HostKey:
        return "host key";
    case SshPhase::Authenticate:
        return "login";
    case SshPhase::OpenChannel:
        return "channel";
    case SshPhase::Execute:
        return "exec";
    case SshPhase::Run:
        return "command";
    case SshPhase::Ending:
        return "command, after the end of its output";
    }
    Q_UNREACHABLE();
}

Cause causeOfTimeout(SshPhase phase)
{
    switch (phase) {
    case SshPhase::Idle:
        return Cause::ExecTimeout;
    case SshPhase::Resolve:
        return Cause::Dns;
    case SshPhase::Wait:
        return Cause::LocalLimit;
    case SshPhase::JumpHost:
        return Cause::JumpFailed;
    case SshPhase::Connect:
        return Cause::ConnectTimeout;
    case SshPhase::Handshake:
    case SshPhase::HostKey:
        return Cause::HandshakeTimeout;
    case SshPhase::Authenticate:
        return Cause::AuthTimeout;
    case SshPhase::OpenChannel:
    case SshPhase::Execute:
    case SshPhase::Run:
    case SshPhase::Ending:
        return Cause::ExecTimeout;
    }
    Q_UNREACHABLE();
}

void SshProgress::enter(SshPhase phase)
{
    const auto now = Clock::now();
    m_spent[size_t(counted())] += now - m_entered;
    m_entered = now;
    m_phase = phase;
}

void SshProgress::setHeld(bool isHeld)
{
    enter(m_phase); // what was spent so far is counted as what it was
    m_held = held();
    m_heldSince = isHeld ? std::optional(Clock::now()) : std::nullopt;
}

std::chrono::nanoseconds SshProgress::held() const
{
    return m_heldSince ? m_held + (Clock::now() - *m_heldSince) : m_held;
}

std::chrono::nanoseconds SshProgress::spentIn(SshPhase phase) const
{
    const auto spent = m_spent[size_t(phase)];
    return phase == counted() ? spent + (Clock::now() - m_entered) : spent;
}

} // namespace collector
