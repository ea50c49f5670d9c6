#include "engine/order.h"

#include <bit>
#include <utility>

namespace collector {

namespace {

// The finalizer of SplitMix64: every bit of the input reaches every bit of the output.
quint64 mix(quint64 x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

} // namespace

Order Order::asListed(quint64 count)
{
    Order order;
    order.m_count = count;
    return order;
}

Order Order::spread(quint64 count, quint64 seed)
{
    Order order;
    order.m_count = count;
    order.m_isSpread = count > 2;
    order.m_halfBits = (int(std::bit_width(count - 1)) + 1) / 2; // of a network, whose count is a power of two, not one index too many
    for (quint64 &key : order.m_keys)
        key = mix(seed += 0x9e3779b97f4a7c15ULL);
    return order;
}

Order Order::explicitly(std::vector<quint32> indices)
{
    Order order;
    order.m_count = indices.size();
    order.m_indices = std::move(indices);
    return order;
}

quint64 Order::at(quint64 position) const
{
    Q_ASSERT(position < m_count);
    if (!m_indices.empty())
        return m_indices[size_t(position)];
    if (!m_isSpread)
        return position;
    quint64 index = position;
    do
        index = encrypt(index); // at most four times on average: the domain is less than four times the count
    while (index >= m_count);
    return index;
}

quint64 Order::encrypt(quint64 value) const
{
    const quint64 mask = (quint64(1) << m_halfBits) - 1;
    quint64 left = value >> m_halfBits;
    quint64 right = value & mask;
    for (const quint64 key : m_keys)
        left = std::exchange(right, left ^ (mix(right ^ key) & mask));
    return left << m_halfBits | right;
}

} // namespace collector
