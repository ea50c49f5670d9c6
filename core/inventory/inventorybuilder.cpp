#include "inventory/inventorybuilder.h"

#include "inventory/pythonnumber.h"
#include "inventory/pythontext.h"
#include "inventory/reconciliation.h"

#include "model/utf8.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

constexpr quint64 largestRange = 1ULL << 40;

quint64 pairOf(quint32 high, quint32 low)
{
    return static_cast<quint64>(high) << 32 | low;
}

bool isLocalhost(QByteArrayView name)
{
    return name == "localhost" || name == "127.0.0.1" || name == "::1";
}

bool isSafeGroupName(QByteArrayView name)
{
    if (name.isEmpty() || (name.front() >= '0' && name.front() <= '9'))
        return false;
    for (qsizetype i = 0; i < name.size(); i += utf8Length(name.sliced(i))) {
        if (utf8Length(name.sliced(i)) == 0 || !isWordCharacter(firstCharacter(name.sliced(i))))
            return false;
    }
    return true;
}

} // namespace

InventoryBuilder::InventoryBuilder(InventoryTables &tables, Problems &problems, quint64 mostSpelledOut)
    : m_tables(tables),
      m_problems(problems),
      m_groupSets(tables),
      m_mostSpelledOut(mostSpelledOut),
      m_portName(tables.texts.intern("ansible_port")),
      m_priorityName(tables.texts.intern("ansible_group_priority"))
{
    addGroup("all");
    addGroup("ungrouped");
    addChild(InventoryTables::all, InventoryTables::ungrouped);
}

void InventoryBuilder::enterFile(const QByteArray &name)
{
    const auto known = m_fileNumbers.constFind(name);
    if (known != m_fileNumbers.constEnd()) {
        m_file = *known;
    } else {
        m_file = static_cast<quint32>(m_tables.files.size());
        m_fileNumbers.insert(name, m_file);
        m_tables.files.push_back(name);
    }
    atLine(0, {});
}

void InventoryBuilder::atLine(int line, QByteArrayView text)
{
    m_line = line;
    m_text = text;
}

Problems::Place InventoryBuilder::here(qsizetype byteInLine) const
{
    const QByteArrayView content = stripped(m_text);
    if (byteInLine < 0 && !content.isEmpty())
        byteInLine = content.data() - m_text.data();
    const qsizetype byte = std::min(byteInLine, m_text.size());
    return {fileName(), m_line, byte < 0 ? 0 : static_cast<int>(characterCount(m_text.first(byte))) + 1, m_text};
}

GroupIndex InventoryBuilder::addGroup(QByteArrayView name)
{
    const TextId text = m_tables.texts.intern(name);
    const auto [found, added] = m_tables.groupByName.try_emplace(text, static_cast<GroupIndex>(m_tables.groups.size()));
    if (!added)
        return found->second;
    if (!isSafeGroupName(name)) {
        m_problems.warning(here(), "Invalid characters were found in group names but not replaced, use -vvvv to see details",
                           "letters, digits and _ are safe in the name of a group, and it does not begin with a digit");
    }
    GroupEntry group;
    group.name = text;
    group.line = static_cast<quint32>(m_line);
    group.file = m_file;
    m_tables.groups.push_back(std::move(group));
    return found->second;
}

bool InventoryBuilder::addChild(GroupIndex parent, GroupIndex child)
{
    const auto nameOf = [this](GroupIndex group) { return m_tables.texts.text(m_tables.groups[group].name).toByteArray(); };
    if (parent == child) {
        m_problems.error(here(), "group '" + nameOf(parent) + "' cannot be its own child", "take the line out");
        return false;
    }
    if (m_edges.contains(pairOf(parent, child)))
        return true;
    if (!m_tables.groups[child].children.empty() && !m_tables.groups[parent].parents.empty()) {
        const auto above = m_tables.ancestors(parent);
        if (std::find(above.begin(), above.end(), child) != above.end()) {
            m_problems.error(
                here(), "group '" + nameOf(child) + "' as child of '" + nameOf(parent) + "' closes a circle: it already stands above it",
                "take one of the two :children lines out");
            return false;
        }
    }
    m_edges.insert(pairOf(parent, child));
    m_tables.groups[parent].children.push_back(child);
    m_tables.groups[child].parents.push_back(parent);
    return true;
}

HostIndex InventoryBuilder::addEntry(TextId name)
{
    const auto index = static_cast<HostIndex>(m_tables.hosts.size());
    HostEntry entry;
    entry.name = name;
    entry.line = static_cast<quint32>(m_line);
    entry.file = m_file;
    m_tables.hosts.push_back(entry);
    m_tables.setHostOf(name, index);
    return index;
}

