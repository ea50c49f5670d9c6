#include "inventory/hostview.h"

#include <algorithm>

namespace collector {

HostView::HostView(const Inventory &inventory, HostIndex host, quint64 offset)
    : m_inventory(inventory),
      m_tables(inventory.tables()),
      m_host(host),
      m_offset(offset)
{
    if (!m_tables.isLone(host) && m_tables.ranges[entry().range].overlaps)
        m_shared = inventory.sharedRanges(m_tables.rangesWith(name(), addressOfRange()));
}

QByteArray HostView::name() const
{
    if (m_tables.isLone(m_host))
        return m_tables.texts.text(entry().name).toByteArray();
    return m_tables.ranges[entry().range].name(m_offset);
}

std::optional<IpAddress> HostView::addressOfRange() const
{
    const auto *addresses = m_tables.isLone(m_host) ? nullptr : m_tables.ranges[entry().range].addresses();
    return addresses ? std::optional(addresses->first.plus(m_offset)) : std::nullopt;
}

const ResolvedGroups &HostView::groups() const
{
    return m_shared ? m_shared->groups : m_inventory.resolvedGroups(entry().groups);
}

/// The lists of the host itself, the one that counts first; until `visit` has enough.
template<typename Visit>
void HostView::eachList(const Visit &visit) const
{
    if (m_shared) {
        for (auto it = m_shared->hosts.rbegin(); it != m_shared->hosts.rend(); ++it) {
            if (visit(m_tables.hosts[*it].variables))
                return;
        }
        return;
    }
    if (visit(entry().fileVariables))
        return;
    visit(entry().variables);
}

VariableIndex HostView::find(TextId name) const
{
    VariableIndex found = 0;
    eachList([&](VariableIndex list) {
        found = m_tables.findVariable(list, name);
        return found != 0;
    });
    return found != 0 ? found : groups().find(name);
}

std::vector<std::pair<TextId, VariableIndex>> HostView::variables() const
{
    std::vector<std::pair<TextId, VariableIndex>> own;
    eachList([&](VariableIndex list) {
        for (; list != 0; list = m_tables.variables[list].next)
            own.emplace_back(m_tables.variables[list].name, list);
        return false;
    });
    const auto byName = [](const auto &a, const auto &b) { return a.first < b.first; };
    std::stable_sort(own.begin(), own.end(), byName);
    own.erase(std::unique(own.begin(), own.end(), [](const auto &a, const auto &b) { return a.first == b.first; }), own.end());
    const auto &inherited = groups().variables;
    std::vector<std::pair<TextId, VariableIndex>> all;
    all.reserve(own.size() + inherited.size());
    std::set_union(own.begin(), own.end(), inherited.begin(), inherited.end(), std::back_inserter(all), byName);
    return all;
}

} // namespace collector
