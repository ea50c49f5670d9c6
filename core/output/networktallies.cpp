#include "output/networktallies.h"

namespace collector {

size_t NetworkTallies::slotOf(NetworkKey key) const
{
    // Fibonacci hashing: neighbours lie far apart.
    const size_t mask = m_table.size() - 1;
    size_t at = size_t((key.bits ^ key.family) * 0x9e3779b97f4a7c15u >> 20) & mask;
    while (m_table[at].key.family != 0 && (m_table[at].key.bits != key.bits || m_table[at].key.family != key.family))
        at = (at + 1) & mask;
    return at;
}

void NetworkTallies::grow()
{
    std::vector<Network> before(m_table.empty() ? 256 : m_table.size() * 2);
    before.swap(m_table);
    for (Network &network : before) {
        if (network.key.family != 0)
            m_table[slotOf(network.key)] = std::move(network);
    }
}

Tally *NetworkTallies::of(NetworkKey key)
{
    if (m_used * 2 >= m_table.size())
        grow();
    Network &network = m_table[slotOf(key)];
    if (network.key.family == 0) {
        if (m_used >= m_limit)
            return nullptr;
        network.key = key;
        ++m_used;
    }
    return &network.tally;
}

const Tally *NetworkTallies::find(NetworkKey key) const
{
    if (m_table.empty())
        return nullptr;
    const Network &network = m_table[slotOf(key)];
    return network.key.family != 0 ? &network.tally : nullptr;
}

} // namespace collector
