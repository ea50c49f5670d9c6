#include "inventory/inventorybuilder.h"

#include "inventory/utf8.h"

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

/// Python's int(value), as Group.set_priority applies it.
std::optional<qint64> priorityOf(const Value &value)
{
    if (const auto *integer = value.as<qint64>())
        return *integer;
    if (const auto *flag = value.as<bool>())
        return *flag ? 1 : 0;
    if (const auto *number = value.as<double>(); number && *number > -9e15 && *number < 9e15)
        return static_cast<qint64>(*number);
    const auto *text = value.as<QByteArray>();
    bool valid = false;
    const qint64 number = text ? stripped(*text).toByteArray().toLongLong(&valid) : 0;
    return valid ? std::optional(number) : std::nullopt;
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

bool InventoryBuilder::hasHost(QByteArrayView name) const
{
    return m_tables.findHost(name).has_value();
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

HostIndex InventoryBuilder::addEntry(TextId name, std::optional<qint64> port)
{
    const auto index = static_cast<HostIndex>(m_tables.hosts.size());
    HostEntry entry;
    entry.name = name;
    entry.line = static_cast<quint32>(m_line);
    entry.file = m_file;
    m_tables.hosts.push_back(entry);
    m_tables.setHostOf(name, index);
    if (port && *port != 0)
        setPort(index, *port);
    return index;
}

void InventoryBuilder::setPort(HostIndex host, qint64 port)
{
    HostEntry &entry = m_tables.hosts[host];
    entry.variables = addVariable(entry.variables, m_portName, {ValueRef::Integer, static_cast<quint64>(port)});
}

HostIndex InventoryBuilder::addHost(QByteArrayView name, std::optional<GroupIndex> group, std::optional<qint64> port)
{
    const TextId text = m_tables.texts.intern(name);
    auto host = m_tables.hostOf(text);
    if (!host) {
        host = addEntry(text, port);
        if (!m_tables.ranges.empty())
            inheritFromRanges(*host, name);
        if (isLocalhost(name)) {
            if (m_localhost)
                m_problems.warning(here(), "A duplicate localhost-like entry was found (" + name.toByteArray() +
                                               "). First found localhost was " + *m_localhost);
            else
                m_localhost = name.toByteArray();
        }
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

HostIndex InventoryBuilder::addRange(QByteArrayView text, RangeEntry range, std::optional<GroupIndex> group, std::optional<qint64> port)
{
    // The key tells a range from a host that bears the same text as its name: no host can be named with a NUL in front.
    const TextId key = m_tables.texts.intern('\0' + text.toByteArray());
    auto host = m_tables.hostOf(key);
    if (!host) {
        host = addEntry(key, port);
        m_tables.hosts[*host].name = m_tables.texts.intern(text);
        range.host = *host;
        m_tables.addRange(std::move(range));
        takeOverHosts(*host);
    }
    if (group)
        addToGroup(*host, *group);
    return *host;
}

/// A host of its own that is also one of a range: it is what both say of it, and no longer one of the nameless.
void InventoryBuilder::inheritFromRanges(HostIndex host, QByteArrayView name)
{
    const auto address = IpAddress::parse(name);
    if (address && m_literalsKnown)
        m_literals.emplace(*address, host);
    if (address && address->toText() != name)
        return;
    for (const HostIndex from : m_tables.rangesWith(name, address)) {
        RangeEntry &range = m_tables.ranges[m_tables.hosts[from].range];
        range.singled.emplace(*range.offsetOf(name, address), host);
        for (const GroupIndex group : std::vector(m_tables.groupSets[m_tables.hosts[from].groups]))
            addLoneToGroup(host, group);
        m_tables.hosts[host].variables = chained(m_tables.hosts[host].variables, m_tables.hosts[from].variables);
    }
}

void InventoryBuilder::takeOverHosts(HostIndex rangeHost)
{
    RangeEntry &range = m_tables.ranges[m_tables.hosts[rangeHost].range];
    if (!range.addresses()) {
        for (HostIndex host = 0; host < rangeHost; ++host) {
            if (const auto offset =
                    m_tables.isLone(host) ? range.offsetOf(m_tables.texts.text(m_tables.hosts[host].name), {}) : std::nullopt)
                range.singled.emplace(*offset, host);
        }
    } else {
        if (!m_literalsKnown) {
            m_literalsKnown = true;
            for (HostIndex host = 0; host < rangeHost; ++host) {
                const QByteArrayView name = m_tables.texts.text(m_tables.hosts[host].name);
                if (const auto address = m_tables.isLone(host) ? IpAddress::parse(name) : std::nullopt;
                    address && address->toText() == name)
                    m_literals.emplace(*address, host);
            }
        }
        const AddressRange &addresses = *range.addresses();
        for (auto it = m_literals.lower_bound(addresses.first); it != m_literals.end() && it->first <= addresses.last; ++it)
            range.singled.emplace(it->first.low() - addresses.first.low(), it->second);
    }
    for (const auto &[offset, host] : range.singled)
        m_tables.hosts[host].variables = chained(m_tables.hosts[host].variables, m_tables.hosts[rangeHost].variables);
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

/// What is left to a host that is taken out of `ungrouped` because it is in some other group too. Ansible takes it out of all groups
/// above `ungrouped` as well, even of one that lists it, unless another of its groups lies below them.
GroupSetIndex InventoryBuilder::withoutUngrouped(GroupSetIndex set)
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
                                                "put the value into quotes to keep it as text"};
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
    if (const auto priority = priorityOf(m_tables.load(value)))
        entry.priority = *priority;
    else
        m_problems.error(here(), "ansible_group_priority is a whole number", "write ansible_group_priority=10");
}

void InventoryBuilder::reconcile()
{
    for (GroupIndex group = 0; group < m_tables.groups.size(); ++group) {
        const GroupEntry &entry = m_tables.groups[group];
        if (group == InventoryTables::all || !entry.parents.empty())
            continue;
        enterFile(m_tables.files[entry.file]);
        atLine(static_cast<int>(entry.line), {});
        addChild(InventoryTables::all, group);
    }
    if (m_problems.hasErrors())
        return;
    m_groupSets.shareOwn();
    reconcileUngrouped();
    warnOfSharedNames();
    computeDepths();
}

/// Ansible adds whatever bears the host's name, and a group of that name comes first. True where that changed the tree of groups.
bool InventoryBuilder::joinUngrouped(HostIndex host)
{
    const HostEntry &entry = m_tables.hosts[host];
    const auto group = m_tables.groupOf(entry.name);
    if (!group) {
        addLoneToGroup(host, InventoryTables::ungrouped);
        return false;
    }
    enterFile(m_tables.files[entry.file]);
    atLine(static_cast<int>(entry.line), {});
    return addChild(InventoryTables::ungrouped, *group);
}

void InventoryBuilder::reconcileUngrouped()
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

void InventoryBuilder::warnOfSharedNames()
{
    std::vector<std::pair<QByteArray, HostIndex>> shared;
    for (const GroupEntry &group : m_tables.groups) {
        if (const auto host = m_tables.hostOf(group.name))
            shared.emplace_back(m_tables.texts.text(group.name).toByteArray(), *host);
    }
    std::sort(shared.begin(), shared.end());
    for (const auto &[name, host] : shared) {
        const HostEntry &entry = m_tables.hosts[host];
        m_problems.warning({m_tables.files[entry.file], static_cast<int>(entry.line), 0, {}},
                           "Found both group and host with same name: " + name, "rename one of them: patterns cannot tell them apart");
    }
}

/// The longest way down from `all`: groups with their parents done, level by level.
void InventoryBuilder::computeDepths()
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
