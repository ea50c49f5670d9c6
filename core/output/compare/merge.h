// Merge: many results become one: for each host two registers, the latest attempted record and the latest good facts (by plugin),
// and its history. Which files are given in which order, or merged before, makes no difference to a byte of what comes out.
// Records wait on the disk, in twice the room that those take which still count. One thread; blocking; for the verbs.

#pragma once

#include "output/compare/assetmarks.h"
#include "output/compare/mergedrecord.h"

#include <QHash>
#include <QSet>
#include <QStringList>

#include <functional>
#include <memory>

namespace collector {

class Merge
{
public:
    explicit Merge(const FactClasses &classes) : m_classes(classes), m_store(std::make_unique<RecordStore>()) {}

    // Takes all records of a result. False, and why in `error`, where it cannot be read to its end: then nothing is to be written.
    [[nodiscard]] bool read(const QByteArray &path, QString *error);

    // When all are read: prepares what needs a look at every host. False where the store fails.
    [[nodiscard]] bool conclude(QString *error);

    // Then every host, in the order of names, as one line of JSON, until `take` returns false.
    [[nodiscard]] bool forEachRecord(const std::function<bool(QByteArrayView line)> &take, QString *error);

    // Whether it was the store that failed, not what was read: the disk of TMPDIR is full.
    [[nodiscard]] bool hasStoreFailed() const { return !m_store->error().isEmpty(); }

    [[nodiscard]] size_t hosts() const { return m_order.size(); }
    [[nodiscard]] const QList<QByteArray> &runs() const { return m_runs; }      // of which something is left, oldest first
    [[nodiscard]] const QSet<QByteArray> &plugins() const { return m_plugins; } // whose facts are left
    // Of the earliest record that is left; where none of them was tried, of the run.
    [[nodiscard]] qint64 startedMs() const { return m_startedMs >= 0 ? m_startedMs : m_untriedMs; }
    [[nodiscard]] qint64 finishedMs() const { return m_finishedMs; }
    // Of look-alikes that are too many, and of records of a day to come.
    [[nodiscard]] QStringList warnings() const;

private:
    [[nodiscard]] bool compact(QString *error);
    void noteTimes(QByteArrayView record);

    const FactClasses &m_classes;
    std::unique_ptr<RecordStore> m_store;
    quint64 m_compactAt = quint64(256) << 20;
    QHash<QByteArray, HostRegisters> m_hosts;
    std::vector<QByteArray> m_order;
    AssetMarks m_marks;
    QList<QByteArray> m_runs;
    QSet<QByteArray> m_plugins;
    qint64 m_startedMs = -1;
    qint64 m_untriedMs = -1; // of the earliest run whose record says of no attempt
    qint64 m_finishedMs = -1;
    Moment m_future; // the latest of a day to come that gives a host its status, and of how many hosts one does
    size_t m_futureHosts = 0;
};

} // namespace collector
