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

    // The next position; takes at most `most` of the plan where there is none left.
    [[nodiscard]] std::optional<quint64> nextPosition(const Plan &plan, int most);
    // The first one of the queue that is due.
    [[nodiscard]] std::optional<RetryQueue::Entry> next(Queue queue, Deadline now);
    void add(Queue queue, RetryQueue::Entry entry);

    [[nodiscard]] Deadline due() const; // when the first of those that wait is; never: none waits
    [[nodiscard]] quint64 waiting() const;
    [[nodiscard]] bool isOver() const; // none is left, nor has the plan any
    [[nodiscard]] Hosts takeAll();     // for another worker

private:
    [[nodiscard]] RetryQueue &queueOf(Queue queue) { return queue == Queue::Retries ? m_hosts.retries : m_hosts.refused; }

    mutable std::mutex m_mutex;
    Hosts m_hosts;
    std::atomic<quint64> m_waiting; // in both queues: only their worker adds to it
    bool m_isPlanUsed = false;
};

} // namespace collector
