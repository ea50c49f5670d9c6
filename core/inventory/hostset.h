// A list of hosts in order, with ranges that are not spelled out: what host patterns are evaluated to. Items are whole entries of
// the tables or, of a range, the part that a filter lets through. One thread while it is made, constant afterwards.
#pragma once

#include "inventory/inventorytables.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace collector {

/// A host of a range, looked at by filters: the name is made only where it is asked for.
class RangeHost final
{
public:
    RangeHost(const RangeEntry &range, quint64 offset) : m_range(range), m_offset(offset) {}
    [[nodiscard]] const QByteArray &name() const;
    [[nodiscard]] std::optional<IpAddress> address() const;
    [[nodiscard]] const RangeEntry &range() const { return m_range; }
    [[nodiscard]] quint64 offset() const { return m_offset; }

private:
    const RangeEntry &m_range;
    quint64 m_offset;
    mutable QByteArray m_name;
};

using RangeFilter = std::function<bool(const RangeHost &)>;

/// Part of a range: from `first` on `count` hosts, of which those that `filter` admits (all, where there is none).
struct RangePart
{
    quint64 first = 0;
    quint64 count = 0;
    std::shared_ptr<const RangeFilter> filter;

    [[nodiscard]] bool admits(const RangeHost &host) const { return host.offset() - first < count && (!filter || (*filter)(host)); }
};

class HostSet final
{
public:
    struct Item
    {
        HostIndex host;
        quint32 part; // in parts(), noIndex: all of it
    };

    explicit HostSet(const InventoryTables &tables) : m_tables(&tables) {}

    /// All of it; of a range, without the hosts that have an entry of their own.
    void append(HostIndex host);
    void append(HostIndex host, RangePart part);
    void append(const HostSet &other);
    [[nodiscard]] bool isEmpty() const { return m_items.empty(); }
    [[nodiscard]] const std::vector<Item> &items() const { return m_items; }
    [[nodiscard]] const RangePart *part(const Item &item) const { return item.part == noIndex ? nullptr : &m_parts[item.part]; }
    [[nodiscard]] RangePart partOrAll(const Item &item) const;

    /// Each host once, where it comes first.
    void deduplicate();
    void keepOnly(const HostSet &other) { restrict(other, true); }
    void remove(const HostSet &other) { restrict(other, false); }
    /// hosts[start:end+1]; false where there are not that many.
    [[nodiscard]] bool slice(qint64 start, std::optional<qint64> lastIncluded);

private:
    /// Which hosts of a range are in this set; null where none is.
    [[nodiscard]] std::shared_ptr<const RangeFilter> membership(const RangeEntry &range) const;
    void restrict(const HostSet &other, bool keep);
    [[nodiscard]] std::optional<quint64> exactCount() const;

    const InventoryTables *m_tables;
    std::vector<Item> m_items;
    std::vector<RangePart> m_parts;
};

} // namespace collector
