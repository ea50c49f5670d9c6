// What being in certain groups means for a host: the names of all groups above it and the variables they give, in Ansible's order of
// precedence. Worked out once for each distinct set of groups, shared by all its hosts; constant, any thread.
#pragma once

#include "inventory/inventorytables.h"

#include <QByteArrayList>

namespace collector {

struct ResolvedGroups
{
    QByteArrayList names;                                    // sorted, without `all`
    QByteArray json;                                         // the same
    std::vector<GroupIndex> byPrecedence;                    // without `all`; the later wins
    std::vector<std::pair<TextId, VariableIndex>> variables; // sorted by name

    [[nodiscard]] static ResolvedGroups resolve(const InventoryTables &tables, const std::vector<GroupIndex> &groups, bool closed);
    [[nodiscard]] VariableIndex find(TextId name) const;
};

} // namespace collector
