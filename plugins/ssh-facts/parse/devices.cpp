#include "devices.h"

#include "disks.h"
#include "elsewhere.h"
#include "text.h"

#include <QHash>
#include <QMap>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

namespace collector::facts {

namespace {

using Links = QMap<QByteArray, QStringList>; // device → names

// /dev/disk/by-* and who lies on whom.
struct LinkTable
{
    Links ids, uuids, labels, masters;
    QHash<QByteArray, QByteArray> wwns;    // device → what stands behind wwn-
    QHash<QByteArray, QByteArray> targets; // /sys/block/NAME → where it really is
    QHash<QByteArray, QString> pci;        // address → what lspci says of it
};

LinkTable linkTable(const Section &in, const QList<Thing> &things)
{
    LinkTable table;
    for (const Thing &thing : things) {
        if (thing.has("path"))
            table.targets.insert(thing.name.toByteArray(), thing.value("path").toByteArray() + '/');
    }
    for (const auto &[link, target] : listedLinksOf(in.bytes("links"))) {
        const QByteArray device = baseName(target).toByteArray();
        const QByteArrayView name = baseName(link);
        if (link.startsWith("/dev/disk/by-id/")) {
            table.ids[device].append(toText(name));
            if (name.startsWith("wwn-"))
                table.wwns.insert(device, name.sliced(4).toByteArray());
        } else if (link.startsWith("/dev/disk/by-uuid/")) {
            table.uuids[device].append(toText(name));
        } else if (link.startsWith("/dev/disk/by-label/")) {
            table.labels[device].append(toText(name));
        }
    }
    for (const Thing &thing : things) {
        for (const QByteArrayView slave : thing.values("slave"))
            table.masters[slave.toByteArray()].append(toText(thing.name));
    }
    for (const QByteArrayView line : linesOf(in.bytes("lspci"))) {
        const qsizetype blank = line.indexOf(' ');
        const QByteArray address = line.first(std::max<qsizetype>(blank, 0)).toByteArray();
        if (blank > 0 && !table.pci.contains(address))
            table.pci.insert(address, toText(line.sliced(blank + 1)));
    }
    for (Links *links : {&table.ids, &table.uuids, &table.labels, &table.masters}) {
        for (QStringList &names : *links)
            names.sort();
    }
    return table;
}

QJsonObject toJson(const Links &links)
{
    QJsonObject object;
    for (auto link = links.begin(); link != links.end(); ++link)
        object.insert(toText(link.key()), QJsonArray::fromStringList(link.value()));
    return object;
}

QJsonObject linksOfDevice(const LinkTable &table, const QByteArray &name)
{
    const auto array = [&](const Links &links) { return QJsonArray::fromStringList(links.value(name)); };
    return {{QStringLiteral("ids"), array(table.ids)},
            {QStringLiteral("uuids"), array(table.uuids)},
            {QStringLiteral("labels"), array(table.labels)},
            {QStringLiteral("masters"), array(table.masters)}};
}

QByteArrayView udev(const Thing &thing, QByteArrayView property)
{
    const QByteArray key = "E:" + property.toByteArray();
    return thing.value(key);
}

QJsonArray holders(const Thing &thing, const QHash<QByteArray, QByteArrayView> &mapped)
{
    QJsonArray names;
    for (const QByteArrayView holder : thing.values("holder")) {
        if (!holder.startsWith("dm-"))
            continue;
        const QByteArrayView name = mapped.value(holder.toByteArray());
        names.append(toText(name.isEmpty() ? holder : name));
    }
    return names;
}

QJsonValue textOrNull(QByteArrayView value)
{
    return value.isEmpty() ? QJsonValue() : QJsonValue(toText(value));
}

QJsonValue textOr(QByteArrayView value, const char *otherwise)
{
    return value.isEmpty() ? QJsonValue(QString::fromLatin1(otherwise)) : QJsonValue(toText(value));
}

QString sizeOf(QByteArrayView sectors)
{
    return sizeForPeople(double(toInteger(sectors).value_or(0)) * 512.0);
}

QJsonObject partitionOf(const Thing &thing, const LinkTable &table, const QHash<QByteArray, QByteArrayView> &mapped)
{
    const QByteArray name = baseName(thing.name).toByteArray();
    QJsonObject partition{
        {QStringLiteral("links"), linksOfDevice(table, name)},         {QStringLiteral("start"), textOr(thing.value("start"), "0")},
        {QStringLiteral("sectors"), textOr(thing.value("size"), "0")}, {QStringLiteral("sectorsize"), 512},
        {QStringLiteral("size"), sizeOf(thing.value("size"))},         {QStringLiteral("holders"), holders(thing, mapped)}};
    const QStringList uuids = table.uuids.value(name);
    if (!uuids.isEmpty())
        partition.insert(u"uuid", uuids.constFirst());
    else
        partition.insert(u"uuid", textOrNull(udev(thing, "ID_FS_UUID")));
    return partition;
}

// Where the disk hangs, by the PCI address in its path, in lspci's words.
QString hostOf(const QByteArray &target, const LinkTable &table)
{
    static const QRegularExpression pci(QStringLiteral(".+/([a-f0-9]{4}:[a-f0-9]{2}:[0|1][a-f0-9]\\.[0-7])/"));
    return table.pci.value(pci.match(toText(target)).captured(1).toUtf8());
}

QString schedulerOf(QByteArrayView schedulers)
{
    const qsizetype open = schedulers.indexOf('['), close = schedulers.indexOf(']');
    return open >= 0 && close > open ? toText(schedulers.sliced(open + 1, close - open - 1)) : QString();
}

QByteArrayView serialOf(const Thing &thing)
{
    for (const QByteArrayView value : {thing.value("serial"), udev(thing, "ID_SCSI_SERIAL"), udev(thing, "ID_SERIAL_SHORT")}) {
        if (!value.isEmpty())
            return value;
    }
    return {};
}

void putIdentity(QJsonObject &device, const Thing &thing, const LinkTable &table)
{
    for (const char *key : {"vendor", "model", "sas_address", "sas_device_handle"})
        device.insert(QString::fromLatin1(key), textOrNull(thing.value(key)));
    if (const QByteArrayView serial = serialOf(thing); !serial.isEmpty())
        putText(device, u"serial", serial);
    QByteArray wwn = table.wwns.value(thing.name.toByteArray());
    if (wwn.isEmpty())
        wwn = udev(thing, "ID_WWN").toByteArray();
    if (!wwn.isEmpty())
        putText(device, u"wwn", wwn);
    for (const char *key : {"rev", "firmware_rev"}) {
        if (thing.has(key))
            putText(device, u"firmware", thing.value(key));
    }
    if (const QByteArrayView uuid = udev(thing, "ID_FS_UUID"); !uuid.isEmpty())
        putText(device, u"filesystem_uuid", uuid);
    if (thing.has("name"))
        putText(device, u"dm_name", thing.value("name"));
    if (thing.has("uuid"))
        putText(device, u"dm_uuid", thing.value("uuid"));
}

QJsonObject deviceOf(const Thing &thing, const LinkTable &table, const QHash<QByteArray, QByteArrayView> &mapped)
{
    const QByteArray name = thing.name.toByteArray();
    const QByteArrayView sectorSize = thing.has("logical_block_size") ? thing.value("logical_block_size") : thing.value("hw_sector_size");
    // Ansible says 1 for every device of a kernel whose /sys/block holds links, that is for all of them.
    QJsonObject device{{QStringLiteral("virtual"), 1},
                       {QStringLiteral("links"), linksOfDevice(table, name)},
                       {QStringLiteral("removable"), textOrNull(thing.value("removable"))},
                       {QStringLiteral("support_discard"), textOrNull(thing.value("discard_granularity"))},
                       {QStringLiteral("rotational"), textOrNull(thing.value("rotational"))},
                       {QStringLiteral("scheduler_mode"), schedulerOf(thing.value("scheduler"))},
                       {QStringLiteral("sectors"), textOr(thing.value("size"), "0")},
                       {QStringLiteral("sectorsize"), textOr(sectorSize, "512")},
                       {QStringLiteral("size"), sizeOf(thing.value("size"))},
                       {QStringLiteral("host"), hostOf(table.targets.value(name), table)},
                       {QStringLiteral("holders"), holders(thing, mapped)},
                       {QStringLiteral("partitions"), QJsonObject()}};
    putIdentity(device, thing, table);
    return device;
}

// `vg0-root`; a dash within a name is written twice.
std::pair<QByteArray, QByteArray> volumeOf(QByteArrayView mapped)
{
    QByteArray group, volume;
    QByteArray *part = &group;
    for (qsizetype i = 0; i < mapped.size(); ++i) {
        const bool isDash = mapped[i] == '-', isDoubled = isDash && i + 1 < mapped.size() && mapped[i + 1] == '-';
        if (isDash && !isDoubled && part == &group) {
            part = &volume;
            continue;
        }
        *part += mapped[i];
        i += isDoubled;
    }
    return {group, volume};
}

QJsonArray textArray(const QList<QByteArrayView> &texts)
{
    QJsonArray array;
    for (const QByteArrayView text : texts)
        array.append(toText(text));
    return array;
}

// What device-mapper made, and of what: its uuid begins with whose it is (LVM-…, CRYPT-LUKS2-…, mpath-…).
QJsonObject mappedOf(const Thing &thing)
{
    const QByteArrayView uuid = thing.value("uuid"), name = thing.value("name");
    QJsonObject mapped{{QStringLiteral("device"), toText(thing.name)},
                       {QStringLiteral("size_bytes"), bytesOf(toInteger(thing.value("size")).value_or(0), 512)},
                       {QStringLiteral("on"), textArray(thing.values("slave"))},
                       {QStringLiteral("used_by"), textArray(thing.values("holder"))}};
    putText(mapped, u"name", name);
    if (uuid.startsWith("LVM-")) {
        const auto [group, volume] = volumeOf(name);
        mapped.insert(u"type", QStringLiteral("lvm"));
        putText(mapped, u"vg", group);
        putText(mapped, u"lv", volume);
    } else if (uuid.startsWith("CRYPT-")) {
        const QList<QByteArrayView> parts = split(uuid, '-');
        mapped.insert(u"type", QStringLiteral("crypt"));
        mapped.insert(u"encryption", toText(parts[1]));
    } else {
        mapped.insert(u"type", uuid.contains("mpath-")      ? QStringLiteral("multipath")
                               : uuid.startsWith("DMRAID-") ? QStringLiteral("raid")
                               : uuid.startsWith("VERITY")  ? QStringLiteral("verity")
                                                            : QStringLiteral("other"));
    }
    if (const QByteArrayView filesystem = udev(thing, "ID_FS_TYPE"); !filesystem.isEmpty())
        mapped.insert(u"fstype", toText(filesystem));
    return mapped;
}

} // namespace

void parseDevices(const Section &in, Findings &out)
{
    if (!in.has("block")) {
        parseDevicesElsewhere(in, out);
        return;
    }
    const QList<Thing> things = thingsOf(in.bytes("block"));
    const LinkTable table = linkTable(in, things);
    QHash<QByteArray, QByteArrayView> mapped;
    for (const Thing &thing : things) {
        if (thing.has("name"))
            mapped.insert(thing.name.toByteArray(), thing.value("name"));
    }
    QMap<QString, QJsonObject> devices, partitions; // by name; of the disk
    QSet<QByteArrayView> seen;
    QJsonArray mappedDevices;
    for (const Thing &thing : things) {
        // The kernel gives each name once, a partition's as well.
        if (seen.size() >= mostEntries || seen.contains(baseName(thing.name)))
            continue;
        seen.insert(baseName(thing.name));
        const qsizetype slash = thing.name.indexOf('/');
        if (slash >= 0) {
            partitions[toText(thing.name.first(slash))].insert(toText(thing.name.sliced(slash + 1)), partitionOf(thing, table, mapped));
        } else if (!thing.name.isEmpty()) {
            devices.insert(toText(thing.name), deviceOf(thing, table, mapped));
            if (thing.has("name") && thing.name.startsWith("dm-"))
                mappedDevices.append(mappedOf(thing));
        }
    }
    for (auto disk = partitions.begin(); disk != partitions.end(); ++disk)
        devices[disk.key()].insert(u"partitions", disk.value());
    out.set(u"devices", objectOf(devices));
    out.set(u"device_links", QJsonObject{{QStringLiteral("ids"), toJson(table.ids)},
                                         {QStringLiteral("uuids"), toJson(table.uuids)},
                                         {QStringLiteral("labels"), toJson(table.labels)},
                                         {QStringLiteral("masters"), toJson(table.masters)}});
    out.set(u"mapped_devices", mappedDevices);
    const Disks disks = disksOf(things);
    out.set(u"disk_total_bytes", disks.bytes);
    out.set(u"disk_count", disks.count);
}

} // namespace collector::facts
