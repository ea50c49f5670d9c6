// Tables: a merged result as tidy tables for spreadsheets and databases: one CSV for hosts and one for each kind of thing that a
// host has many of, with `host` as the key to hosts.csv (`interface` from addresses.csv to interfaces.csv, `disk` from mounts.csv
// to disks.csv). All files appear whole, or none is changed; each is locked, for others write there too. One thread.

#pragma once

#include "output/bytesink.h"
#include "output/jsonspan.h"
#include "output/livefile.h"
#include "output/outputlocks.h"

#include <QHash>

#include <memory>
#include <vector>

namespace collector {

class Tables
{
public:
    Tables(QByteArray directory, bool guardsFormulas);
    ~Tables();

    // Makes the folder where it is missing, and the files beside their places. To be called before what goes into them is read.
    [[nodiscard]] bool open(mode_t newFileMode, QString *error);
    // Takes one record, as JSON.
    [[nodiscard]] bool add(QByteArrayView record);
    // Syncs them and gives them their names; others may then write there.
    [[nodiscard]] bool finish(QString *error);
    [[nodiscard]] const QString &error() const { return m_error; }

    // Once they are open.
    [[nodiscard]] const OutputLocks &locks() const { return m_locks; }
    [[nodiscard]] bool isFolderNew() const { return m_isFolderNew; }

private:
    struct Table;

    bool fail(const Table &table);
    void appendHost(const QHash<QByteArray, QByteArrayView> &record, const QHash<QByteArray, QByteArrayView> &facts);
    void appendInterfaces(const QHash<QByteArray, QByteArrayView> &facts);
    void appendAddresses(const QByteArray &interface, QByteArrayView object);
    void appendMounts(QByteArrayView mounts, QByteArrayView disks);
    void appendItems(Table &table, QByteArrayView items, bool hasNames);

    QByteArray m_directory;
    bool m_guardsFormulas;
    bool m_isFolderNew = false;
    OutputLocks m_locks;
    QByteArray m_host; // of the record at hand
    std::vector<std::unique_ptr<Table>> m_tables;
    QString m_error;
};

} // namespace collector
