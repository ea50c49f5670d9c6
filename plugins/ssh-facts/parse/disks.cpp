#include "disks.h"

#include <QSet>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

template<size_t N>
bool startsWithAny(QByteArrayView name, const std::array<QByteArrayView, N> &prefixes)
{
    return std::any_of(prefixes.begin(), prefixes.end(), [&](QByteArrayView prefix) { return name.startsWith(prefix); });
}

// Memory, files, removable media, and what lies on other block devices (ZFS' volumes, DRBD, bcache, Veritas, PowerPath) or on flash
// that is no block device.
bool isPseudo(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 17> pseudo{"loop",     "ram",   "zram", "dm-",    "md",      "sr",
                                                           "fd",       "zd",    "drbd", "bcache", "nullb",   "mtdblock",
                                                           "ubiblock", "ublkb", "VxVM", "VxDMP",  "emcpower"};
    return startsWithAny(name, pseudo);
}

// The partitions that the hardware of an eMMC makes, beside the one that is used.
bool isPartOfCard(QByteArrayView name)
{
    return name.startsWith("mmcblk") && (name.contains("boot") || name.contains("rpmb") || name.contains("gp"));
}

bool isNetwork(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 3> network{"rbd", "nbd", "rnbd"};
    return startsWithAny(name, network);
}

// What says which disk it is behind all paths: naa.…, eui.…, nvme.…, uuid.…; the other kinds are names that makers give.
QByteArrayView identityOf(const Thing &thing)
{
    static constexpr std::array<QByteArrayView, 4> worldwide{"naa.", "eui.", "nvme.", "uuid."};
    const QByteArrayView wwid = thing.value("wwid");
    const QByteArrayView number = wwid.sliced(wwid.indexOf('.') + 1);
    const bool isNothing = std::all_of(number.begin(), number.end(), [](char c) { return c == '0' || c == '-'; });
    return startsWithAny(wwid, worldwide) && !isNothing ? wwid : QByteArrayView();
}

bool isMultipath(const Thing &thing)
{
    return thing.name.startsWith("dm-") && thing.value("uuid").startsWith("mpath-");
}

} // namespace

Disks disksOf(const QList<Thing> &things)
{
    QSet<QByteArrayView> paths; // of a multipath device, which stands for them
    for (const Thing &thing : things) {
        if (isMultipath(thing)) {
            for (const QByteArrayView slave : thing.values("slave"))
                paths.insert(slave);
        }
    }
    Disks local, network;
    QSet<QByteArrayView> names, identities;
    for (const Thing &thing : things) {
        const qint64 bytes = bytesOf(toInteger(thing.value("size")).value_or(0), 512);
        const bool isDisk = isMultipath(thing) || (!isPseudo(thing.name) && !isPartOfCard(thing.name) && !paths.contains(thing.name));
        // Hidden are the paths of an NVMe that the kernel itself joins.
        if (!isDisk || bytes <= 0 || thing.name.contains('/') || thing.value("hidden") == "1" || names.contains(thing.name) ||
            names.size() >= mostEntries)
            continue;
        names.insert(thing.name);
        const QByteArrayView identity = identityOf(thing);
        if (!identity.isEmpty() && identities.contains(identity))
            continue;
        identities.insert(identity);
        Disks &disks = isNetwork(thing.name) ? network : local;
        addBytes(disks.bytes, bytes);
        ++disks.count;
    }
    return local.count > 0 ? local : network;
}

} // namespace collector::facts
