#include "engine/pendinghosts.h"

#include <algorithm>

namespace collector {

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
    m_isClosed = true;
    return std::exchange(m_hosts, {});
}

} // namespace collector
