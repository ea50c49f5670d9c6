#include "inventory/groupsets.h"

#include <algorithm>

namespace collector {

GroupSets::GroupSets(InventoryTables &tables) : m_tables(tables)
{
    m_numbers.emplace(std::pair(std::vector<GroupIndex>(), false), 0);
}

bool GroupSets::grow(GroupSetIndex &set, GroupIndex group)
{
    if (m_tables.groupSets[set].size() >= largestShared)
        return growOwn(set, group);
    const GroupSetIndex larger = with(set, group);
    return std::exchange(set, larger) != larger;
}

GroupSetIndex GroupSets::with(GroupSetIndex set, GroupIndex group)
{
    const auto [known, added] = m_steps.try_emplace(static_cast<quint64>(set) << 32 | group, 0);
    if (!added)
        return known->second;
    std::vector<GroupIndex> groups = m_tables.groupSets[set];
    const auto at = std::lower_bound(groups.begin(), groups.end(), group);
    if (at != groups.end() && *at == group)
        return known->second = set;
    groups.insert(at, group);
    return known->second = find(std::move(groups));
}

bool GroupSets::growOwn(GroupSetIndex &set, GroupIndex group)
{
    const auto placeIn = [group](std::vector<GroupIndex> &groups) { return std::lower_bound(groups.begin(), groups.end(), group); };
    std::vector<GroupIndex> &groups = m_tables.groupSets[set];
    if (const auto at = placeIn(groups); at != groups.end() && *at == group)
        return false;
    if (!m_own.contains(set)) {
        set = append(groups, false); // a copy: other hosts are in the one that it was
        m_own.insert(set);
    }
    std::vector<GroupIndex> &own = m_tables.groupSets[set];
    own.insert(placeIn(own), group);
    return true;
}

GroupSetIndex GroupSets::find(std::vector<GroupIndex> groups, bool closed)
{
    const auto [known, added] = m_numbers.try_emplace(std::pair(groups, closed), static_cast<GroupSetIndex>(m_tables.groupSets.size()));
    if (added)
        append(std::move(groups), closed);
    return known->second;
}

void GroupSets::shareOwn()
{
    if (m_own.empty())
        return;
    for (HostIndex host = 0; host < m_tables.hosts.size(); ++host) {
        GroupSetIndex &set = m_tables.hosts[host].groups;
        if (m_own.contains(set))
            set = find(std::exchange(m_tables.groupSets[set], {}));
    }
    m_own.clear();
}

GroupSetIndex GroupSets::append(std::vector<GroupIndex> groups, bool closed)
{
    m_tables.groupSets.push_back(std::move(groups));
    m_tables.closedSets.push_back(closed);
    return static_cast<GroupSetIndex>(m_tables.groupSets.size() - 1);
}

} // namespace collector
