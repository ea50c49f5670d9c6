#include "inventory/inventorylisting.h"

#include "inventory/hostview.h"
#include "inventory/inventorytables.h"

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr qsizetype bufferBytes = 64 * 1024;

// What Ansible keeps for itself and ansible-inventory never prints.
constexpr std::array<QByteArrayView, 19> internalNames{"ansible_diff_mode",
                                                       "ansible_config_file",
                                                       "ansible_facts",
                                                       "ansible_forks",
                                                       "ansible_inventory_sources",
                                                       "ansible_limit",
                                                       "ansible_run_tags",
                                                       "ansible_skip_tags",
                                                       "ansible_version",
                                                       "ansible_playbook_python",
                                                       "ansible_verbosity",
                                                       "inventory_dir",
                                                       "inventory_file",
                                                       "inventory_hostname",
                                                       "inventory_hostname_short",
                                                       "groups",
                                                       "group_names",
                                                       "omit",
                                                       "playbook_dir"};

bool isInternal(QByteArrayView name)
{
    return std::find(internalNames.begin(), internalNames.end(), name) != internalNames.end();
}

} // namespace

InventoryListing::InventoryListing(const Inventory &inventory, Sink sink) : m_inventory(inventory), m_sink(std::move(sink))
{
    m_buffer.reserve(2 * bufferBytes);
}

void InventoryListing::put(QByteArrayView text)
{
    m_buffer.append(text);
    if (m_buffer.size() >= bufferBytes)
        flush();
}

void InventoryListing::flush()
{
    m_open = m_open && m_sink(m_buffer);
    m_buffer.resize(0); // keeps its memory
}

void InventoryListing::list()
{
    const InventoryTables &tables = m_inventory.tables();
    // Groups below `all`, in the order of their names; "_meta" has its place among them.
    std::vector<GroupIndex> groups = tables.descendants(InventoryTables::all);
    const auto nameOf = [&](GroupIndex group) { return tables.texts.text(tables.groups[group].name); };
    std::sort(groups.begin(), groups.end(), [&](GroupIndex a, GroupIndex b) { return nameOf(a) < nameOf(b); });
    bool metaDone = false;
    put("{");
    const char *separator = "\n";
    for (const GroupIndex group : groups) {
        if (!metaDone && QByteArrayView("_meta") < nameOf(group)) {
            put(separator);
            listHostVariables();
            separator = ",\n";
            metaDone = true;
        }
        const GroupEntry &entry = tables.groups[group];
        if (!m_open || (entry.children.empty() && (entry.hosts.empty() || group == InventoryTables::all)))
            continue;
        listGroup(group, separator);
        separator = ",\n";
    }
    if (!metaDone) {
        put(separator);
        listHostVariables();
    }
    put("\n}\n");
    flush();
}

void InventoryListing::listGroup(quint32 group, const char *separator)
{
    const InventoryTables &tables = m_inventory.tables();
    const GroupEntry &entry = tables.groups[group];
    QByteArray text = separator;
    text += "    ";
    appendJsonText(text, tables.texts.text(entry.name));
    text += ": {";
    const char *between = "\n            ";
    if (!entry.children.empty()) {
        text += "\n        \"children\": [";
        for (const GroupIndex child : entry.children) {
            text += between;
            between = ",\n            ";
            appendJsonText(text, tables.texts.text(tables.groups[child].name));
        }
        text += "\n        ]";
    }
    put(text);
    if (!entry.hosts.empty() && group != InventoryTables::all) {
        put(entry.children.empty() ? "\n        \"hosts\": [" : ",\n        \"hosts\": [");
        between = "\n            ";
        for (const HostIndex host : entry.hosts) {
            const RangeEntry *range = tables.isLone(host) ? nullptr : &tables.ranges[tables.hosts[host].range];
            for (quint64 offset = 0; m_open && offset < tables.hostCount(host); ++offset) {
                if (range && range->singled.contains(offset))
                    continue;
                m_buffer += between;
                between = ",\n            ";
                appendJsonText(m_buffer, m_inventory.hostAt(host, offset).name());
                put({});
            }
        }
        put("\n        ]");
    }
    put("\n    }");
}

