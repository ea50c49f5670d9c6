// WireConnection: a host whose messages are wrong in ways that libssh, which keeps to the rules, cannot be.
//
// It runs nothing and so lets any key in, without looking at the signature. One channel at a time; the answer is the canned one.

#pragma once

#include "connection.h"
#include "faults.h"
#include "fleet.h"
#include "wirecodec.h"
#include "wiretransport.h"

#include <string>

namespace collector::fleet {

class WireConnection final : public Connection
{
public:
    WireConnection(Fleet &fleet, Place place, Call call, WireRule rule);
    ~WireConnection() override;

    void turn(Clock::time_point now) override;

private:
    void listen();
    void speak();
    void flood();
    void handle(std::string_view message);
    void answerLogin(WireReader reader);
    void openChannel(WireReader reader);
    void answerRequest(WireReader reader);
    void answerCommand();
    void send(const WireWriter &message) { m_transport.send(message.bytes()); }
    void sendFarewell();
    void sendEnd();

    Fleet &m_fleet;
    const Call m_call;
    const WireRule m_rule;
    Interest m_interest;
    WireTransport m_transport;
    std::uint32_t m_channel = 0; // the client's number
    std::uint32_t m_nextChannel = 1000;
    bool m_floods = false;
};

} // namespace collector::fleet
