// EchoTable: the series in flight, a slot of 96 bytes each. A slot's generation tells a series from those that had the slot
// before it. Grows in chunks to the most that were ever in flight. One thread.

#pragma once

#include "icmp/echo.h"
#include "icmp/slotlist.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace collector {

struct Series
{
    uint64_t token = 0;
    int64_t dueAt = 0;     // what the wheel wakes it for: the next packet, or the end of the last one's wait; steady clock, ns
    uint64_t answered = 0; // a bit a packet, where there are at most 64
    uint64_t rttSum = 0;   // µs, of the answered ones
    EchoAddress address;
    uint32_t rttMin = 0, rttMax = 0; // µs
    uint32_t generation = 0;
    SlotLink link;
    uint32_t interval : 24 = 0; // ms
    uint32_t refusals : 8 = 0;  // times in a row that this machine would not send
    uint32_t wait : 24 = 0;     // ms
    uint32_t mailbox : 8 = 0;
    uint16_t count = 0, sent = 0, received = 0;
    uint16_t unreachable = 0; // packets to which somebody said so
    uint16_t tcpPort = 0;
    uint8_t ttl = 0;
    EchoMethod method : 2 = EchoMethod::Icmp;
    EchoCause cause : 3 = EchoCause::None; // what was said of the latest of those
    uint8_t repeats : 2 = 0;               // packets sent again because we lost answers
    bool isInUse : 1 = false;
};
static_assert(sizeof(Series) == 96);

class EchoTable
{
public:
    static constexpr uint32_t maxSlots = 1u << 20;

    // A fresh slot; nothing when maxSlots are in use.
    [[nodiscard]] std::optional<uint32_t> add();
    void remove(uint32_t slot);
    // Whether that slot is in use by that generation; both may be anything.
    [[nodiscard]] bool holds(uint32_t slot, uint32_t generation) const;

    [[nodiscard]] Series &operator[](uint32_t slot) { return m_chunks[slot / chunk][slot % chunk]; }
    [[nodiscard]] const Series &operator[](uint32_t slot) const { return m_chunks[slot / chunk][slot % chunk]; }
    [[nodiscard]] SlotLink &link(uint32_t slot) { return (*this)[slot].link; }
    [[nodiscard]] int64_t dueAt(uint32_t slot) const { return (*this)[slot].dueAt; }

    [[nodiscard]] uint32_t inUse() const { return m_inUse; }
    [[nodiscard]] uint32_t slots() const { return uint32_t(m_chunks.size()) * chunk; } // to look at each: some are not in use

    // Which packets of a series were answered: exactly, however many they are.
    [[nodiscard]] bool isAnswered(uint32_t slot, uint32_t number) const;
    void setAnswered(uint32_t slot, uint32_t number);

private:
    static constexpr uint32_t chunk = 1024;

    std::vector<std::unique_ptr<Series[]>> m_chunks;
    std::vector<uint32_t> m_free;
    std::unordered_map<uint32_t, std::vector<bool>> m_long; // by slot: `answered` of series longer than 64
    uint32_t m_inUse = 0;
};

} // namespace collector
