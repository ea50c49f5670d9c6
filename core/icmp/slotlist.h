// SlotList: a queue of slots of a table, linked through the entries themselves, so that any of them leaves in constant time
// and none costs an allocation. An entry is in one list at most; `Link::list` says in which.

#pragma once

#include <cstdint>

namespace collector {

struct SlotLink
{
    static constexpr uint32_t none = UINT32_MAX;
    static constexpr uint16_t noList = UINT16_MAX;

    uint32_t next = none;
    uint32_t previous = none;
    uint16_t list = noList;
};

// `Table` has a `SlotLink &link(uint32_t slot)`.
template<typename Table>
class SlotList
{
public:
    explicit SlotList(uint16_t name) : m_name(name) {}

    [[nodiscard]] bool isEmpty() const { return m_first == SlotLink::none; }
    [[nodiscard]] uint32_t first() const { return m_first; }

    void append(Table &table, uint32_t slot)
    {
        SlotLink &link = table.link(slot);
        link = {SlotLink::none, m_last, m_name};
        (m_last == SlotLink::none ? m_first : table.link(m_last).next) = slot;
        m_last = slot;
    }

    void prepend(Table &table, uint32_t slot)
    {
        SlotLink &link = table.link(slot);
        link = {m_first, SlotLink::none, m_name};
        (m_first == SlotLink::none ? m_last : table.link(m_first).previous) = slot;
        m_first = slot;
    }

    void remove(Table &table, uint32_t slot)
    {
        SlotLink &link = table.link(slot);
        (link.previous == SlotLink::none ? m_first : table.link(link.previous).next) = link.next;
        (link.next == SlotLink::none ? m_last : table.link(link.next).previous) = link.previous;
        link = {};
    }

    uint32_t takeFirst(Table &table)
    {
        const uint32_t slot = m_first;
        remove(table, slot);
        return slot;
    }

private:
    uint32_t m_first = SlotLink::none;
    uint32_t m_last = SlotLink::none;
    uint16_t m_name;
};

} // namespace collector
