#include "output/hostset.h"

#include <QRandomGenerator>

namespace collector {

HostSet::HostSet() : m_key{QRandomGenerator::system()->generate64(), QRandomGenerator::system()->generate64()} {}

HostSet::Hash HostSet::hashOf(QByteArrayView host) const
{
    // Two keys that differ give two independent halves. The low bit keeps a name apart from a free slot.
    const auto length = size_t(host.size());
    return {sipHash(m_key, host.data(), length) | 1, sipHash({~m_key[0], m_key[1]}, host.data(), length)};
}

// Where the hash is, or the free slot where it belongs.
size_t HostSet::slotOf(const std::vector<Hash> &table, const Hash &hash) const
{
    size_t at = ((hash.first >> 32) * table.size()) >> 32; // below 2^32 table
    while (table[at].first != 0 && table[at] != hash)
        at = at + 1 == table.size() ? 0 : at + 1;
    return at;
}

void HostSet::grow()
{
    std::vector<Hash> larger(m_slots.empty() ? 64 : m_slots.size() + m_slots.size() / 2);
    for (const Hash &hash : m_slots) {
        if (hash.first != 0)
            larger[slotOf(larger, hash)] = hash;
    }
    m_slots = std::move(larger);
}

bool HostSet::insert(QByteArrayView host)
{
    if (m_size * 5 >= m_slots.size() * 4)
        grow();
    const Hash hash = hashOf(host);
    Hash &slot = m_slots[slotOf(m_slots, hash)];
    if (slot == hash)
        return false;
    slot = hash;
    ++m_size;
    return true;
}

bool HostSet::contains(QByteArrayView host) const
{
    if (m_slots.empty())
        return false;
    const Hash hash = hashOf(host);
    return m_slots[slotOf(m_slots, hash)] == hash;
}

} // namespace collector
