// Builds an inventory by the rules of Ansible's InventoryData: who belongs to which group, what a repeated name means. The readers of the
// formats call it; one thread.
#pragma once

#include "inventory/groupsets.h"
#include "inventory/hostaddress.h"
#include "inventory/inventorytables.h"
#include "inventory/problems.h"

#include <QHash>

#include <optional>
#include <unordered_set>

namespace collector {

class InventoryBuilder final
{
public:
    InventoryBuilder(InventoryTables &tables, Problems &problems, quint64 mostSpelledOut);

    [[nodiscard]] InventoryTables &tables() { return m_tables; }
    [[nodiscard]] Problems &problems() { return m_problems; }

    /// Names what is read now; all that is added carries it.
    void enterFile(const QByteArray &name);
    [[nodiscard]] const QByteArray &fileName() const { return m_tables.files[m_file]; }
    void atLine(int line, QByteArrayView text);
    /// Whether hosts are read as somebody typed them after -i, where "10.0.0.5/24" means the network.
    void setTyped(bool typed) { m_typed = typed; }
    /// Where something stands; without a byte, where the line begins.
    [[nodiscard]] Problems::Place here(qsizetype byteInLine = -1) const;

    [[nodiscard]] bool hasGroup(QByteArrayView name) const { return m_tables.findGroup(name).has_value(); }
    [[nodiscard]] bool hasHost(QByteArrayView name) const { return m_tables.findHost(name).has_value(); }
    /// The same for a name as a source writes it, with or without a port.
    [[nodiscard]] bool knows(QByteArrayView written) const { return hasHost(m_grammar.split(written).host); }
    GroupIndex addGroup(QByteArrayView name);
    /// False where it makes a group its own ancestor; the error is reported then.
    bool addChild(GroupIndex parent, GroupIndex child);

    /// A host by its plain name.
    HostIndex addHost(QByteArrayView name, std::optional<GroupIndex> group, std::optional<qint64> port = std::nullopt);
    /// What a source may write for a host: a name, a name with ranges and a port, a CIDR, a range of addresses. The entries are in
    /// hosts() until the next call. False where it is refused; that is reported. `at`: where in the line the pattern stands.
    bool addHosts(QByteArrayView pattern, std::optional<GroupIndex> group, qsizetype at = -1);
    /// A host by its plain name, or a network or range of addresses: what programs print. False where it is refused.
    bool addNamed(QByteArrayView name, std::optional<GroupIndex> group, qsizetype at = -1);
    [[nodiscard]] const std::vector<HostIndex> &hosts() const { return m_added; }

    void setHostVariable(HostIndex host, TextId name, ValueRef value);
    void setGroupVariable(GroupIndex group, TextId name, ValueRef value);
    /// Stores a value that was written at `at` in the line.
    [[nodiscard]] ValueRef store(const Value &value, qsizetype at = -1);
    /// Variables of host_vars/ and group_vars/: one list, several owners.
    [[nodiscard]] VariableIndex addVariable(VariableIndex list, TextId name, ValueRef value);
    /// Puts what a file of host_vars/ says over what earlier ones said; a host of a range gets an entry of its own.
    void addFileVariables(QByteArrayView host, VariableIndex list);

    /// When all sources are read: see Reconciliation.
    void reconcile();

private:
    enum class AddressOutcome { NotAddresses, Added, Refused };
    AddressOutcome addAddresses(QByteArrayView pattern, std::optional<GroupIndex> group, qsizetype at);
    HostIndex addEntry(TextId name);
    HostIndex addRange(QByteArrayView text, RangeEntry range, std::optional<GroupIndex> group, std::optional<qint64> port);
    void addToGroup(HostIndex host, GroupIndex group);
    void addLoneToGroup(HostIndex host, GroupIndex group);
    bool inheritFromRanges(HostIndex host, QByteArrayView name);
    void takeOverHosts(HostIndex rangeHost);
    void setPort(HostIndex host, std::optional<qint64> port);
    void passOverPort(HostIndex host, std::optional<qint64> port);
    [[nodiscard]] VariableIndex chained(VariableIndex onto, VariableIndex list);

    InventoryTables &m_tables;
    Problems &m_problems;
    GroupSets m_groupSets;
    const quint64 m_mostSpelledOut;
    const HostAddressGrammar m_grammar;
    const TextId m_portName;
    const TextId m_priorityName;
    QHash<QByteArray, quint32> m_fileNumbers;
    quint32 m_file = 0;
    int m_line = 0;
    bool m_typed = false;
    QByteArrayView m_text;
    std::vector<HostIndex> m_added;
    std::optional<QByteArray> m_localhost;
    std::unordered_set<quint64> m_edges;
    bool m_literalsKnown = false;
    std::map<IpAddress, HostIndex> m_literals; // hosts named by an address, once there is a range of addresses
};

} // namespace collector
