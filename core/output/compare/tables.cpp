#include "output/compare/tables.h"

#include "output/csvrow.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace collector {

namespace {

enum TableNumber { Hosts, Interfaces, Addresses, Disks, Mounts, Packages, Users };

struct Shape
{
    const char *name;
    QList<QByteArray> columns; // behind `host`
};

const std::array<Shape, 7> &shapes()
{
    static const std::array<Shape, 7> all{{
        {"hosts",
         {"address",
          "groups",
          "status",
          "cause",
          "started",
          "run",
          "first_seen",
          "last_ok",
          "failing_since",
          "streak",
          "same_asset_as",
          "hostname",
          "fqdn",
          "distribution",
          "distribution_version",
          "distribution_release",
          "os_family",
          "kernel",
          "architecture",
          "machine_id",
          "product_uuid",
          "product_serial",
          "system_vendor",
          "product_name",
          "virtualization_type",
          "virtualization_role",
          "processor_vcpus",
          "memtotal_mb",
          "primary_ip",
          "uptime_seconds"}},
        {"interfaces", {"interface", "type", "macaddress", "mtu", "active", "speed", "module", "pciid", "promisc"}},
        {"addresses", {"interface", "family", "address", "prefix", "netmask", "network", "broadcast", "scope"}},
        {"disks", {"disk", "vendor", "model", "serial", "wwn", "size", "size_bytes", "rotational", "removable", "virtual", "host_adapter"}},
        {"mounts",
         {"mount", "device", "fstype", "options", "size_total", "size_available", "inode_total", "inode_available", "uuid", "state",
          "disk"}},
        {"packages", {"name", "version", "release", "epoch", "arch", "source"}},
        {"users", {"name", "uid", "gid", "gecos", "dir", "shell"}},
    }};
    return all;
}

// As a cell of the CSV of a run: null is empty, a list of plain values is joined with `;`, anything else is compact JSON.
QByteArray cellOf(QByteArrayView value)
{
    if (isJsonNull(value))
        return {};
    if (isJsonString(value))
        return jsonText(value);
    if (!isJsonArray(value))
        return value.toByteArray();
    QByteArray text;
    for (JsonItems item(value); item.next();) {
        if (isJsonObject(item.value()) || isJsonArray(item.value()))
            return value.toByteArray();
        text += (text.isEmpty() ? "" : ";") + (isJsonString(item.value()) ? jsonText(item.value()) : item.value().toByteArray());
    }
    return text;
}

using Members = QHash<QByteArray, QByteArrayView>;

// The members of an object by name: who wants thirty of them does not look through all of them thirty times.
Members membersOf(QByteArrayView object)
{
    Members members;
    for (JsonMembers walk(object); walk.next();)
        members.insert(walk.key().toByteArray(), walk.value());
    return members;
}

// The names under which others know a column.
QByteArrayView alias(QByteArrayView column)
{
    static constexpr std::array<std::pair<QByteArrayView, QByteArrayView>, 5> names{
        {{"dir", "home"}, {"interface", "device"}, {"host_adapter", "host"}, {"gecos", "comment"}, {"disk", "name"}}};
    const auto found = std::find_if(names.begin(), names.end(), [=](const auto &pair) { return pair.first == column; });
    return found == names.end() ? QByteArrayView() : found->second;
}

QByteArray memberCell(QByteArrayView object, const QByteArray &column)
{
    QByteArrayView value = jsonMember(object, column);
    if (value.isEmpty() && !alias(column).isEmpty())
        value = jsonMember(object, alias(column));
    return cellOf(value);
}

// The kernel counts sectors of 512 bytes, whatever the disk has.
QByteArray bytesOfSectors(QByteArrayView disk)
{
    bool isNumber = false;
    const quint64 sectors = jsonText(jsonMember(disk, "sectors")).toULongLong(&isNumber);
    return isNumber && sectors < (quint64(1) << 54) ? QByteArray::number(sectors * 512) : QByteArray();
}

// The disk on which a device lies: it is one, or a partition of one, or goes by a name that one has (`/dev/mapper/data-srv`). Of several
// that say so, the first. Looked through once for all mounts: a host may have thousands of either.
class DiskNames
{
public:
    explicit DiskNames(QByteArrayView disks)
    {
        for (JsonMembers disk(disks); disk.next();) {
            const Found found{qsizetype(m_names.size() + m_links.size()), disk.key().toByteArray()};
            note(m_names, found.disk, found);
            for (JsonMembers partition(jsonMember(disk.value(), "partitions")); partition.next();)
                note(m_names, partition.key().toByteArray(), found);
            for (JsonItems id(jsonMember(jsonMember(disk.value(), "links"), "ids")); id.next();)
                note(m_links, jsonText(id.value()), found);
        }
    }

