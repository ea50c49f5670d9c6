// The inventory: every host and group that the sources of -i name, with their variables, as Ansible reads them. Loaded once, on the
// main thread (dynamic sources are run there and waited for); constant afterwards, and every const method may be called from any
// thread. Static hosts take some hundred bytes each; a CIDR or range takes none, whatever its size: its hosts are made up when asked
// for. What a run goes through is a Selection (selection.h).
#pragma once

#include "inventory/diagnostic.h"
#include "inventory/ipaddress.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QJsonValue>
#include <QList>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace collector {

class Inventory;
class InventoryTables;
class Selection;
struct ResolvedGroups;
struct SharedRanges;

struct LoadOptions
{
    /// What `-` reads. Called at most once.
    std::function<QByteArray()> standardInput;
    /// For each call of an executable source, and for all its --host calls together ten times that.
    std::chrono::milliseconds dynamicTimeout = std::chrono::seconds(60);
    /// What an executable source writes to stderr, as it comes (also when all went well).
    std::function<void(const QByteArray &)> dynamicStderr;
    qint64 largestDynamicOutput = 256 * 1024 * 1024;
    qint64 largestYamlFile = 256 * 1024 * 1024;
    /// A name with brackets that stands for more hosts than this is kept as one range.
    quint64 mostSpelledOut = 4096;
    /// More errors of one source than this are not listed.
    int mostErrors = 100;
};

struct LoadResult
{
    /// Null where anything was refused.
    std::shared_ptr<const Inventory> inventory;
    /// Errors and warnings in the order in which they stand in the sources.
    QList<Diagnostic> diagnostics;
    /// Those that were read, as named by the user or with the folder in front: of folders, and of variables too.
    QByteArrayList files;
    /// SHA-256 in hex over everything that was read, in order.
    QByteArray sha256;

    [[nodiscard]] explicit operator bool() const { return inventory != nullptr; }
};

/// What stands in the inventory under one name for one host, after precedence and templates.
struct Variable
{
    enum State {
        Ready,
        Template, // still holds `{{` or `{%`: only Jinja could tell
        Vault,    // encrypted
    };
    QJsonValue value; // of the other states: the text as it stands (never to be used), null for vault values
    State state = Ready;
    QByteArray file;    // where it was set
    int line = 0;       // 0 where that is not known (dynamic sources)
    QByteArray text;    // a number or truth value as Ansible puts it into a text: 1234.50 is 1234.5, yes is True; else empty
    QByteArray problem; // for a person, when not Ready: "{{ x }} is …"
};

/// One host of an inventory: a handle of 40 bytes, copied freely, valid as long as the Inventory is. Thread-safe as that is.
class SelectedHost final
{
public:
    /// Inventory name, UTF-8 as it stood in the source.
    [[nodiscard]] QByteArray name() const;
    /// As Ansible's group_names: sorted, ancestors too, without `all`.
    [[nodiscard]] QByteArrayList groups() const;
    /// The same as a compact JSON array, encoded once for all hosts of the same groups; valid as long as the Inventory is.
    [[nodiscard]] QByteArrayView groupsJson() const;
    [[nodiscard]] std::optional<Variable> variable(QByteArrayView name) const;
    /// Names of all variables, sorted.
    [[nodiscard]] QByteArrayList variableNames() const;
    /// By -x or never= with a name or group pattern, or an address where it is known without resolving. Such a host still gets its
    /// record: skipped, excluded. Resolved addresses are tested with Selection::isExcludedAddress().
    [[nodiscard]] bool isExcluded() const { return m_excluded; }
    /// Of ansible_host or the name, where that is an address.
    [[nodiscard]] std::optional<IpAddress> literalAddress() const;
    /// The same for whoever knows that it has no variables.
    [[nodiscard]] std::optional<IpAddress> addressOfName() const;
    /// Whether its name is an address, written as IpAddress::toText() writes it: it is one of a CIDR or range of addresses.
    [[nodiscard]] bool isNamedByAddress() const;
    /// Whether neither the host nor its groups set any variable: then nothing need be asked for.
    [[nodiscard]] bool hasVariables() const;

private:
    friend class Inventory;
    friend class InventoryListing;
    friend class Selection;
    SelectedHost(const Inventory *inventory, quint32 host, quint64 offset) : m_inventory(inventory), m_offset(offset), m_host(host) {}

    const Inventory *m_inventory;
    quint64 m_offset; // within a range
    quint32 m_host;   // index of the host or range
    bool m_excluded = false;
};

class Inventory final : public std::enable_shared_from_this<Inventory>
{
public:
    /// Reads the sources of -i, later ones add to earlier ones. Reports all that is wrong, of all sources.
    [[nodiscard]] static LoadResult load(const QList<QByteArray> &sources, const LoadOptions &options);
    ~Inventory();
    Inventory(const Inventory &) = delete;
    Inventory &operator=(const Inventory &) = delete;

    [[nodiscard]] std::optional<SelectedHost> find(QByteArrayView hostName) const;
    [[nodiscard]] bool hasGroup(QByteArrayView name) const;
    /// Whether a variable of that name is set anywhere.
    [[nodiscard]] bool hasVariable(QByteArrayView name) const;
    [[nodiscard]] QByteArrayList groupNames() const;

    /// For the rooms of this folder.
    [[nodiscard]] const InventoryTables &tables() const { return *m_tables; }
    [[nodiscard]] const ResolvedGroups &resolvedGroups(quint32 groupSet) const;
    [[nodiscard]] const SharedRanges *sharedRanges(std::vector<quint32> rangeHosts) const;
    [[nodiscard]] SelectedHost hostAt(quint32 host, quint64 offset) const { return SelectedHost(this, host, offset); }

private:
    friend class SelectedHost;
    explicit Inventory(std::unique_ptr<InventoryTables> tables);

    struct Cache;
    std::unique_ptr<InventoryTables> m_tables;
    std::unique_ptr<Cache> m_cache;
};

} // namespace collector
