#include "inventory/groupsreader.h"

namespace collector {

namespace {

constexpr int deepestGroup = 200;

const DataNode &nothing()
{
    static const DataNode none;
    return none;
}

} // namespace

void GroupsReader::at(const DataNode &node)
{
    m_builder.atLine(node.line, {});
}

void GroupsReader::error(const DataNode &node, QByteArray message, QByteArray remedy)
{
    m_builder.problems().error({m_builder.fileName(), node.line, node.column, {}}, std::move(message), std::move(remedy));
}

void GroupsReader::warning(const DataNode &node, QByteArray message, QByteArray remedy)
{
    m_builder.problems().warning({m_builder.fileName(), node.line, node.column, {}}, std::move(message), std::move(remedy));
}

template<typename Set>
void GroupsReader::eachVariable(const DataNode &variables, const Set &set)
{
    for (size_t i = 0; i + 1 < variables.items.size(); i += 2) {
        const DataNode &name = *variables.items[i];
        const auto value = variables.items[i + 1]->toValue(m_budget);
        if (!value) {
            error(name, "the aliases of this document multiply beyond reason", "write it without aliases");
            return;
        }
        at(name);
        const Value unprintable(Value::Unprintable{"a date as the name of a variable has no form in JSON"});
        set(m_builder.tables().texts.intern(name.keyText()), m_builder.store(name.isDate ? unprintable : *value));
    }
}

std::optional<GroupIndex> GroupsReader::groupNamed(const DataNode &name)
{
    const QByteArray *text = name.text();
    if (!text || text->isEmpty()) {
        error(name, "the name of a group is a text, this is " + QByteArray(text ? "empty" : name.typeName()), "put the name into quotes");
        return std::nullopt;
    }
    at(name);
    return m_builder.addGroup(*text);
}

void GroupsReader::readInventory(const DataNode &root)
{
    for (size_t i = 0; i + 1 < root.items.size(); i += 2)
        readGroup(*root.items[i], *root.items[i + 1], 0);
}

/// False where it is no group; a warning says so.
bool GroupsReader::readGroup(const DataNode &name, const DataNode &data, int depth)
{
    if (data.kind != DataNode::Mapping && !data.isNull()) {
        warning(name, "Skipping '" + name.keyText() + "' as this is not a valid group definition",
                "a group is a mapping with hosts, children or vars");
        return false;
    }
    const auto group = groupNamed(name);
    if (!group || depth > deepestGroup)
        return true;
    for (size_t i = 0; i + 1 < data.items.size(); i += 2) {
        const QByteArray section = data.items[i]->keyText();
        const bool known = section == "vars" || section == "children" || section == "hosts";
        const DataNode &value = *data.items[i + 1];
        if (known && value.text()) { // "hosts: web01" names one
            DataNode single;
            single.kind = DataNode::Mapping;
            single.items = {data.items[i + 1], std::make_shared<const DataNode>()};
            readSection(*group, name.keyText(), section, single, depth);
        } else if (value.kind == DataNode::Mapping) {
            readSection(*group, name.keyText(), section, value, depth);
        } else if (value.isNull()) {
            continue;
        } else if (known) {
            error(*data.items[i], "`" + section + "` of group '" + name.keyText() + "' is " + value.typeName() + ", it has to be a mapping",
                  section == "vars" ? "one `key: value` a line" : "one name a line with a colon behind it, without a dash in front");
        } else {
            warning(*data.items[i],
                    "Skipping key (" + section + ") in group (" + name.keyText() + ") as it is not a mapping, it is " + value.typeName());
        }
    }
    return true;
}

void GroupsReader::readSection(GroupIndex group, const QByteArray &groupName, const QByteArray &section, const DataNode &data, int depth)
{
    if (section == "vars") {
        eachVariable(data, [&](TextId name, ValueRef value) { m_builder.setGroupVariable(group, name, value); });
        return;
    }
    if (section != "children" && section != "hosts") {
        m_builder.problems().warning({m_builder.fileName(), data.line, data.column, {}},
                                     "Skipping unexpected key (" + section + ") in group (" + groupName +
                                         "), only \"vars\", \"children\" and \"hosts\" are valid");
        return;
    }
    for (size_t i = 0; i + 1 < data.items.size(); i += 2) {
        if (section == "children")
            readChild(group, *data.items[i], *data.items[i + 1], depth);
        else
            readHost(group, *data.items[i], *data.items[i + 1]);
    }
}

void GroupsReader::readChild(GroupIndex group, const DataNode &name, const DataNode &data, int depth)
{
    if (depth >= deepestGroup) {
        error(name, "groups are nested too deeply", "at most 200 levels");
        return;
    }
    const bool isGroup = readGroup(name, data, depth + 1);
    if (!name.text())
        return;
    at(name);
    if (isGroup || m_builder.hasGroup(*name.text())) {
        m_builder.addChild(group, m_builder.addGroup(*name.text()));
    } else if (m_builder.hasHost(*name.text())) {
        m_builder.addHost(*name.text(), group);
    } else {
        error(name, "'" + *name.text() + "' is not a known host nor group", "below `children` a group is a name with a colon behind it");
    }
}

void GroupsReader::readHost(GroupIndex group, const DataNode &name, const DataNode &variables)
{
    const QByteArray *text = name.text();
    if (!text) {
        error(name, QByteArray("the name of a host is a text, this is ") + name.typeName(), "put the name into quotes");
        return;
    }
    at(name);
    const bool valid = variables.kind == DataNode::Mapping || !variables.isTrue();
    if (!valid)
        error(name, "behind host '" + *text + "' stands " + variables.typeName() + ", its variables are a mapping",
              "one `key: value` a line, indented");
    if (!m_builder.addHosts(*text, group) || !valid)
        return;
    const std::vector<HostIndex> hosts = m_builder.hosts();
    eachVariable(variables.kind == DataNode::Mapping ? variables : nothing(), [&](TextId variable, ValueRef value) {
        for (const HostIndex host : hosts)
            m_builder.setHostVariable(host, variable, value);
    });
}

bool GroupsReader::isListOutput(const DataNode &root)
{
    for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
        const DataNode &data = *root.items[i + 1];
        if (root.items[i]->keyText() == "_meta" || data.kind == DataNode::Sequence)
            return true;
        for (const char *section : {"hosts", "children"}) {
            if (const DataNode *list = data.find(section); list && list->kind == DataNode::Sequence)
                return true;
        }
    }
    return false;
}

