#include "room.h"

#include "text.h"

#include <algorithm>

namespace collector::facts {

namespace {

// /dev/disk1s5 lies in the container /dev/disk1.
QString containerOf(const QString &device)
{
    const qsizetype slice = device.lastIndexOf(u's');
    const bool isSlice = slice > 0 && slice + 1 < device.size() && device.at(slice - 1).isDigit();
    return isSlice ? device.first(slice) : device;
}

} // namespace

void RoomTable::add(const QString &device, const QString &type, qint64 total, qint64 available)
{
    const bool isApfs = type == u"apfs";
    const bool isPool = type == u"zfs";
    Store &store = m_stores[isApfs ? containerOf(device) : isPool ? QString(QStringLiteral("zfs:") + device.section(u'/', 0, 0)) : device];
    if (isPool)
        addBytes(store.used, std::max<qint64>(0, total - available));
    store.total = std::max(store.total, total);
    store.available = std::max(store.available, available);
    // Of a pool: what its data sets hold, and what is left for all of them.
    if (isPool)
        store.total = store.used + store.available;
}

qint64 RoomTable::total() const
{
    qint64 sum = 0;
    for (const Store &store : m_stores)
        addBytes(sum, store.total);
    return sum;
}

qint64 RoomTable::available() const
{
    qint64 sum = 0;
    for (const Store &store : m_stores)
        addBytes(sum, store.available);
    return sum;
}

} // namespace collector::facts