void InventoryBuilder::setPort(HostIndex host, std::optional<qint64> port)
{
    if (!port || *port == 0)
        return;
    HostEntry &entry = m_tables.hosts[host];
    entry.variables = addVariable(entry.variables, m_portName, {ValueRef::Integer, static_cast<quint64>(*port)});
}

/// As Ansible does with that of a host which is known already. Who wrote it may have meant it.
void InventoryBuilder::passOverPort(HostIndex host, std::optional<qint64> port)
{
    if (!port || *port == 0)
        return;
    const ValueRef known = m_tables.variables[m_tables.findVariable(m_tables.hosts[host].variables, m_portName)].value;
    if (known.kind() != ValueRef::Integer || known.integer() != *port)
        m_problems.warning(here(), "the port has no effect, for the host is named further up already; so it is with Ansible, too",
                           "write ansible_port=" + QByteArray::number(*port) + " behind the name");
}

HostIndex InventoryBuilder::addHost(QByteArrayView name, std::optional<GroupIndex> group, std::optional<qint64> port)
{
    const TextId text = m_tables.texts.intern(name);
    auto host = m_tables.hostOf(text);
    if (!host) {
        host = addEntry(text);
        if (m_tables.ranges.empty() || !inheritFromRanges(*host, name))
            setPort(*host, port);
        else
            passOverPort(*host, port);
        if (isLocalhost(name)) {
            if (m_localhost)
                m_problems.warning(here(), "A duplicate localhost-like entry was found (" + name.toByteArray() +
                                               "). First found localhost was " + *m_localhost);
            else
                m_localhost = name.toByteArray();
        }
    } else {
        passOverPort(*host, port);
    }
    if (group)
        addToGroup(*host, *group);
    return *host;
}

InventoryBuilder::AddressOutcome InventoryBuilder::addAddresses(QByteArrayView pattern, std::optional<GroupIndex> group, qsizetype at)
{
    const bool maybe = pattern.contains('/') || (pattern.contains('-') && (pattern.contains('.') || pattern.contains(':')));
    if (!maybe)
        return AddressOutcome::NotAddresses;
    const auto parsed = AddressRange::parse(pattern);
    const QByteArray quoted = "'" + pattern.toByteArray() + "'";
    if (parsed.syntax == AddressRange::Syntax::NotARange)
        return AddressOutcome::NotAddresses;
    if (parsed.syntax == AddressRange::Syntax::Broken) {
        m_problems.error(here(at), quoted + " is no network or range: " + parsed.problem, "write 10.0.0.0/24 or 10.0.0.1-10.0.0.9");
        return AddressOutcome::Refused;
    }
    if (parsed.hasHostBits && !m_typed) {
        // To Ansible this is a name; who wrote it may have meant one host, or 256.
        m_problems.warning(here(at), quoted + " is not the address of a network and is taken for the name of one host",
                           "write " + parsed.range.first.toText() + pattern.sliced(pattern.indexOf('/')).toByteArray() +
                               " for all of it, or the address alone");
        return AddressOutcome::NotAddresses;
    }
    const quint64 count = parsed.range.size();
    if (count > largestRange) {
        m_problems.error(here(at), quoted + " has more addresses than anybody can try", "name a smaller network: at most 2^40 addresses");
        return AddressOutcome::Refused;
    }
    m_added.push_back(addRange(pattern, RangeEntry{parsed.range, count, 0, false, {}}, group, std::nullopt));
    return AddressOutcome::Added;
}

bool InventoryBuilder::addNamed(QByteArrayView name, std::optional<GroupIndex> group, qsizetype at)
{
    m_added.clear();
    const AddressOutcome outcome = addAddresses(name, group, at);
    if (outcome == AddressOutcome::NotAddresses)
        m_added.push_back(addHost(name, group));
    return outcome != AddressOutcome::Refused;
}

