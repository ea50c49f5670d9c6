// Batch: records on their way from a worker to the writer, encoded, in one buffer. The worker fills it (RecordEncoder::encode)
// and gives it away (Writer::submit); the writer empties it and hands its storage back (Writer::takeBatch). One owner at a time.

#pragma once

#include "model/status.h"

#include <collector/cause.h>

#include <QByteArray>

#include <vector>

namespace collector {

// The network that a host lies in, for folding failures: IPv4 as ::ffff:a.b.c.d would be, IPv6 by its first 64 bits.
struct NetworkKey
{
    quint64 bits = 0;
    quint8 family = 0; // 4, 6; 0: no address

    [[nodiscard]] static NetworkKey of(QByteArrayView address);
};

class Batch
{
public:
    struct Entry
    {
        quint32 lineEnd; // where its line ends in `lines`, newline included; it begins where the one before ends
        quint32 rowEnd;  // in `rows`
        quint32 cellEnd; // in `cells`
        quint16 groups;  // index in `groupSets`
        quint16 via;     // index in `vias`
        NetworkKey network;
        Status status;
        Cause cause;
        bool isCutShort = false; // a job of it was interrupted, whatever the cause of the whole
    };

    // What is waiting in it, in bytes: hand it over when this passes handOver, and at the end of a worker's turn.
    [[nodiscard]] qsizetype bytes() const { return lines.size() + rows.size() + cells.size(); }
    [[nodiscard]] bool isEmpty() const { return entries.empty(); }
    void clear(); // keeps storage of a usual size

    static constexpr qsizetype handOver = 128 * 1024;

    QByteArray lines; // the records' JSON, a newline after each: the journal's bytes
    QByteArray rows;  // CSV, where an output wants it
    QByteArray cells; // of a table: unit separators between, a newline after each record
    std::vector<Entry> entries;
    std::vector<QByteArray> groupSets; // as in Record::groupsJson, each once; valid as long as the inventory
    std::vector<QByteArray> vias;

    // The encoder's: the start of the last record, as text.
    qint64 stampMs = -1;
    QByteArray stamp;
};

} // namespace collector
