// What Ansible makes of an inventory when all sources are read (reconcile_inventory of its InventoryData): what nobody placed hangs below
// `all`, whoever is in no group is `ungrouped`, and a name that is a host's and a group's deserves a warning. One thread.
#pragma once

#include "inventory/inventorybuilder.h"

namespace collector {

class Reconciliation final
{
public:
    /// `groupSets` are those of the builder's hosts.
    Reconciliation(InventoryBuilder &builder, GroupSets &groupSets) : m_builder(builder), m_tables(builder.tables()), m_groupSets(groupSets)
    {
    }

    /// Reports what is wrong to the builder's problems; after an error there the tables are left as they are. Group depths come last.
    void run();

private:
    GroupSetIndex withoutUngrouped(GroupSetIndex set);
    bool joinUngrouped(HostIndex host);
    void settleUngrouped();
    void warnOfSharedNames();
    void computeDepths();

    InventoryBuilder &m_builder;
    InventoryTables &m_tables;
    GroupSets &m_groupSets;
};

} // namespace collector
