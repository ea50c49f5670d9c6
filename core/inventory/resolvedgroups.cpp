#include "inventory/resolvedgroups.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

namespace collector {

namespace {

class Layers final
{
public:
    explicit Layers(const InventoryTables &tables) : m_tables(tables) {}

    /// Puts a list of assignments over what is there. Within the list the first of a name counts, for it came last.
    void put(VariableIndex list)
    {
        m_seen.clear();
        for (; list != 0; list = m_tables.variables[list].next) {
            const TextId name = m_tables.variables[list].name;
            if (m_seen.insert(name).second)
                m_top[name] = list;
        }
    }

    std::vector<std::pair<TextId, VariableIndex>> sorted() const
    {
        std::vector<std::pair<TextId, VariableIndex>> all(m_top.begin(), m_top.end());
        std::sort(all.begin(), all.end());
        return all;
    }

private:
    const InventoryTables &m_tables;
    std::unordered_map<TextId, VariableIndex> m_top;
    std::unordered_set<TextId> m_seen;
};

std::vector<GroupIndex> closureOf(const InventoryTables &tables, const std::vector<GroupIndex> &direct, bool closed)
{
    std::vector<GroupIndex> closure = direct;
    for (const GroupIndex group : direct) {
        if (closed)
            break;
        const auto above = tables.ancestors(group);
        closure.insert(closure.end(), above.begin(), above.end());
    }
    std::sort(closure.begin(), closure.end());
    closure.erase(std::unique(closure.begin(), closure.end()), closure.end());
    closure.erase(std::remove(closure.begin(), closure.end(), InventoryTables::all), closure.end());
    return closure;
}

} // namespace

ResolvedGroups ResolvedGroups::resolve(const InventoryTables &tables, const std::vector<GroupIndex> &groups, bool closed)
{
    ResolvedGroups result;
    const auto nameOf = [&](GroupIndex group) { return tables.texts.text(tables.groups[group].name); };
    result.byPrecedence = closureOf(tables, groups, closed);
    std::sort(result.byPrecedence.begin(), result.byPrecedence.end(), [&](GroupIndex a, GroupIndex b) {
        const GroupEntry &left = tables.groups[a];
        const GroupEntry &right = tables.groups[b];
        const auto key = std::tie(left.depth, left.priority) <=> std::tie(right.depth, right.priority);
        return key != 0 ? key < 0 : nameOf(a) < nameOf(b);
    });
    for (const GroupIndex group : result.byPrecedence)
        result.names.append(nameOf(group).toByteArray());
    std::sort(result.names.begin(), result.names.end());
    result.json = "[";
    for (const QByteArray &name : result.names) {
        if (result.json.size() > 1)
            result.json += ',';
        appendJsonText(result.json, name);
    }
    result.json += ']';

    const GroupEntry &all = tables.groups[InventoryTables::all];
    Layers layers(tables);
    layers.put(all.variables);
    for (const GroupIndex group : result.byPrecedence)
        layers.put(tables.groups[group].variables);
    for (const FileVariables &file : all.fileVariables)
        layers.put(file.variables);
    // Source by source: what a later one's group_vars/ says of any group beats the earlier one's.
    std::vector<std::tuple<quint32, size_t, VariableIndex>> files;
    for (size_t i = 0; i < result.byPrecedence.size(); ++i) {
        for (const FileVariables &file : tables.groups[result.byPrecedence[i]].fileVariables)
            files.emplace_back(file.source, i, file.variables);
    }
    std::sort(files.begin(), files.end());
    for (const auto &[source, order, list] : files)
        layers.put(list);
    result.variables = layers.sorted();
    return result;
}

VariableIndex ResolvedGroups::find(TextId name) const
{
    const auto at = std::lower_bound(variables.begin(), variables.end(), std::pair(name, VariableIndex(0)));
    return at != variables.end() && at->first == name ? at->second : 0;
}

} // namespace collector
