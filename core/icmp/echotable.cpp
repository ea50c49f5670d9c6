#include "icmp/echotable.h"

namespace collector {

std::optional<uint32_t> EchoTable::add()
{
    if (m_free.empty()) {
        const uint32_t first = slots();
        if (first >= maxSlots)
            return {};
        m_chunks.push_back(std::make_unique<Series[]>(chunk));
        for (uint32_t slot = first + chunk; slot-- > first;)
            m_free.push_back(slot);
    }
    const uint32_t slot = m_free.back();
    m_free.pop_back();
    Series &series = (*this)[slot];
    const uint32_t generation = series.generation;
    series = Series{};
    series.generation = generation;
    series.isInUse = true;
    ++m_inUse;
    return slot;
}

void EchoTable::remove(uint32_t slot)
{
    Series &series = (*this)[slot];
    if (series.count > 64)
        m_long.erase(slot);
    series.isInUse = false;
    ++series.generation;
    m_free.push_back(slot);
    --m_inUse;
}

bool EchoTable::holds(uint32_t slot, uint32_t generation) const
{
    return slot < slots() && (*this)[slot].isInUse && (*this)[slot].generation == generation;
}

bool EchoTable::isAnswered(uint32_t slot, uint32_t number) const
{
    const Series &series = (*this)[slot];
    if (series.count <= 64)
        return series.answered >> number & 1;
    const auto found = m_long.find(slot);
    return found != m_long.end() && found->second[number];
}

void EchoTable::setAnswered(uint32_t slot, uint32_t number)
{
    Series &series = (*this)[slot];
    if (series.count <= 64) {
        series.answered |= uint64_t(1) << number;
        return;
    }
    std::vector<bool> &answered = m_long[slot];
    answered.resize(series.count);
    answered[number] = true;
}

} // namespace collector
