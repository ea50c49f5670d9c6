// EchoLedger: who is owed what. Every series in flight, when its next packet is due, what was answered, and how it ends. Knows no socket
// and no clock of its own: times are what the caller says (steady clock, ns). One thread.
//
// A series is always in exactly one place: in a ready list (a packet of it is to be sent), on the wheel (it waits), or in
// the caller's hand between takeReady() and one of sent(), putBack(), postpone() and fail().

#pragma once

#include "icmp/echopacket.h"
#include "icmp/echotable.h"
#include "icmp/timingwheel.h"

#include <array>
#include <span>

namespace collector {

class EchoLedger
{
public:
    // What carries a packet. Each can be stuck without the others.
    enum class Lane : uint8_t { Icmp4, Icmp6, Tcp };
    static constexpr int lanes = 3;
    static constexpr int mailboxes = 256;

    explicit EchoLedger(int64_t now);

    // A new series; `method` is Icmp or Tcp. One that cannot be (bad address, no slot) ends at once.
    void begin(const EchoRequest &request, uint8_t mailbox, EchoMethod method);
    // Ends a request that never became a series.
    void refuse(const EchoRequest &request, uint8_t mailbox, EchoMethod method, EchoCause cause);
    // Drops the series of that mailbox with one of these tokens (sorted); without tokens: all of it. No results.
    void withdraw(uint8_t mailbox, std::span<const uint64_t> tokens);
    void withdrawAll(uint8_t mailbox);

    // Packets that are due come before the first packets of new series.
    [[nodiscard]] bool hasReady(Lane lane) const;
    [[nodiscard]] uint32_t takeReady(Lane lane);
    [[nodiscard]] EchoStamp nextStamp(uint32_t slot, int64_t now) const;
    void sent(uint32_t slot, int64_t now);
    void putBack(uint32_t slot); // to the front of its list
    // This machine would not send: again after a while, doubling. After `weight` summed to 40: LocalLimit.
    void postpone(uint32_t slot, int weight, int64_t now);
    void fail(uint32_t slot, EchoCause cause);

    // An answer to that packet, whose cookie has been checked. Decides whether it counts, is late or a duplicate.
    void answered(const EchoStamp &stamp, const EchoAddress &from, std::chrono::nanoseconds rtt, uint8_t ttl);
    void answeredProbe(const EchoStamp &stamp, std::chrono::nanoseconds rtt);
    // Somebody says that packet does not arrive. Its series may end, so it is in nobody's hand.
    void complained(const EchoStamp &stamp, EchoCause cause);
    // The same, where only the latest packet to that address can be meant.
    void complainedOfLatest(uint32_t slot, const EchoAddress &to, EchoCause cause);
    // We have lost answers of our own: whoever is unanswered now is asked again rather than called down, up to three times.
    void overflowed(uint32_t answers, int64_t now);

    void expire(int64_t now);
    [[nodiscard]] std::optional<int64_t> nextAt() const { return m_wheel.nextAt(); }

    [[nodiscard]] uint32_t inFlight() const { return m_table.inUse(); }
    [[nodiscard]] const Series &series(uint32_t slot) const { return m_table[slot]; }
    // What has ended since it was last cleared, by mailbox.
    [[nodiscard]] std::vector<EchoResult> &results(uint8_t mailbox) { return m_results[mailbox]; }

    // How many series of that mailbox have sent their first packet, or ended before.
    [[nodiscard]] uint64_t left(uint8_t mailbox) const { return m_left[mailbox]; }

    EchoCounters counters;

private:
    static constexpr uint16_t firstList = TimingWheel<EchoTable>::buckets; // two a lane: due, then fresh

    [[nodiscard]] static Lane laneOf(const Series &series);
    [[nodiscard]] SlotList<EchoTable> &listOf(const Series &series);
    void unlink(uint32_t slot);
    void remove(uint32_t slot);
    void end(uint32_t slot);
    void endIfSettled(uint32_t slot);
    void wakeUp(uint32_t slot);
    void count(const EchoStamp &stamp, std::chrono::nanoseconds rtt, uint8_t ttl);
    void complain(uint32_t slot, uint32_t number, EchoCause cause);
    [[nodiscard]] int64_t jitter(uint32_t interval);
    [[nodiscard]] bool mayHaveLost(const Series &series) const;

    EchoTable m_table;
    TimingWheel<EchoTable> m_wheel;
    std::vector<SlotList<EchoTable>> m_ready;
    std::array<std::vector<EchoResult>, mailboxes> m_results;
    std::array<uint64_t, mailboxes> m_left{};
    int64_t m_overflowedAt;
    uint64_t m_jitter = 1;
};

} // namespace collector
