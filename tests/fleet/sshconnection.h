// SshConnection: one host that speaks SSH, on a libssh server session driven without blocking.
//
// All answers are given from libssh's message callback, since server callbacks must answer and a faulty host may not. The
// descriptor is libssh's: the session closes it.

#pragma once

#include "channel.h"
#include "connection.h"
#include "fleet.h"
#include "login.h"
#include "play.h"

#include <libssh/server.h>

#include <list>
#include <memory>
#include <string>

namespace collector::fleet {

class SshConnection final : public Connection, private Line
{
public:
    SshConnection(Fleet &fleet, Place place, Call call, const Fault *fault, ssh_bind bind);
    ~SshConnection() override;

    void turn(Clock::time_point now) override;

private:
    [[nodiscard]] bool begin();
    [[nodiscard]] bool isReadable() const;
    [[nodiscard]] bool isDead() const;
    void pump();
    void advance(Clock::time_point now);
    void settle(Clock::time_point now);

    int answer(ssh_message message); // 1: libssh is to give its default answer
    int answerLogin(ssh_message message);
    int answerOpen(ssh_message message);
    int answerRequest(ssh_message message);
    int run(Channel &channel, ssh_message message);
    [[nodiscard]] std::unique_ptr<Program> programFor(std::string line);

    void closeLine() override { m_leave = Leave::Close; }
    void resetLine() override { m_leave = Leave::Reset; }
    void leave();

    enum class Leave { No, Disconnect, Close, Reset };

    Fleet &m_fleet;
    const Place m_place;
    const Call m_call;
    const Fault *const m_fault; // null: healthy
    ssh_session m_session;
    ssh_event m_event;
    Interest m_interest;
    Login m_login;
    std::string m_user;
    std::list<Channel> m_channels;
    Leave m_leave = Leave::No;
    Clock::time_point m_pumpAt = Clock::time_point::max(); // --latency: what has come is not looked at before
};

} // namespace collector::fleet
