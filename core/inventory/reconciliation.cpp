#include "inventory/reconciliation.h"

#include <algorithm>
#include <map>

namespace collector {

void Reconciliation::run()
{
    for (GroupIndex group = 0; group < m_tables.groups.size(); ++group) {
        const GroupEntry &entry = m_tables.groups[group];
        if (group == InventoryTables::all || !entry.parents.empty())
            continue;
        m_builder.enterFile(m_tables.files[entry.file]);
        m_builder.atLine(static_cast<int>(entry.line), {});
        m_builder.addChild(InventoryTables::all, group);
    }
    if (m_builder.problems().hasErrors())
        return;
    m_groupSets.shareOwn();
    settleUngrouped();
    warnOfSharedNames();
    computeDepths();
}

/// What is left to a host that is taken out of `ungrouped` because it is in some other group too. Ansible takes it out of all groups
/// above `ungrouped` as well, even of one that lists it, unless another of its groups lies below them.
GroupSetIndex Reconciliation::withoutUngrouped(GroupSetIndex set)
{
    std::vector<GroupIndex> direct = m_tables.groupSets[set];
    std::vector<GroupIndex> left = direct;
    for (const GroupIndex group : direct) {
        const auto above = m_tables.ancestors(group);
        left.insert(left.end(), above.begin(), above.end());
    }
    const auto withoutOne = [](std::vector<GroupIndex> &groups, GroupIndex group) {
        groups.erase(std::remove(groups.begin(), groups.end(), group), groups.end());
    };
    const auto isNeeded = [&](GroupIndex group) {
        return std::any_of(left.begin(), left.end(), [&](GroupIndex other) {
            const auto above = m_tables.ancestors(other);
            return std::find(above.begin(), above.end(), group) != above.end();
        });
    };
    std::sort(left.begin(), left.end());
    left.erase(std::unique(left.begin(), left.end()), left.end());
    std::vector<GroupIndex> removed{InventoryTables::ungrouped};
    withoutOne(left, InventoryTables::ungrouped);
    for (size_t i = 0; i < removed.size(); ++i) {
        for (const GroupIndex above : m_tables.ancestors(removed[i])) {
            const bool there = std::find(left.begin(), left.end(), above) != left.end();
            if (above == InventoryTables::all || !there || isNeeded(above))
                continue;
            withoutOne(left, above);
            removed.push_back(above);
            i = static_cast<size_t>(-1); // what was needed by it may be free now
            break;
        }
    }
    withoutOne(direct, InventoryTables::ungrouped);
    const bool ordinary =
        m_tables.groups[InventoryTables::ungrouped].parents.size() == 1 && m_tables.groups[InventoryTables::ungrouped].children.empty();
    return ordinary ? m_groupSets.find(std::move(direct)) : m_groupSets.find(std::move(left), true);
}

/// Ansible adds whatever bears the host's name, and a group of that name comes first. True where that changed the tree of groups.
bool Reconciliation::joinUngrouped(HostIndex host)
{
    const HostEntry &entry = m_tables.hosts[host];
    const auto group = m_tables.groupOf(entry.name);
    if (!group) {
        if (m_groupSets.grow(m_tables.hosts[host].groups, InventoryTables::ungrouped))
            m_tables.groups[InventoryTables::ungrouped].hosts.push_back(host);
        return false;
    }
    m_builder.enterFile(m_tables.files[entry.file]);
    m_builder.atLine(static_cast<int>(entry.line), {});
    return m_builder.addChild(InventoryTables::ungrouped, *group);
}

void Reconciliation::settleUngrouped()
{
    enum Verdict : char { Unknown, Stays, Leaves, Joins };
    std::vector<Verdict> verdicts(m_tables.groupSets.size());
    const auto judge = [this](const std::vector<GroupIndex> &direct) {
        std::vector<GroupIndex> closure = direct;
        for (const GroupIndex group : direct) {
            const auto above = m_tables.ancestors(group);
            closure.insert(closure.end(), above.begin(), above.end());
        }
        const bool ungrouped = std::find(closure.begin(), closure.end(), InventoryTables::ungrouped) != closure.end();
        const bool other = std::any_of(closure.begin(), closure.end(), [](GroupIndex group) { return group > InventoryTables::ungrouped; });
        if (ungrouped)
            return other && std::binary_search(direct.begin(), direct.end(), InventoryTables::ungrouped) ? Leaves : Stays;
        return other ? Stays : Joins;
    };
    bool someLeave = false;
    std::map<GroupSetIndex, GroupSetIndex> left;
    for (HostIndex host = 0; host < m_tables.hosts.size(); ++host) {
        const GroupSetIndex set = m_tables.hosts[host].groups;
        if (set >= verdicts.size() || m_tables.closedSets[set])
            continue; // it was made here
        if (verdicts[set] == Unknown) {
            verdicts[set] = judge(m_tables.groupSets[set]);
            if (verdicts[set] == Leaves)
                left[set] = withoutUngrouped(set);
        }
        if (verdicts[set] == Joins && joinUngrouped(host))
            verdicts.assign(m_tables.groupSets.size(), Unknown), left.clear();
        else if (verdicts[set] == Leaves)
            m_tables.hosts[host].groups = left[set], someLeave = true;
    }
    if (!someLeave)
        return;
    std::vector<HostIndex> &members = m_tables.groups[InventoryTables::ungrouped].hosts;
    members.erase(std::remove_if(members.begin(), members.end(),
                                 [&](HostIndex host) {
                                     const auto &set = m_tables.groupSets[m_tables.hosts[host].groups];
                                     return !std::binary_search(set.begin(), set.end(), InventoryTables::ungrouped);
                                 }),
                  members.end());
}

void Reconciliation::warnOfSharedNames()
{
    std::vector<std::pair<QByteArray, HostIndex>> shared;
    for (const GroupEntry &group : m_tables.groups) {
        if (const auto host = m_tables.hostOf(group.name))
            shared.emplace_back(m_tables.texts.text(group.name).toByteArray(), *host);
    }
    std::sort(shared.begin(), shared.end());
    for (const auto &[name, host] : shared) {
        const HostEntry &entry = m_tables.hosts[host];
        m_builder.problems().warning({m_tables.files[entry.file], static_cast<int>(entry.line), 0, {}},
                                     "Found both group and host with same name: " + name,
                                     "rename one of them: patterns cannot tell them apart");
    }
}

/// The longest way down from `all`: groups with their parents done, level by level.
void Reconciliation::computeDepths()
{
    std::vector<quint32> parentsLeft(m_tables.groups.size());
    for (GroupIndex group = 0; group < m_tables.groups.size(); ++group)
        parentsLeft[group] = static_cast<quint32>(m_tables.groups[group].parents.size());
    std::vector<GroupIndex> ready{InventoryTables::all};
    for (size_t i = 0; i < ready.size(); ++i) {
        const GroupEntry &parent = m_tables.groups[ready[i]];
        for (const GroupIndex child : parent.children) {
            m_tables.groups[child].depth = std::max(m_tables.groups[child].depth, parent.depth + 1);
            if (--parentsLeft[child] == 0)
                ready.push_back(child);
        }
    }
}

} // namespace collector
