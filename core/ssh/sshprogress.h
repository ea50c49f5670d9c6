// SshProgress: how far the connection to one host has come, and how long each phase took.
//
// Owned by the host's run, outside its coroutine: whoever destroys that one at a deadline reads here what it was at. On the host's
// thread.

#pragma once

#include <collector/cause.h>

#include <QByteArray>

#include <array>
#include <chrono>
#include <optional>

namespace collector {

enum class SshPhase : quint8 {
    Idle,         // no connection asked for yet, or nothing to do on it
    Resolve,      // the name
    Wait,         // for a turn: others are logging in at the same address, or this worker has its hands full
    JumpHost,     // its login, and a turn there: never entered, but counted in place of others while time is held
    Connect,      // TCP, jump hosts, ProxyCommand
    Handshake,    // banner and key exchange
    HostKey,      // known_hosts
    Authenticate, // and the wait for a turn with a password
    OpenChannel,
    Execute, // until the host has agreed to run the command
    Run,
    Ending, // the command, once its output has ended: it may go on for long
};

inline constexpr int sshPhaseCount = int(SshPhase::Ending) + 1;

[[nodiscard]] QByteArrayView phaseName(SshPhase phase); // "key exchange": for messages and -vv

// What it is called when a host's whole time is over in this phase.
[[nodiscard]] Cause causeOfTimeout(SshPhase phase);

class SshProgress
{
public:
    void enter(SshPhase phase);

    [[nodiscard]] SshPhase phase() const { return m_phase; }
    // So far, the phase that goes on now included.
    [[nodiscard]] std::chrono::nanoseconds spentIn(SshPhase phase) const;

    // While it holds, time is not the host's own: it waits for a jump host to be logged in to, which may have to ask a person,
    // and for its turn there.
    void setHeld(bool isHeld);
    [[nodiscard]] bool isHeld() const { return m_heldSince.has_value(); }
    [[nodiscard]] std::chrono::nanoseconds held() const;

    QByteArray address;         // the literal in use; empty until there is one
    bool isCommandSent = false; // from here on the host must not be tried again

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] SshPhase counted() const { return m_heldSince ? SshPhase::JumpHost : m_phase; }

    std::array<std::chrono::nanoseconds, sshPhaseCount> m_spent{};
    Clock::time_point m_entered = Clock::now();
    std::chrono::nanoseconds m_held{};
    std::optional<Clock::time_point> m_heldSince;
    SshPhase m_phase = SshPhase::Idle;
};

} // namespace collector
