// One host of the tables, its own entry or one out of a range, with everything that says something about it. Looks up, allocates
// little; constant, any thread.
#pragma once

#include "inventory/inventory.h"
#include "inventory/resolvedgroups.h"

namespace collector {

/// Ranges that share a host: what they say together.
struct SharedRanges
{
    ResolvedGroups groups;
    std::vector<HostIndex> hosts; // the later wins
};

class HostView final
{
public:
    HostView(const Inventory &inventory, HostIndex host, quint64 offset);

    [[nodiscard]] QByteArray name() const;
    [[nodiscard]] const ResolvedGroups &groups() const;
    /// The assignment that counts, 0 for none.
    [[nodiscard]] VariableIndex find(TextId name) const;
    /// All that count, sorted by number of the name.
    [[nodiscard]] std::vector<std::pair<TextId, VariableIndex>> variables() const;
    [[nodiscard]] std::optional<IpAddress> addressOfRange() const;
    [[nodiscard]] const InventoryTables &tables() const { return m_tables; }
    [[nodiscard]] const HostEntry &entry() const { return m_tables.hosts[m_host]; }

private:
    template<typename Visit>
    void eachList(const Visit &visit) const;

    const Inventory &m_inventory;
    const InventoryTables &m_tables;
    HostIndex m_host;
    quint64 m_offset;
    const SharedRanges *m_shared = nullptr;
};

} // namespace collector