    [[nodiscard]] QByteArray diskOf(QByteArrayView device) const
    {
        if (!device.startsWith("/dev/"))
            return {};
        const QByteArray name = device.sliced(device.lastIndexOf('/') + 1).toByteArray();
        const Found byName = m_names.value(name);
        const Found byLink = device.startsWith("/dev/mapper/") ? m_links.value("dm-name-" + name) : Found();
        return byLink.number >= 0 && (byName.number < 0 || byLink.number < byName.number) ? byLink.disk : byName.disk;
    }

private:
    struct Found
    {
        qsizetype number = -1; // ascending with the disks
        QByteArray disk;
    };

    static void note(QHash<QByteArray, Found> &names, const QByteArray &name, const Found &found)
    {
        if (!names.contains(name))
            names.insert(name, found);
    }

    QHash<QByteArray, Found> m_names;
    QHash<QByteArray, Found> m_links;
};

// Each thing of a collection, with its name: of an object the key; of a list the member that says it. A thing that is a list
// itself (a package in several versions) is many.
template<typename Visit>
void forEachThing(QByteArrayView things, const Visit &visit)
{
    const auto each = [&visit](const QByteArray &name, QByteArrayView thing) {
        if (isJsonObject(thing))
            visit(name, thing);
        for (JsonItems item(thing); item.next();) {
            if (isJsonObject(item.value()))
                visit(name, item.value());
        }
    };
    for (JsonMembers member(things); member.next();)
        each(member.key().toByteArray(), member.value());
    for (JsonItems item(things); item.next();) {
        if (isJsonObject(item.value()))
            visit(QByteArray(), item.value());
    }
}

} // namespace

struct Tables::Table
{
    Table(const Shape &tableShape, const QByteArray &path) : shape(tableShape), file(path) {}

    // A row of cells; `host` comes first.
    void append(const QByteArray &host, const std::vector<QByteArray> &cells, bool guardsFormulas)
    {
        CsvRow row(rows, guardsFormulas);
        row.cell(host);
        for (const QByteArray &cell : cells)
            row.cell(cell);
        row.end();
    }

    const Shape &shape;
    LiveFile file;
    std::unique_ptr<ByteSink> sink;
    QByteArray rows;
};

Tables::Tables(QByteArray directory, bool guardsFormulas)
    : m_directory(std::move(directory)),
      m_guardsFormulas(guardsFormulas),
      m_locks("collector merge")
{
}

Tables::~Tables()
{
    m_tables.clear();
    m_locks.release();
    if (m_isFolderNew)
        rmdir(m_directory.constData()); // where nothing came into it
}

bool Tables::open(mode_t newFileMode, QString *error)
{
    m_isFolderNew = ::mkdir(m_directory.constData(), 0700) == 0;
    if (!m_isFolderNew && errno != EEXIST) {
        *error = QStringLiteral("--tables %1: %2").arg(QString::fromLocal8Bit(m_directory), errorText(errno));
        return false;
    }
    for (const Shape &shape : shapes()) {
        auto table = std::make_unique<Table>(shape, m_directory + '/' + shape.name + ".csv");
        if (!m_locks.take(table->file.path(), error))
            return false;
        FileHandle handle = table->file.create(newFileMode, error);
        if (!handle.isOpen())
            return false;
        table->sink = ByteSink::make(std::move(handle), OutputSpec::Packing::None);
        table->append("host", {shape.columns.begin(), shape.columns.end()}, m_guardsFormulas);
        m_tables.push_back(std::move(table));
    }
    return true;
}

bool Tables::fail(const Table &table)
{
    if (m_error.isEmpty())
        m_error = QStringLiteral("%1 cannot be written: %2").arg(QString::fromLocal8Bit(table.file.path()), table.sink->error());
    return false;
}

bool Tables::add(QByteArrayView record)
{
    const Members own = membersOf(record);
    m_host = jsonText(own["host"]);
    const Members facts = membersOf(own["facts"]);
    appendHost(own, facts);
    appendInterfaces(facts);
    appendItems(*m_tables[Disks], facts["devices"], true);
    appendMounts(facts["mounts"], facts["devices"]);
    appendItems(*m_tables[Packages], facts["packages"], true);
    appendItems(*m_tables[Users], facts[facts.contains("local_users") ? "local_users" : "users"], true);
    for (const auto &table : m_tables) {
        if (!table->sink->write(table->rows))
            return fail(*table);
        table->rows.resize(0);
    }
    return true;
}

