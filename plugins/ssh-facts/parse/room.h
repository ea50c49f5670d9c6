// How much room the local file systems have, each store counted once: data sets of a ZFS pool and volumes of an APFS container share what
// is free, and each of them calls it its own.

#pragma once

#include <QHash>
#include <QString>

namespace collector::facts {

class RoomTable
{
public:
    void add(const QString &device, const QString &type, qint64 total, qint64 available);

    [[nodiscard]] qint64 total() const;
    [[nodiscard]] qint64 available() const;

private:
    struct Store
    {
        qint64 used = 0; // of all its members
        qint64 total = 0;
        qint64 available = 0;
    };
    QHash<QString, Store> m_stores;
};

} // namespace collector::facts
