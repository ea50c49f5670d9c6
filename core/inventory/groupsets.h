// The sets of groups that hosts are in directly, while sources are read. Hosts come by the million and sets by the hundred, so a host has
// the number of a set, and hosts that are in the same groups have the same number. The sets themselves lie in the tables, which stay;
// what finds them again is here, and goes when all is read. One thread.
#pragma once

#include "inventory/inventorytables.h"

#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace collector {

class GroupSets final
{
public:
    /// Each step from one set to the next is kept, for the hosts that come the same way: a host in n groups would leave n sets, n² groups
    /// of memory. From this many groups on a set is therefore its host's alone, and grows where it is, until shareOwn().
    static constexpr size_t largestShared = 64;

    /// `tables` have the empty set and no other.
    explicit GroupSets(InventoryTables &tables);

    /// Puts a group into a host's set, whose number is another afterwards. False where the group is in it already.
    bool grow(GroupSetIndex &set, GroupIndex group);
    /// The number of a set, the same one for the same groups; `groups` are sorted, each once. `closed`: see InventoryTables::closedSets.
    GroupSetIndex find(std::vector<GroupIndex> groups, bool closed = false);
    /// When all hosts are read: large sets that came to the same are one, too.
    void shareOwn();

private:
    GroupSetIndex with(GroupSetIndex set, GroupIndex group);
    bool growOwn(GroupSetIndex &set, GroupIndex group);
    GroupSetIndex append(std::vector<GroupIndex> groups, bool closed);

    InventoryTables &m_tables;
    std::unordered_map<quint64, GroupSetIndex> m_steps; // set, group → set with it
    std::unordered_set<GroupSetIndex> m_own;            // each of one host alone
    std::map<std::pair<std::vector<GroupIndex>, bool>, GroupSetIndex> m_numbers;
};

} // namespace collector
