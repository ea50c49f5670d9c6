// What an inventory is made of, packed: hosts, ranges of hosts, groups, sets of groups, variables, all referring to one another and to
// the text pool by number. Filled by InventoryBuilder on one thread, constant afterwards. The rules of Ansible are in the builder and
// in ResolvedGroups; this only holds.
#pragma once

#include "inventory/chunkedvector.h"
#include "inventory/diagnostic.h"
#include "inventory/hostrange.h"
#include "inventory/ipaddress.h"
#include "inventory/textpool.h"
#include "inventory/value.h"

#include <map>
#include <unordered_map>
#include <variant>
#include <vector>

namespace collector {

using HostIndex = quint32;
using GroupIndex = quint32;
using GroupSetIndex = quint32;
using VariableIndex = quint32; // 0: none

constexpr quint32 noIndex = 0xffffffff;

/// A value in eight bytes: small ones themselves, texts as their number, the rest as a number in InventoryTables::trees.
class ValueRef final
{
public:
    enum Kind : quint8 { Null, False, True, Integer, Text, Tree };

    constexpr ValueRef() = default;
    constexpr ValueRef(Kind kind, quint64 payload) : m_bits(payload << 3 | kind) {}

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(m_bits & 7); }
    [[nodiscard]] quint32 index() const { return static_cast<quint32>(m_bits >> 3); }
    [[nodiscard]] qint64 integer() const { return static_cast<qint64>(m_bits) >> 3; }

private:
    quint64 m_bits = Null;
};

/// One assignment. Assignments of one host or group are a list, the last one first, so the first that has the name counts.
struct VariableEntry
{
    TextId name = 0;
    VariableIndex next = 0;
    ValueRef value;
    quint32 line = 0;
    quint32 file = 0;
};

struct HostEntry
{
    TextId name = 0; // of a range: as it stands in the source
    GroupSetIndex groups = 0;
    VariableIndex variables = 0;
    VariableIndex fileVariables = 0; // host_vars/, before the others
    quint32 line = 0;
    quint32 file = 0;
    quint32 range = noIndex; // index in ranges: this is not one host but many
};

struct RangeEntry
{
    std::variant<AddressRange, HostRange> names;
    quint64 count = 0;
    HostIndex host = 0;
    bool overlaps = false;                // with another range: see InventoryTables::rangesWith
    std::map<quint64, HostIndex> singled; // hosts of this range that have an entry of their own

    [[nodiscard]] QByteArray name(quint64 offset) const;
    [[nodiscard]] std::optional<quint64> offsetOf(QByteArrayView name, const std::optional<IpAddress> &address) const;
    [[nodiscard]] const AddressRange *addresses() const { return std::get_if<AddressRange>(&names); }
};

/// The variables that the files of one source's group_vars/ give a group.
struct FileVariables
{
    quint32 source = 0;
    VariableIndex variables = 0;
};

struct GroupEntry
{
    TextId name = 0;
    quint32 line = 0;
    quint32 file = 0;
    int depth = 0;
    qint64 priority = 1;
    VariableIndex variables = 0;
    std::vector<FileVariables> fileVariables; // by source, ascending
    std::vector<GroupIndex> children;
    std::vector<GroupIndex> parents;
    std::vector<HostIndex> hosts; // direct members, as they came
};

class InventoryTables final
{
public:
    static constexpr GroupIndex all = 0;
    static constexpr GroupIndex ungrouped = 1;

    InventoryTables();

    [[nodiscard]] std::optional<GroupIndex> findGroup(QByteArrayView name) const;
    [[nodiscard]] std::optional<GroupIndex> groupOf(TextId name) const;
    [[nodiscard]] std::optional<HostIndex> hostOf(TextId name) const;
    void setHostOf(TextId name, HostIndex host);
    /// A host by name: its own entry, or the range that has it (the first one) and the offset there.
    struct Place
    {
        HostIndex host;
        quint64 offset;
    };
    [[nodiscard]] std::optional<Place> findHost(QByteArrayView name) const;
    /// Entries of all ranges that have this host, as they came.
    [[nodiscard]] std::vector<HostIndex> rangesWith(QByteArrayView name, const std::optional<IpAddress> &address) const;

    [[nodiscard]] ValueRef store(const Value &value);
    [[nodiscard]] Value load(ValueRef value) const;
    /// The assignment of `name` in the list that counts, 0 for none.
    [[nodiscard]] VariableIndex findVariable(VariableIndex list, TextId name) const;
    [[nodiscard]] quint64 hostCount(HostIndex host) const;
    [[nodiscard]] bool isLone(HostIndex host) const { return hosts[host].range == noIndex; }

    /// `group` and all below it, level by level in the order of their children.
    [[nodiscard]] std::vector<GroupIndex> descendants(GroupIndex group) const;
    /// Entries of the hosts in `group` and below, in Ansible's order, each once.
    [[nodiscard]] std::vector<HostIndex> membersOf(GroupIndex group) const;
    [[nodiscard]] std::vector<GroupIndex> ancestors(GroupIndex group) const;
    /// Which groups have a host, in themselves or below.
    [[nodiscard]] std::vector<bool> inhabitedGroups() const;

    void addRange(RangeEntry range);

    TextPool texts;
    ChunkedVector<HostEntry> hosts;
    ChunkedVector<GroupEntry> groups;
    ChunkedVector<VariableEntry> variables; // [0] is no variable
    ChunkedVector<Value> trees;
    ChunkedVector<RangeEntry> ranges;
    std::vector<std::vector<GroupIndex>> groupSets; // sorted; [0] is empty
    std::vector<bool> closedSets;                   // by group set: ancestors are in it already, or not in it for good
    std::vector<QByteArray> files;                  // as named by the user, [0] is none
    std::unordered_map<TextId, GroupIndex> groupByName;
    QByteArray sha256;
    /// Trees that make Ansible fail on every host that has them, and what to report then.
    std::map<quint32, Diagnostic> unprintable;

private:
    std::vector<quint32> m_hostByText; // index plus one
    // Ranges of addresses by the logarithm of their size, then by their first address: few of one size can hold one address.
    std::map<int, std::multimap<IpAddress, quint32>> m_rangesBySize;
    std::vector<quint32> m_patternRanges;
};

} // namespace collector
