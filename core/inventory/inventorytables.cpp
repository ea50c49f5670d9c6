#include "inventory/inventorytables.h"

#include <algorithm>
#include <bit>

namespace collector {

namespace {

int sizeClass(quint64 count)
{
    return std::bit_width(count);
}

/// The address `count` before `address`, or the lowest of its family.
IpAddress minus(const IpAddress &address, quint64 count)
{
    if (!address.isV6())
        return IpAddress::v4(static_cast<quint32>(address.low() < count ? 0 : address.low() - count));
    const quint64 high = address.low() < count ? address.high() - 1 : address.high();
    return address.low() < count && address.high() == 0 ? IpAddress::v6(0, 0) : IpAddress::v6(high, address.low() - count);
}

} // namespace

QByteArray RangeEntry::name(quint64 offset) const
{
    if (const auto *range = addresses())
        return range->first.plus(offset).toText();
    return std::get<HostRange>(names).name(offset);
}

std::optional<quint64> RangeEntry::offsetOf(QByteArrayView name, const std::optional<IpAddress> &address) const
{
    if (const auto *range = addresses()) {
        if (!address || !range->contains(*address))
            return std::nullopt;
        return address->low() - range->first.low();
    }
    return std::get<HostRange>(names).indexOf(name);
}

InventoryTables::InventoryTables() : hosts(), variables(1), groupSets(1), closedSets(1), files(1) {}

std::optional<GroupIndex> InventoryTables::findGroup(QByteArrayView name) const
{
    const auto text = texts.find(name);
    return text ? groupOf(*text) : std::nullopt;
}

std::optional<GroupIndex> InventoryTables::groupOf(TextId name) const
{
    const auto found = groupByName.find(name);
    return found == groupByName.end() ? std::nullopt : std::optional(found->second);
}

std::optional<HostIndex> InventoryTables::hostOf(TextId name) const
{
    return name < m_hostByText.size() && m_hostByText[name] != 0 ? std::optional(m_hostByText[name] - 1) : std::nullopt;
}

void InventoryTables::setHostOf(TextId name, HostIndex host)
{
    if (name >= m_hostByText.size())
        m_hostByText.resize(name + 1);
    m_hostByText[name] = host + 1;
}

std::optional<InventoryTables::Place> InventoryTables::findHost(QByteArrayView name) const
{
    if (const auto text = texts.find(name)) {
        if (const auto host = hostOf(*text); host && isLone(*host))
            return Place{*host, 0};
    }
    if (ranges.empty())
        return std::nullopt;
    const auto address = IpAddress::parse(name);
    // "10.0.00.1" is no host of 10.0.0.0/8: a host has one name, the one that is printed.
    if (address && address->toText() != name)
        return std::nullopt;
    const auto found = rangesWith(name, address);
    if (found.empty())
        return std::nullopt;
    return Place{found.front(), *ranges[hosts[found.front()].range].offsetOf(name, address)};
}

std::vector<HostIndex> InventoryTables::rangesWith(QByteArrayView name, const std::optional<IpAddress> &address) const
{
    std::vector<HostIndex> found;
    if (address) {
        for (const auto &[sizeBits, byFirst] : m_rangesBySize) {
            const quint64 largest = sizeBits >= 64 ? ~0ULL : (1ULL << sizeBits) - 1;
            auto it = byFirst.upper_bound(*address);
            const IpAddress lowest = minus(*address, largest);
            while (it != byFirst.begin() && (--it)->first >= lowest) {
                if (ranges[it->second].addresses()->contains(*address))
                    found.push_back(ranges[it->second].host);
            }
        }
    }
    for (const quint32 range : m_patternRanges) {
        if (ranges[range].offsetOf(name, address))
            found.push_back(ranges[range].host);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<bool> InventoryTables::inhabitedGroups() const
{
    std::vector<bool> inhabited(groups.size());
    std::vector<bool> seen(groupSets.size());
    for (const HostEntry &host : hosts) {
        if (seen[host.groups])
            continue;
        seen[host.groups] = true;
        for (const GroupIndex group : groupSets[host.groups]) {
            inhabited[group] = true;
            if (closedSets[host.groups])
                continue;
            for (const GroupIndex above : ancestors(group))
                inhabited[above] = true;
        }
    }
    return inhabited;
}

void InventoryTables::addRange(RangeEntry range)
{
    const auto index = static_cast<quint32>(ranges.size());
    if (const auto *addresses = range.addresses()) {
        // Whatever ends at or behind our first address and begins before our last; of one size, few begin that near.
        for (const auto &[sizeBits, byFirst] : m_rangesBySize) {
            const quint64 largest = sizeBits >= 64 ? ~0ULL : (1ULL << sizeBits) - 1;
            for (auto it = byFirst.lower_bound(minus(addresses->first, largest)); it != byFirst.end() && it->first <= addresses->last;
                 ++it) {
                RangeEntry &other = ranges[it->second];
                if (other.addresses()->last >= addresses->first)
                    other.overlaps = range.overlaps = true;
            }
        }
        m_rangesBySize[sizeClass(range.count)].emplace(addresses->first, index);
        range.overlaps = range.overlaps || !m_patternRanges.empty();
    } else {
        // Whether two patterns share a name is not worth finding out: take it that they do.
        range.overlaps = !ranges.empty();
        m_patternRanges.push_back(index);
        for (RangeEntry &other : ranges)
            other.overlaps = true;
    }
    hosts[range.host].range = index;
    ranges.push_back(std::move(range));
}

ValueRef InventoryTables::store(const Value &value)
{
    if (value.isNull())
        return {ValueRef::Null, 0};
    if (const auto *flag = value.as<bool>())
        return {*flag ? ValueRef::True : ValueRef::False, 0};
    if (const auto *text = value.as<QByteArray>())
        return {ValueRef::Text, texts.intern(*text)};
    if (const auto *integer = value.as<qint64>(); integer && *integer > -(1LL << 60) && *integer < (1LL << 60))
        return {ValueRef::Integer, static_cast<quint64>(*integer)};
    trees.push_back(value);
    return {ValueRef::Tree, trees.size() - 1};
}

Value InventoryTables::load(ValueRef value) const
{
    switch (value.kind()) {
    case ValueRef::Null:
        return {};
    case ValueRef::False:
    case ValueRef::True:
        return Value(value.kind() == ValueRef::True);
    case ValueRef::Integer:
        return Value(value.integer());
    case ValueRef::Text:
        return Value(texts.text(value.index()).toByteArray());
    case ValueRef::Tree:
        return trees[value.index()];
    }
    return {};
}

VariableIndex InventoryTables::findVariable(VariableIndex list, TextId name) const
{
    while (list != 0 && variables[list].name != name)
        list = variables[list].next;
    return list;
}

quint64 InventoryTables::hostCount(HostIndex host) const
{
    return isLone(host) ? 1 : ranges[hosts[host].range].count;
}

std::vector<GroupIndex> InventoryTables::descendants(GroupIndex group) const
{
    std::vector<GroupIndex> order{group};
    std::vector<bool> seen(groups.size());
    seen[group] = true;
    for (size_t i = 0; i < order.size(); ++i) {
        for (const GroupIndex child : groups[order[i]].children) {
            if (!seen[child])
                order.push_back(child);
            seen[child] = true;
        }
    }
    return order;
}

std::vector<HostIndex> InventoryTables::membersOf(GroupIndex group) const
{
    std::vector<HostIndex> members;
    std::vector<bool> seen(hosts.size());
    for (const GroupIndex below : descendants(group)) {
        for (const HostIndex host : groups[below].hosts) {
            if (!seen[host])
                members.push_back(host);
            seen[host] = true;
        }
    }
    return members;
}

std::vector<GroupIndex> InventoryTables::ancestors(GroupIndex group) const
{
    std::vector<GroupIndex> order;
    std::vector<bool> seen(groups.size());
    const auto visit = [&](GroupIndex from) {
        for (const GroupIndex parent : groups[from].parents) {
            if (!seen[parent])
                order.push_back(parent);
            seen[parent] = true;
        }
    };
    visit(group);
    for (size_t i = 0; i < order.size(); ++i)
        visit(order[i]);
    return order;
}

} // namespace collector