bool InventoryBuilder::addHosts(QByteArrayView pattern, std::optional<GroupIndex> group, qsizetype at)
{
    m_added.clear();
    if (const AddressOutcome outcome = addAddresses(pattern, group, at); outcome != AddressOutcome::NotAddresses)
        return outcome == AddressOutcome::Added;
    const auto [name, port] = m_grammar.split(pattern);
    if (!port && stripped(pattern).endsWith(':')) {
        m_problems.error(here(at), "'" + pattern.toByteArray() + "' ends with a colon, and behind the colon belongs a port",
                         "take the colon out, or write the port; in a YAML file the name would need the ending .yml");
        return false;
    }
    if (!name.contains('[')) {
        if (name.isEmpty() || stripped(name) == "---") {
            m_problems.error(here(at),
                             name.isEmpty() ? "the name of a host is empty" : "'---' is how a YAML file begins, this one is read as INI",
                             name.isEmpty() ? "write its name or address" : "give the file the ending .yml");
            return false;
        }
        m_added.push_back(addHost(name, group, port));
        return true;
    }
    auto parsed = HostRange::parse(name);
    if (parsed.problem) {
        const bool isSection = name.startsWith('[') && !name.contains(']');
        m_problems.error(here(at < 0 ? -1 : at + parsed.at), QByteArray(parsed.problem) + ": '" + name + "'",
                         isSection ? "a section is closed: " + name + "]" : "write [1:20], [01:20:2] or [a:f]");
        return false;
    }
    const quint64 count = parsed.range.count();
    if (count > largestRange) {
        m_problems.error(here(at), "'" + name + "' names more hosts than anybody can try", "at most 2^40");
        return false;
    }
    if (count > m_mostSpelledOut) {
        m_added.push_back(addRange(name, RangeEntry{std::move(parsed.range), count, 0, false, {}}, group, port));
        return true;
    }
    for (quint64 i = 0; i < count; ++i)
        m_added.push_back(addHost(parsed.range.name(i), group, port));
    return true;
}

/// A copy of `list`, with `onto` behind it; shared where there is nothing behind.
VariableIndex InventoryBuilder::chained(VariableIndex onto, VariableIndex list)
{
    if (onto == 0)
        return list;
    std::vector<VariableEntry> latestFirst;
    for (; list != 0; list = m_tables.variables[list].next)
        latestFirst.push_back(m_tables.variables[list]);
    for (auto entry = latestFirst.rbegin(); entry != latestFirst.rend(); ++entry) {
        entry->next = onto;
        onto = static_cast<VariableIndex>(m_tables.variables.size());
        m_tables.variables.push_back(*entry);
    }
    return onto;
}

void InventoryBuilder::addFileVariables(QByteArrayView host, VariableIndex list)
{
    const HostIndex index = addHost(host, std::nullopt);
    m_tables.hosts[index].fileVariables = chained(m_tables.hosts[index].fileVariables, list);
}

void InventoryBuilder::addToGroup(HostIndex host, GroupIndex group)
{
    addLoneToGroup(host, group);
    if (m_tables.isLone(host))
        return;
    for (const auto &[offset, single] : m_tables.ranges[m_tables.hosts[host].range].singled)
        addLoneToGroup(single, group);
}

void InventoryBuilder::addLoneToGroup(HostIndex host, GroupIndex group)
{
    if (m_groupSets.grow(m_tables.hosts[host].groups, group))
        m_tables.groups[group].hosts.push_back(host);
}

ValueRef InventoryBuilder::store(const Value &value, qsizetype at)
{
    const ValueRef stored = m_tables.store(value);
    if (const auto *unprintable = value.as<Value::Unprintable>()) {
        const Problems::Place place = here(at);
        m_tables.unprintable[stored.index()] = {Diagnostic::Error,
                                                place.file,
                                                place.line,
                                                place.column,
                                                Diagnostic::presentable(place.text),
                                                QByteArray("the value cannot be used: ") + unprintable->reason,
                                                "put the value into quotes to keep it as text, or write a list"};
    }
    return stored;
}

VariableIndex InventoryBuilder::addVariable(VariableIndex list, TextId name, ValueRef value)
{
    m_tables.variables.push_back({name, list, value, static_cast<quint32>(m_line), m_file});
    return static_cast<VariableIndex>(m_tables.variables.size() - 1);
}

void InventoryBuilder::setHostVariable(HostIndex host, TextId name, ValueRef value)
{
    // Ansible asks for a group of that name first, so the variables of a host that bears a group's name go to the group.
    if (const auto group = m_tables.groupOf(m_tables.hosts[host].name)) {
        setGroupVariable(*group, name, value);
        return;
    }
    HostEntry &entry = m_tables.hosts[host];
    entry.variables = addVariable(entry.variables, name, value);
    if (m_tables.isLone(host))
        return;
    for (const auto &[offset, single] : m_tables.ranges[entry.range].singled)
        m_tables.hosts[single].variables = addVariable(m_tables.hosts[single].variables, name, value);
}

void InventoryBuilder::setGroupVariable(GroupIndex group, TextId name, ValueRef value)
{
    GroupEntry &entry = m_tables.groups[group];
    if (name != m_priorityName) {
        entry.variables = addVariable(entry.variables, name, value);
        return;
    }
    if (const auto priority = intOf(m_tables.load(value)))
        entry.priority = *priority;
    else
        m_problems.error(here(), "ansible_group_priority is a whole number", "write ansible_group_priority=10");
}

void InventoryBuilder::reconcile()
{
    Reconciliation(*this, m_groupSets).run();
}

} // namespace collector
