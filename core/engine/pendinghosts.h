// PendingHosts: the hosts that are a worker's to start but not in flight: positions that it has taken of the plan, hosts that wait
// for their next attempt, hosts for which this machine had no room. Thread-safe; held for an instant: only the watchdog, as it gives
// a worker up, ever contends.

#pragma once

#include "engine/plan.h"
#include "engine/retryqueue.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace collector {

class PendingHosts
{
public:
    struct Hosts
    {
        std::pair<quint64, quint64> taken{0, 0}; // positions of the plan
        RetryQueue retries;
        RetryQueue refused;
    };
    enum class Queue : quint8 { Retries, Refused };

    explicit PendingHosts(Hosts hosts) : m_hosts(std::move(hosts)), m_waiting(m_hosts.retries.count() + m_hosts.refused.count()) {}

    // The plan's index of the next host; takes at most `most` of the plan where there is none left. `enter(index)` is called before
    // anybody can look: whoever gives the worker up finds a host here or where `enter` has put it.
    template<typename Enter>
    [[nodiscard]] std::optional<quint64> nextOfPlan(const Plan &plan, int most, Enter enter);
    // The first one of the queue that is due; likewise.
    template<typename Enter>
    [[nodiscard]] std::optional<RetryQueue::Entry> next(Queue queue, Deadline now, Enter enter);
    // Takes it in if `strikeOut()` says that it is the caller's to give. After takeAll() nobody is asked: all that there was is another's.
    template<typename StrikeOut>
    void add(Queue queue, RetryQueue::Entry entry, StrikeOut strikeOut);

    [[nodiscard]] Deadline due() const; // when the first of those that wait is; never: none waits
    [[nodiscard]] quint64 waiting() const;
    [[nodiscard]] bool isOver() const; // none is left, nor has the plan any
    [[nodiscard]] Hosts takeAll();     // for another worker; from then on there is nothing to be had here

private:
    [[nodiscard]] RetryQueue &queueOf(Queue queue) { return queue == Queue::Retries ? m_hosts.retries : m_hosts.refused; }

    mutable std::mutex m_mutex;
    Hosts m_hosts;
    std::atomic<quint64> m_waiting; // in both queues: only their worker adds to it
    bool m_isPlanUsed = false;
    bool m_isClosed = false;
};

template<typename Enter>
std::optional<quint64> PendingHosts::nextOfPlan(const Plan &plan, int most, Enter enter)
{
    const std::lock_guard lock(m_mutex);
    auto &[first, last] = m_hosts.taken;
    if (first == last && !m_isPlanUsed && !m_isClosed) {
        m_hosts.taken = plan.take(most);
        m_isPlanUsed = first == last;
    }
    if (first == last)
        return std::nullopt;
    const quint64 index = plan.indexAt(first++);
    enter(index);
    return index;
}

template<typename Enter>
std::optional<RetryQueue::Entry> PendingHosts::next(Queue queue, Deadline now, Enter enter)
{
    if (m_waiting.load(std::memory_order_relaxed) == 0)
        return std::nullopt; // as nearly always: no lock for that
    const std::lock_guard lock(m_mutex);
    RetryQueue &waiting = queueOf(queue);
    if (waiting.isEmpty() || waiting.due() > now)
        return std::nullopt;
    m_waiting.fetch_sub(1, std::memory_order_relaxed);
    const RetryQueue::Entry entry = waiting.take();
    enter(entry.index);
    return entry;
}

template<typename StrikeOut>
void PendingHosts::add(Queue queue, RetryQueue::Entry entry, StrikeOut strikeOut)
{
    const std::lock_guard lock(m_mutex);
    if (m_isClosed || !strikeOut())
        return;
    queueOf(queue).add(entry);
    m_waiting.fetch_add(1, std::memory_order_relaxed);
}

} // namespace collector
