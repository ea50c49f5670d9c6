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
    const std::lock_guard lock(m_mutex);
    RetryQueue &waiting = queueOf(queue);
    if (waiting.isEmpty() || waiting.due() > now)
        return std::nullopt;
    return waiting.take();
}

void PendingHosts::add(Queue queue, RetryQueue::Entry entry)
{
    const std::lock_guard lock(m_mutex);
    queueOf(queue).add(entry);
}

Deadline PendingHosts::due() const
{
    const std::lock_guard lock(m_mutex);
    return std::min(m_hosts.retries.due(), m_hosts.refused.due());
}

quint64 PendingHosts::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_hosts.retries.count() + m_hosts.refused.count();
}

bool PendingHosts::isOver() const
{
    const std::lock_guard lock(m_mutex);
    return m_isPlanUsed && m_hosts.taken.first == m_hosts.taken.second && m_hosts.retries.isEmpty() && m_hosts.refused.isEmpty();
}

PendingHosts::Hosts PendingHosts::takeAll()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_hosts, {});
}

} // namespace collector