void GroupsReader::readListOutput(const DataNode &root)
{
    const DataNode *hostVariables = nullptr;
    for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
        const DataNode &data = *root.items[i + 1];
        if (root.items[i]->keyText() != "_meta") {
            readListedGroup(root.items[i]->keyText(), data);
            continue;
        }
        hostVariables = data.find("hostvars");
        if (hostVariables && hostVariables->isNull()) // as some languages print an empty one; Ansible asks for each host then
            hostVariables = nullptr;
        m_hasMeta = hostVariables != nullptr;
        if (hostVariables && hostVariables->kind != DataNode::Mapping)
            error(*hostVariables, "_meta.hostvars is a mapping from host to variables", {});
    }
    if (!hostVariables || hostVariables->kind != DataNode::Mapping)
        return;
    for (size_t i = 0; i + 1 < hostVariables->items.size(); i += 2) {
        const QByteArray name = hostVariables->items[i]->keyText();
        if (m_seen.contains(name))
            readHostOutput(name, *hostVariables->items[i + 1]);
    }
}

void GroupsReader::readHostOutput(const QByteArray &name, const DataNode &variables)
{
    if (variables.kind != DataNode::Mapping) {
        error(variables, "the variables of host '" + name + "' are " + variables.typeName() + ", they have to be a mapping", {});
        return;
    }
    if (!m_builder.addNamed(name, std::nullopt))
        return;
    const HostIndex host = m_builder.hosts().front();
    eachVariable(variables, [&](TextId variable, ValueRef value) { m_builder.setHostVariable(host, variable, value); });
}

void GroupsReader::readListedGroup(const QByteArray &name, const DataNode &data)
{
    if (name.isEmpty()) {
        error(data, "the name of a group is empty", {});
        return;
    }
    at(data);
    const GroupIndex group = m_builder.addGroup(name);
    if (data.kind == DataNode::Mapping && !data.find("hosts") && !data.find("vars") && !data.find("children")) {
        // The short form of old: a host of that name, and its variables.
        if (m_builder.addNamed(name, group))
            m_hosts.append(name);
        m_seen.insert(name);
        eachVariable(data, [&](TextId variable, ValueRef value) { m_builder.setGroupVariable(group, variable, value); });
        return;
    }
    const DataNode *hosts = data.kind == DataNode::Mapping ? data.find("hosts") : &data;
    if (hosts && hosts->kind != DataNode::Sequence) {
        error(*hosts, "the hosts of group '" + name + "' are " + hosts->typeName() + ", they have to be a list", {});
        return;
    }
    for (size_t i = 0; hosts && i < hosts->items.size(); ++i)
        readListedHost(group, *hosts->items[i]);
    if (const DataNode *variables = data.find("vars")) {
        if (variables->kind == DataNode::Mapping)
            eachVariable(*variables, [&](TextId variable, ValueRef value) { m_builder.setGroupVariable(group, variable, value); });
        else
            error(*variables, "the vars of group '" + name + "' are " + variables->typeName() + ", they have to be a mapping", {});
    }
    const DataNode *children = data.find("children");
    if (children && children->kind == DataNode::Scalar) {
        error(*children, "the children of group '" + name + "' have to be a list", {});
        return;
    }
    const size_t step = children && children->kind == DataNode::Mapping ? 2 : 1;
    for (size_t i = 0; children && i < children->items.size(); i += step) {
        if (const auto child = groupNamed(*children->items[i]))
            m_builder.addChild(group, *child);
    }
}

void GroupsReader::readListedHost(GroupIndex group, const DataNode &name)
{
    const QByteArray *text = name.text();
    at(name);
    if (!text || text->isEmpty()) {
        error(name, QByteArray("the name of a host is a text, this is ") + (text ? "empty" : name.typeName()), {});
        return;
    }
    if (!m_builder.addNamed(*text, group))
        return;
    if (!m_seen.contains(*text))
        m_hosts.append(*text);
    m_seen.insert(*text);
}

} // namespace collector
