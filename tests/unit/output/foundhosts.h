// What a result holds: each host's status. No host may be there twice, whatever else a test looks for.

#pragma once

#include "output/resultreader.h"

#include <QMap>
#include <QString>

namespace collector {

inline QMap<QByteArray, Status> foundHosts(const QString &result)
{
    QString error;
    const auto reader = ResultReader::open(result.toLocal8Bit(), &error);
    QMap<QByteArray, Status> found;
    StoredRecord record;
    while (reader && reader->next(record)) {
        if (found.contains(record.head.host))
            qFatal("%s is there twice", record.head.host.constData());
        found.insert(record.head.host, record.head.status);
    }
    if (!reader || !reader->error().isEmpty())
        qWarning("%s%s", qPrintable(error), reader ? qPrintable(reader->error()) : "");
    return found;
}

} // namespace collector
