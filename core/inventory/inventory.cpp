#include "inventory/inventory.h"

#include "inventory/hostview.h"
#include "inventory/inventorytables.h"
#include "inventory/template.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

namespace collector {

/// Filled when first asked for. Who loses the race throws away a result that equals the winner's.
struct Inventory::Cache
{
    explicit Cache(size_t sets) : groups(std::make_unique<std::atomic<const ResolvedGroups *>[]>(sets)), count(sets) {}
    ~Cache()
    {
        for (size_t i = 0; i < count; ++i)
            delete groups[i].load(std::memory_order_relaxed);
    }

    std::unique_ptr<std::atomic<const ResolvedGroups *>[]> groups;
    size_t count;
    std::mutex sharedMutex;
    std::map<std::vector<quint32>, std::unique_ptr<const SharedRanges>> shared;
};

Inventory::Inventory(std::unique_ptr<InventoryTables> tables)
    : m_tables(std::move(tables)),
      m_cache(std::make_unique<Cache>(m_tables->groupSets.size()))
{
}

Inventory::~Inventory() = default;

const ResolvedGroups &Inventory::resolvedGroups(quint32 groupSet) const
{
    std::atomic<const ResolvedGroups *> &slot = m_cache->groups[groupSet];
    if (const ResolvedGroups *known = slot.load(std::memory_order_acquire))
        return *known;
    auto made = std::make_unique<const ResolvedGroups>(
        ResolvedGroups::resolve(*m_tables, m_tables->groupSets[groupSet], m_tables->closedSets[groupSet]));
    const ResolvedGroups *expected = nullptr;
    if (slot.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel))
        return *made.release();
    return *expected;
}

const SharedRanges *Inventory::sharedRanges(std::vector<quint32> rangeHosts) const
{
    if (rangeHosts.size() < 2)
        return nullptr;
    const std::scoped_lock lock(m_cache->sharedMutex);
    auto &slot = m_cache->shared[rangeHosts];
    if (!slot) {
        std::vector<GroupIndex> direct;
        for (const HostIndex host : rangeHosts) {
            const auto &set = m_tables->groupSets[m_tables->hosts[host].groups];
            direct.insert(direct.end(), set.begin(), set.end());
        }
        // A host of one range without a group is not ungrouped if another one has it in a group.
        if (std::any_of(direct.begin(), direct.end(), [](GroupIndex group) { return group > InventoryTables::ungrouped; }))
            direct.erase(std::remove(direct.begin(), direct.end(), InventoryTables::ungrouped), direct.end());
        slot = std::make_unique<const SharedRanges>(SharedRanges{ResolvedGroups::resolve(*m_tables, direct, false), std::move(rangeHosts)});
    }
    return slot.get();
}

std::optional<SelectedHost> Inventory::find(QByteArrayView hostName) const
{
    const auto place = m_tables->findHost(hostName);
    return place ? std::optional(hostAt(place->host, place->offset)) : std::nullopt;
}

bool Inventory::hasGroup(QByteArrayView name) const
{
    return m_tables->findGroup(name).has_value();
}

bool Inventory::hasVariable(QByteArrayView name) const
{
    const auto text = m_tables->texts.find(name);
    for (VariableIndex index = 1; text && index < m_tables->variables.size(); ++index) {
        if (m_tables->variables[index].name == *text)
            return true;
    }
    return false;
}

QByteArrayList Inventory::groupNames() const
{
    QByteArrayList names;
    for (const GroupEntry &group : m_tables->groups)
        names.append(m_tables->texts.text(group.name).toByteArray());
    return names;
}

QByteArray SelectedHost::name() const
{
    const InventoryTables &tables = *m_inventory->m_tables;
    const HostEntry &entry = tables.hosts[m_host];
    return entry.range == noIndex ? tables.texts.text(entry.name).toByteArray() : tables.ranges[entry.range].name(m_offset);
}

QByteArrayList SelectedHost::groups() const
{
    return HostView(*m_inventory, m_host, m_offset).groups().names;
}

QByteArrayView SelectedHost::groupsJson() const
{
    return HostView(*m_inventory, m_host, m_offset).groups().json;
}

std::optional<Variable> SelectedHost::variable(QByteArrayView name) const
{
    const InventoryTables &tables = *m_inventory->m_tables;
    const HostView view(*m_inventory, m_host, m_offset);
    const auto text = tables.texts.find(name);
    const VariableIndex found = text ? view.find(*text) : 0;
    if (found == 0)
        return std::nullopt;
    const VariableEntry &entry = tables.variables[found];
    const auto resolved = TemplateResolver(view).resolve(tables.load(entry.value));
    const QJsonValue value = resolved.state == Variable::Vault ? QJsonValue(QJsonValue::Null) : resolved.value.toJson();
    const QByteArray asText = value.isDouble() || value.isBool() ? resolved.value.toText() : QByteArray();
    return Variable{value, resolved.state, tables.files[entry.file], static_cast<int>(entry.line), asText, resolved.problem};
}

QByteArrayList SelectedHost::variableNames() const
{
    QByteArrayList names;
    for (const auto &[name, index] : HostView(*m_inventory, m_host, m_offset).variables())
        names.append(m_inventory->m_tables->texts.text(name).toByteArray());
    std::sort(names.begin(), names.end());
    return names;
}

bool SelectedHost::isNamedByAddress() const
{
    const InventoryTables &tables = *m_inventory->m_tables;
    const HostEntry &entry = tables.hosts[m_host];
    return entry.range != noIndex && tables.ranges[entry.range].addresses();
}

bool SelectedHost::hasVariables() const
{
    const InventoryTables &tables = *m_inventory->m_tables;
    const HostEntry &entry = tables.hosts[m_host];
    if (entry.variables != 0 || entry.fileVariables != 0)
        return true;
    if (entry.range != noIndex && tables.ranges[entry.range].overlaps)
        return !HostView(*m_inventory, m_host, m_offset).variables().empty();
    return !m_inventory->resolvedGroups(entry.groups).variables.empty();
}

std::optional<IpAddress> SelectedHost::literalAddress() const
{
    if (hasVariables()) {
        for (const char *name : {"ansible_ssh_host", "ansible_host"}) {
            const auto host = variable(name);
            if (host && (host->state != Variable::Ready || !host->value.isNull()))
                return host->state == Variable::Ready ? IpAddress::parse(host->value.toString().toUtf8()) : std::nullopt;
        }
    }
    return addressOfName();
}

std::optional<IpAddress> SelectedHost::addressOfName() const
{
    const InventoryTables &tables = *m_inventory->m_tables;
    const HostEntry &entry = tables.hosts[m_host];
    const auto *addresses = entry.range == noIndex ? nullptr : tables.ranges[entry.range].addresses();
    return addresses ? addresses->first.plus(m_offset) : IpAddress::parse(name());
}

} // namespace collector
