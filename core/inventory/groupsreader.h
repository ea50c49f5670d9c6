// The two shapes in which groups come as data: YAML inventories (all: hosts: children: vars:) and what `--list` prints. One thread.
#pragma once

#include "inventory/datanode.h"
#include "inventory/inventorybuilder.h"

namespace collector {

class GroupsReader final
{
public:
    /// `bytes`: size of the document. It may come to ten times as many values, which only aliases can exceed.
    GroupsReader(InventoryBuilder &builder, qint64 bytes) : m_builder(builder), m_budget(bytes * 10 + 100'000) {}

    /// Whether this is `--list` output rather than an inventory in YAML's shape written as JSON.
    [[nodiscard]] static bool isListOutput(const DataNode &root);

    /// A YAML inventory; `root` is a mapping.
    void readInventory(const DataNode &root);
    /// `--list` output. Afterwards hosts() are those it names, and hasMeta() says whether their variables were there too.
    void readListOutput(const DataNode &root);
    [[nodiscard]] const QByteArrayList &hosts() const { return m_hosts; }
    [[nodiscard]] bool hasMeta() const { return m_hasMeta; }
    /// What `--host NAME` prints.
    void readHostOutput(const QByteArray &name, const DataNode &variables);

private:
    using Items = std::vector<std::shared_ptr<const DataNode>>;

    bool readGroup(const DataNode &name, const DataNode &data, int depth);
    void readSection(GroupIndex group, const QByteArray &groupName, const QByteArray &section, const DataNode &data, int depth);
    void readChild(GroupIndex group, const DataNode &name, const DataNode &data, int depth);
    void readHost(GroupIndex group, const DataNode &name, const DataNode &variables);
    void readListedGroup(const QByteArray &name, const DataNode &data);
    void readListedHost(GroupIndex group, const DataNode &name);
    std::optional<GroupIndex> groupNamed(const DataNode &name);
    void error(const DataNode &at, QByteArray message, QByteArray remedy);
    void warning(const DataNode &at, QByteArray message, QByteArray remedy = {});
    void at(const DataNode &node);
    template<typename Set>
    void eachVariable(const DataNode &variables, const Set &set);

    InventoryBuilder &m_builder;
    qint64 m_budget;
    QByteArrayList m_hosts;
    QSet<QByteArray> m_seen;
    bool m_hasMeta = false;
};

} // namespace collector
