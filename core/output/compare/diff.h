// Diff: two results joined by host, in a stream: of OLD, memory holds where each host's record lies; NEW is read once. CPU is that
// of reading both files, for records are looked into only where their bytes differ. One thread; blocking; for the verbs.

#pragma once

#include "output/compare/changefold.h"

#include <QJsonObject>
#include <QMap>
#include <QStringList>

namespace collector {

struct DiffResult
{
    struct Side
    {
        QByteArray run; // id, of the first record
        quint64 hosts = 0;
        QJsonObject about;         // the object `run` of a document; empty for other formats
        QList<QByteArray> columns; // of a CSV, those of facts
    };

    Side before;
    Side after;
    QStringList notes; // why they may not be comparable: the runs asked for other things
    HostNames names;
    HostNumbers came;
    HostNumbers went;
    HostNumbers returned;
    HostNumbers unknown;                       // in both, but nobody tried in one of the two
    QMap<QByteArray, HostNumbers> unreachable; // by cause, those that were reached before
    ChangeFold changes;
    quint64 changedHosts = 0; // hosts with a fact that changed
    std::array<quint64, 6> changedHostsByClass{};
    bool hasStoreFailed = false; // not what was read: the disk of TMPDIR is full

    [[nodiscard]] quint64 unreachableCount() const;
    [[nodiscard]] bool hasHostChanges() const;
    [[nodiscard]] bool isEmpty() const { return !hasHostChanges() && changes.count() == 0; }
};

// False where one of them cannot be read or has a host twice; `error` names the file.
[[nodiscard]] bool compareResults(const QByteArray &before, const QByteArray &after, const FactClasses &classes, DiffResult &result,
                                  QString *error);

} // namespace collector
