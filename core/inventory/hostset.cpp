#include "inventory/hostset.h"

#include <algorithm>

namespace collector {

namespace {

using FilterPointer = std::shared_ptr<const RangeFilter>;

FilterPointer makeFilter(RangeFilter filter)
{
    return std::make_shared<const RangeFilter>(std::move(filter));
}

FilterPointer both(FilterPointer a, FilterPointer b, bool wantB)
{
    return makeFilter(
        [a = std::move(a), b = std::move(b), wantB](const RangeHost &host) { return (!a || (*a)(host)) && (*b)(host) == wantB; });
}

constexpr quint64 mostCounted = 1ULL << 26; // hosts of a filtered range that a subscript may walk over

} // namespace

const QByteArray &RangeHost::name() const
{
    if (m_name.isNull())
        m_name = m_range.name(m_offset);
    return m_name;
}

std::optional<IpAddress> RangeHost::address() const
{
    const auto *addresses = m_range.addresses();
    return addresses ? addresses->first.plus(m_offset) : IpAddress::parse(name());
}

void HostSet::append(HostIndex host)
{
    if (m_tables->isLone(host) || m_tables->ranges[m_tables->hosts[host].range].singled.empty()) {
        m_items.push_back({host, noIndex});
        return;
    }
    append(host,
           {0, m_tables->hostCount(host), makeFilter([](const RangeHost &one) { return !one.range().singled.contains(one.offset()); })});
}

void HostSet::append(HostIndex host, RangePart part)
{
    m_items.push_back({host, static_cast<quint32>(m_parts.size())});
    m_parts.push_back(std::move(part));
}

void HostSet::append(const HostSet &other)
{
    for (const Item &item : other.m_items) {
        if (const RangePart *part = other.part(item))
            append(item.host, *part);
        else
            append(item.host);
    }
}

RangePart HostSet::partOrAll(const Item &item) const
{
    const RangePart *known = part(item);
    return known ? *known : RangePart{0, m_tables->hostCount(item.host), nullptr};
}

std::shared_ptr<const RangeFilter> HostSet::membership(const RangeEntry &range) const
{
    std::vector<std::pair<const RangeEntry *, RangePart>> parts;
    for (const Item &item : m_items) {
        if (m_tables->isLone(item.host))
            continue;
        const RangeEntry &other = m_tables->ranges[m_tables->hosts[item.host].range];
        if (&other == &range || (other.overlaps && range.overlaps))
            parts.emplace_back(&other, partOrAll(item));
    }
    if (parts.empty())
        return nullptr;
    return makeFilter([parts = std::move(parts)](const RangeHost &host) {
        return std::any_of(parts.begin(), parts.end(), [&](const auto &entry) {
            if (entry.first == &host.range())
                return entry.second.admits(host);
            const auto offset = entry.first->offsetOf(host.name(), host.address());
            return offset && entry.second.admits(RangeHost(*entry.first, *offset));
        });
    });
}

void HostSet::deduplicate()
{
    HostSet result(*m_tables);
    std::vector<bool> seen(m_tables->hosts.size());
    for (const Item &item : m_items) {
        if (m_tables->isLone(item.host)) {
            if (!seen[item.host])
                result.append(item.host);
            seen[item.host] = true;
            continue;
        }
        RangePart part = partOrAll(item);
        const bool whole = !part.filter && part.count == m_tables->hostCount(item.host);
        if (seen[item.host])
            continue; // all of it is there
        seen[item.host] = whole;
        if (const auto before = result.membership(m_tables->ranges[m_tables->hosts[item.host].range]))
            part.filter = both(part.filter, before, false);
        if (whole && !part.filter)
            result.append(item.host);
        else
            result.append(item.host, std::move(part));
    }
    *this = std::move(result);
}

void HostSet::restrict(const HostSet &other, bool keep)
{
    std::vector<bool> inOther(m_tables->hosts.size());
    for (const Item &item : other.m_items) {
        if (m_tables->isLone(item.host))
            inOther[item.host] = true;
    }
    HostSet result(*m_tables);
    for (const Item &item : m_items) {
        if (m_tables->isLone(item.host)) {
            if (inOther[item.host] == keep)
                result.append(item.host);
            continue;
        }
        const auto member = other.membership(m_tables->ranges[m_tables->hosts[item.host].range]);
        if (!member && keep)
            continue;
        RangePart part = partOrAll(item);
        if (member)
            part.filter = both(part.filter, member, keep);
        if (part.filter || this->part(item))
            result.append(item.host, std::move(part));
        else
            result.append(item.host);
    }
    *this = std::move(result);
}

/// Nothing where counting would mean to walk through too many.
std::optional<quint64> HostSet::exactCount() const
{
    quint64 count = 0;
    for (const Item &item : m_items) {
        const RangePart part = partOrAll(item);
        if (!part.filter) {
            count += part.count;
            continue;
        }
        if (part.count > mostCounted)
            return std::nullopt;
        const RangeEntry &range = m_tables->ranges[m_tables->hosts[item.host].range];
        for (quint64 offset = part.first; offset < part.first + part.count; ++offset)
            count += (*part.filter)(RangeHost(range, offset)) ? 1 : 0;
    }
    return count;
}

bool HostSet::slice(qint64 start, std::optional<qint64> lastIncluded)
{
    const auto total = exactCount();
    if (!total)
        return false;
    const auto count = static_cast<qint64>(*total);
    qint64 from = start;
    qint64 to = count - 1;
    if (!lastIncluded || *lastIncluded == 0) { // Ansible takes [3:0] for [3]
        from = start < 0 ? start + count : start;
        if (from < 0 || from >= count)
            return false;
        to = from;
    } else if (*lastIncluded > 0) {
        to = std::min(*lastIncluded, to);
    }
    HostSet result(*m_tables);
    qint64 position = 0;
    for (const Item &item : m_items) {
        RangePart part = partOrAll(item);
        if (!part.filter) {
            const qint64 first = std::max<qint64>(from - position, 0);
            const qint64 last = std::min<qint64>(to - position, static_cast<qint64>(part.count) - 1);
            position += static_cast<qint64>(part.count);
            if (first > last)
                continue;
            if (m_tables->isLone(item.host))
                result.append(item.host);
            else
                result.append(item.host, {part.first + static_cast<quint64>(first), static_cast<quint64>(last - first) + 1, nullptr});
            continue;
        }
        // Of a filtered range, find where the first and the last wanted one stand.
        const RangeEntry &range = m_tables->ranges[m_tables->hosts[item.host].range];
        std::optional<quint64> first;
        quint64 last = 0;
        for (quint64 offset = part.first; offset < part.first + part.count && position <= to; ++offset) {
            if (!(*part.filter)(RangeHost(range, offset)))
                continue;
            if (position >= from) {
                first = first.value_or(offset);
                last = offset;
            }
            ++position;
        }
        if (first)
            result.append(item.host, {*first, last - *first + 1, part.filter});
    }
    *this = std::move(result);
    return true;
}

} // namespace collector