void Tables::appendHost(const QHash<QByteArray, QByteArrayView> &record, const QHash<QByteArray, QByteArrayView> &facts)
{
    Table &table = *m_tables[Hosts];
    std::vector<QByteArray> cells;
    for (const QByteArray &column : table.shape.columns) {
        const QByteArrayView own = record[column];
        cells.push_back(cellOf(own.isEmpty() ? facts[column] : own));
    }
    table.append(m_host, cells, m_guardsFormulas);
}

// Interfaces stand in the list `network_interfaces`; where there is none, at the root under the names in `interfaces`.
void Tables::appendInterfaces(const QHash<QByteArray, QByteArrayView> &facts)
{
    Table &table = *m_tables[Interfaces];
    const auto append = [&](const QByteArray &name, QByteArrayView object) {
        std::vector<QByteArray> cells;
        for (const QByteArray &column : table.shape.columns)
            cells.push_back(column == "interface" ? name : memberCell(object, column));
        table.append(m_host, cells, m_guardsFormulas);
        appendAddresses(name, object);
    };
    const QByteArrayView list = facts["network_interfaces"];
    if (isJsonArray(list)) {
        forEachThing(list, [&](const QByteArray &, QByteArrayView object) { append(memberCell(object, "interface"), object); });
        return;
    }
    for (JsonItems name(facts["interfaces"]); name.next();) {
        const QByteArray interface = jsonText(name.value());
        const QByteArrayView object = facts[QByteArray(interface).replace('-', '_').replace(':', '_')];
        if (isJsonObject(object))
            append(interface, object);
    }
}

void Tables::appendAddresses(const QByteArray &interface, QByteArrayView object)
{
    Table &table = *m_tables[Addresses];
    const auto append = [&](const char *family, QByteArrayView address) {
        if (!isJsonObject(address))
            return;
        std::vector<QByteArray> cells;
        for (const QByteArray &column : table.shape.columns)
            cells.push_back(column == "interface" ? interface : column == "family" ? QByteArray(family) : memberCell(address, column));
        table.append(m_host, cells, m_guardsFormulas);
    };
    append("ipv4", jsonMember(object, "ipv4"));
    for (const auto &[family, key] : {std::pair("ipv4", "ipv4_secondaries"), std::pair("ipv6", "ipv6")}) {
        for (JsonItems address(jsonMember(object, key)); address.next();)
            append(family, address.value());
    }
}

void Tables::appendMounts(QByteArrayView mounts, QByteArrayView disks)
{
    Table &table = *m_tables[Mounts];
    const DiskNames names(disks);
    forEachThing(mounts, [&](const QByteArray &, QByteArrayView mount) {
        std::vector<QByteArray> cells;
        for (const QByteArray &column : table.shape.columns)
            cells.push_back(column == "disk" ? names.diskOf(memberCell(mount, "device")) : memberCell(mount, column));
        table.append(m_host, cells, m_guardsFormulas);
    });
}

// `hasNames`: where the things are an object, its keys are the first column.
void Tables::appendItems(Table &table, QByteArrayView items, bool hasNames)
{
    forEachThing(items, [&](const QByteArray &name, QByteArrayView thing) {
        std::vector<QByteArray> cells;
        for (const QByteArray &column : table.shape.columns) {
            const bool isName = hasNames && !name.isEmpty() && cells.empty();
            cells.push_back(isName ? name : memberCell(thing, column));
            if (column == "size_bytes" && cells.back().isEmpty())
                cells.back() = bytesOfSectors(thing);
        }
        table.append(m_host, cells, m_guardsFormulas);
    });
}

bool Tables::finish(QString *error)
{
    for (const auto &table : m_tables) {
        if (!table->sink->write(table->rows) || !table->sink->finish()) { // of no hosts, the header is still to be written
            fail(*table);
            *error = m_error;
            return false;
        }
        if (fsync(table->sink->descriptor()) != 0) {
            *error = QStringLiteral("%1 cannot be written: %2").arg(QString::fromLocal8Bit(table->file.path()), errorText(errno));
            return false;
        }
    }
    for (const auto &table : m_tables) {
        if (!table->file.name(table->file.path(), error))
            return false;
    }
    syncFolderOf(m_tables.front()->file.path());
    m_locks.release();
    return true;
}

} // namespace collector
