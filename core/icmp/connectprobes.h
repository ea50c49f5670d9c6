// ConnectProbes: where ICMP is not to be had, a host is alive if it completes or refuses a TCP connection. At most 10,000 at once, in
// an epoll set of their own; each is closed with a reset as soon as it is decided, so nothing lingers on either side.
// Non-blocking; for the ping thread.

#pragma once

#include "icmp/echo.h"
#include "icmp/timingwheel.h"

#include <span>
#include <vector>

namespace collector {

class ConnectProbes
{
public:
    // Which attempt it is: as EchoStamp has it.
    struct Id
    {
        uint32_t slot = 0;
        uint32_t generation = 0;
        uint32_t number = 0;
    };
    struct Outcome
    {
        Id id;
        std::chrono::nanoseconds rtt{0};
        EchoCause cause = EchoCause::None; // None: alive
    };
    enum class Start : uint8_t {
        Begun,     // there will be an outcome, or none within its wait
        Full,      // when others are decided: as many are open as may be, or the machine has no more ports, memory or descriptors
        Wanting,   // the same, and none is open: what it takes is with others
        Refused,   // this machine does not let it out: a firewall, a security module
        Forbidden, // this process may open no such socket: nor will it later
    };

    explicit ConnectProbes(int64_t now);
    ~ConnectProbes();
    ConnectProbes(const ConnectProbes &) = delete;
    ConnectProbes &operator=(const ConnectProbes &) = delete;

    [[nodiscard]] Start start(const Id &id, const EchoAddress &address, uint16_t port, std::chrono::nanoseconds wait);
    // What has been decided; valid until the next call.
    [[nodiscard]] std::span<const Outcome> takeOutcomes();
    // Gives up those whose wait is over.
    void expire(int64_t now);

    [[nodiscard]] int descriptor() const { return m_epoll; } // readable: there are outcomes
    [[nodiscard]] bool isIdle() const { return m_open == 0 && m_immediate.empty(); }
    [[nodiscard]] bool hasImmediate() const { return !m_immediate.empty(); }
    [[nodiscard]] std::optional<int64_t> nextAt() const { return m_wheel.nextAt(); }
    [[nodiscard]] int most() const { return m_most; }

private:
    struct Probe
    {
        Id id;
        int descriptor = -1;
        int64_t sentAt = 0;
        int64_t dueAt = 0;
        SlotLink link;
    };
    struct Table
    {
        std::vector<Probe> probes;
        SlotLink &link(uint32_t index) { return probes[index].link; }
        [[nodiscard]] int64_t dueAt(uint32_t index) const { return probes[index].dueAt; }
    };

    [[nodiscard]] Start whenWanting() const { return m_open > 0 ? Start::Full : Start::Wanting; }
    [[nodiscard]] static std::chrono::nanoseconds roundTrip(const Probe &probe, int error, int64_t now);
    void release(uint32_t index);

    const int m_epoll;
    const int m_most;
    int m_open = 0;
    Table m_table;
    TimingWheel<Table> m_wheel;
    std::vector<uint32_t> m_free;
    std::vector<Outcome> m_immediate; // decided within start()
    std::vector<Outcome> m_outcomes;
};

} // namespace collector
