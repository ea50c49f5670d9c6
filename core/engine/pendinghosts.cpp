#include "engine/pendinghosts.h"

#include <algorithm>

namespace collector {

std::optional<quint64> PendingHosts::nextPosition(const Plan &plan, int most)
{
    const std::lock_guard lock(m_mutex);
    auto &[first, last] = m_hosts.taken;
    if (first == last && !m_isPlanUsed) {
        m_hosts.taken = plan.take(most);
        m_isPlanUsed = first == last;
    }
    return first == last ? std::nullopt : std::optional(first++);
}

std::optional<RetryQueue::Entry> PendingHosts::next(Queue queue, Deadline now)
{
    if (m_waiting.load(std::memory_order_relaxed) == 0)
        return std::nullopt; // as nearly always: no lock for that
    const std::lock_guard lock(m_mutex);
    RetryQueue &waiting = queueOf(queue);
    if (waiting.isEmpty() || waiting.due() > now)
        return std::nullopt;
    m_waiting.fetch_sub(1, std::memory_order_relaxed);
    return waiting.take();
}

void PendingHosts::add(Queue queue, RetryQueue::Entry entry)
{
    const std::lock_guard lock(m_mutex);
    queueOf(queue).add(entry);
    m_waiting.fetch_add(1, std::memory_order_relaxed);
}

Deadline PendingHosts::due() const
{
    const std::lock_guard lock(m_mutex);
    return std::min(m_hosts.retries.due(), m_hosts.refused.due());
}

quint64 PendingHosts::waiting() const
{
    return m_waiting.load(std::memory_order_relaxed);
}

bool PendingHosts::isOver() const
{
    const std::lock_guard lock(m_mutex);
    return m_isPlanUsed && m_hosts.taken.first == m_hosts.taken.second && m_hosts.retries.isEmpty() && m_hosts.refused.isEmpty();
}

PendingHosts::Hosts PendingHosts::takeAll()
{
    const std::lock_guard lock(m_mutex);
    m_waiting.store(0, std::memory_order_relaxed);
    return std::exchange(m_hosts, {});
}

} // namespace collector
