// Ledger: which hosts a worker has in flight, readable from other threads, so that those of a worker that hangs can be ended
// for it. Whoever strikes an entry out writes the record: the worker as a host ends, or the watchdog when it gives the worker up.

#pragma once

#include <QtGlobal>

#include <atomic>
#include <memory>

namespace collector {

class Ledger
{
public:
    explicit Ledger(int slots) : m_count(slots), m_slots(std::make_unique<std::atomic<quint64>[]>(size_t(slots))) {}

    [[nodiscard]] int count() const { return m_count; }
    void enter(int slot, quint64 index) { at(slot).store(index + 1, std::memory_order_release); }
    // True for whoever comes first.
    [[nodiscard]] bool strikeOut(int slot, quint64 index)
    {
        quint64 expected = index + 1;
        return at(slot).compare_exchange_strong(expected, 0, std::memory_order_acq_rel);
    }
    // The index in that slot, plus one; 0: none.
    [[nodiscard]] quint64 entry(int slot) const { return m_slots[size_t(slot)].load(std::memory_order_acquire); }

private:
    std::atomic<quint64> &at(int slot) { return m_slots[size_t(slot)]; }

    const int m_count;
    std::unique_ptr<std::atomic<quint64>[]> m_slots;
};

} // namespace collector