void InventoryListing::listHostVariables()
{
    const InventoryTables &tables = m_inventory.tables();
    std::vector<HostIndex> hosts = tables.membersOf(InventoryTables::all);
    // To ansible-inventory too `all` is a pattern, and a host of that name comes before the group.
    if (const auto named = tables.findHost("all"))
        hosts = {named->host};
    const auto nameOf = [&](HostIndex host) { return tables.texts.text(tables.hosts[host].name); };
    std::sort(hosts.begin(), hosts.end(), [&](HostIndex a, HostIndex b) { return nameOf(a) < nameOf(b); });
    put("    \"_meta\": {\n        \"hostvars\": {");
    const bool rangesHaveVariables = std::any_of(hosts.begin(), hosts.end(), [&](HostIndex host) {
        return !tables.isLone(host) &&
               (tables.hosts[host].variables != 0 || !m_inventory.resolvedGroups(tables.hosts[host].groups).variables.empty());
    });
    bool first = true;
    for (const HostIndex host : hosts) {
        const RangeEntry *range = tables.isLone(host) ? nullptr : &tables.ranges[tables.hosts[host].range];
        // Millions of hosts that have nothing to show are not gone through.
        if (range && (!rangesHaveVariables || (!range->overlaps && !m_inventory.hostAt(host, 0).hasVariables())))
            continue;
        for (quint64 offset = 0; m_open && offset < tables.hostCount(host); ++offset) {
            if (!range || !range->singled.contains(offset))
                putHostVariables(host, offset, first);
        }
    }
    put(first ? "}\n    }" : "\n        }\n    }");
}

void InventoryListing::putHostVariables(quint32 host, quint64 offset, bool &first)
{
    const qsizetype before = m_buffer.size();
    m_buffer += first ? "\n            " : ",\n            ";
    appendJsonText(m_buffer, m_inventory.hostAt(host, offset).name());
    m_buffer += ": ";
    if (appendVariables(host, offset, 12))
        first = false;
    else
        m_buffer.truncate(before);
    put({});
}

void InventoryListing::newLine(int indent)
{
    static constexpr char blanks[] = "                                ";
    m_buffer += '\n';
    m_buffer.append(blanks, std::min<qsizetype>(indent, sizeof blanks - 1));
}

/// False, and "{}", where there are none.
bool InventoryListing::appendVariables(quint32 host, quint64 offset, int indent)
{
    const InventoryTables &tables = m_inventory.tables();
    m_sorted.clear();
    for (const auto &[name, index] : HostView(m_inventory, host, offset).variables()) {
        const QByteArrayView text = tables.texts.text(name);
        if (!isInternal(text))
            m_sorted.emplace_back(text, index);
    }
    std::sort(m_sorted.begin(), m_sorted.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    char separator = '{';
    for (const auto &[name, index] : m_sorted) {
        m_buffer += separator;
        separator = ',';
        newLine(indent + 4);
        appendJsonText(m_buffer, name);
        m_buffer += ": ";
        const ValueRef value = tables.variables[index].value;
        if (value.kind() == ValueRef::Text)
            appendJsonText(m_buffer, tables.texts.text(value.index()));
        else
            appendJson(m_buffer, tables.load(value), indent + 4);
    }
    if (m_sorted.empty())
        m_buffer += '{';
    else
        newLine(indent);
    m_buffer += '}';
    return !m_sorted.empty();
}

void InventoryListing::host(const SelectedHost &host)
{
    appendVariables(host.m_host, host.m_offset, 0);
    put("\n");
    flush();
}

void InventoryListing::graph(QByteArrayView group)
{
    if (const auto start = m_inventory.tables().findGroup(group))
        graphGroup(*start, 0);
    flush();
}

void InventoryListing::graphGroup(quint32 group, int depth)
{
    const InventoryTables &tables = m_inventory.tables();
    const auto line = [&](int at, const QByteArray &text) {
        put((at > 0 ? QByteArray("  |").repeated(at) + "--" : QByteArray()) + text + '\n');
    };
    line(depth, '@' + tables.texts.text(tables.groups[group].name).toByteArray() + ':');
    for (const GroupIndex child : tables.groups[group].children) {
        if (m_open)
            graphGroup(child, depth + 1);
    }
    if (group == InventoryTables::all)
        return;
    for (const HostIndex host : tables.groups[group].hosts)
        line(depth + 1, tables.texts.text(tables.hosts[host].name).toByteArray());
}

} // namespace collector
