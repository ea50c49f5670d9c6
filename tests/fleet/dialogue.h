// Dialogue: a connection that follows a script of bytes instead of SSH.

#pragma once

#include "connection.h"
#include "fleet.h"
#include "script.h"

namespace collector::fleet {

class Dialogue final : public Connection
{
public:
    Dialogue(Fleet &fleet, Place place, Call call, const Script &script);
    ~Dialogue() override;

    void turn(Clock::time_point now) override;

private:
    void listen();
    void speak(Clock::time_point now);
    [[nodiscard]] bool send(const std::string &bytes); // true: all of it
    void closeGently(Clock::time_point now);

    Fleet &m_fleet;
    const Call m_call;
    const Script &m_script; // the fleet's
    Interest m_interest;
    std::size_t m_step = 0;
    std::size_t m_sent = 0;      // of the step's bytes
    std::int64_t m_received = 0; // since the connection began
    bool m_wantsToWrite = false;
    bool m_closing = false;
};

} // namespace collector::fleet
