// TimingWheel: one deadline for each of very many slots, set and withdrawn in constant time (Varghese and Lauck, 1987). A tick is a
// millisecond; what is due beyond the horizon waits in its last bucket and is put back. Never early, at most one tick late.

#pragma once

#include "icmp/slotlist.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <vector>

namespace collector {

// `Table` has besides `link(slot)` an `int64_t dueAt(slot)`: nanoseconds on the clock that advance() is given.
template<typename Table>
class TimingWheel
{
public:
    static constexpr int64_t tick = 1'000'000;
    static constexpr uint32_t buckets = 4096; // lists 0 to 4095; others may use the names above

    TimingWheel(Table &table, int64_t now) : m_table(table), m_position(now / tick)
    {
        m_buckets.reserve(buckets);
        for (uint32_t i = 0; i < buckets; ++i)
            m_buckets.emplace_back(uint16_t(i));
    }

    void add(uint32_t slot)
    {
        const int64_t due = (m_table.dueAt(slot) + tick - 1) / tick;
        const int64_t at = std::clamp(due, m_position + 1, m_position + buckets - 1);
        const auto bucket = uint32_t(at % buckets);
        m_buckets[bucket].append(m_table, slot);
        m_occupied[bucket / 64] |= uint64_t(1) << bucket % 64;
    }

    void remove(uint32_t slot)
    {
        const uint16_t bucket = m_table.link(slot).list;
        m_buckets[bucket].remove(m_table, slot);
        clearIfEmpty(bucket);
    }

    [[nodiscard]] bool holds(uint32_t slot) { return m_table.link(slot).list < buckets; }

    // Turns the wheel to `now` and calls expired(slot) for what is due, which is then in no list.
    template<typename Expired>
    void advance(int64_t now, Expired &&expired)
    {
        const int64_t target = now / tick;
        if (target - m_position >= int64_t(buckets)) // asleep for long: every bucket once is enough
            m_position = target - buckets + 1;
        while (m_position < target) {
            ++m_position;
            const auto bucket = uint32_t(m_position % buckets);
            if (m_occupied[bucket / 64] >> bucket % 64 & 1)
                empty(bucket, now, expired);
        }
    }

    // When advance() will find something to do; nothing: the wheel is empty.
    [[nodiscard]] std::optional<int64_t> nextAt() const
    {
        const auto start = uint32_t((m_position + 1) % buckets);
        for (uint32_t step = 0; step <= words; ++step) {
            const uint32_t word = (start / 64 + step) % words;
            uint64_t bits = m_occupied[word];
            if (step == 0)
                bits &= ~uint64_t(0) << start % 64;
            if (bits == 0)
                continue;
            const uint32_t bucket = word * 64 + uint32_t(std::countr_zero(bits));
            return (m_position + 1 + (bucket + buckets - start) % buckets) * tick;
        }
        return {};
    }

private:
    static constexpr uint32_t words = buckets / 64;

    template<typename Expired>
    void empty(uint32_t bucket, int64_t now, Expired &expired)
    {
        // What is put back goes to another bucket: add() never aims at the one under the hand.
        while (!m_buckets[bucket].isEmpty()) {
            const uint32_t slot = m_buckets[bucket].takeFirst(m_table);
            if (m_table.dueAt(slot) > now)
                add(slot);
            else
                expired(slot);
        }
        m_occupied[bucket / 64] &= ~(uint64_t(1) << bucket % 64);
    }

    void clearIfEmpty(uint32_t bucket)
    {
        if (m_buckets[bucket].isEmpty())
            m_occupied[bucket / 64] &= ~(uint64_t(1) << bucket % 64);
    }

    Table &m_table;
    std::vector<SlotList<Table>> m_buckets;
    std::array<uint64_t, words> m_occupied{};
    int64_t m_position; // the tick up to which everything has been expired
};

} // namespace collector
