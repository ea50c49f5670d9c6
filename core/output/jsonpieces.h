// JsonPieces: the records of a result, one after the other, as they stand there, from a document (`{…,"hosts":[ … ],…}`,
// however it is laid out) or from JSON lines; memory is that of one record. What of a document is not records is kept
// (bounded), for `run` and `summary`. One thread.

#pragma once

#include "output/bytesource.h"

#include <QJsonObject>

namespace collector {

class JsonPieces
{
public:
    explicit JsonPieces(ByteSource &source) : m_source(source) {}

    // The bytes of the next record, valid until the next call; empty at the end, and where error() is set.
    [[nodiscard]] QByteArrayView next();
    [[nodiscard]] const QString &error() const { return m_error; }

    [[nodiscard]] quint64 line() const { return lineAt(m_pieceStart); } // where the last record begins, from 1

    [[nodiscard]] bool isDocument() const { return m_isDocument; }
    // The document without its records: whole after the end, what stands before `hosts` earlier. Empty for JSON lines.
    [[nodiscard]] QJsonObject frame() const;

private:
    enum class Place { Outside, Hosts, Tail };

    [[nodiscard]] bool more();
    [[nodiscard]] int peek();
    [[nodiscard]] bool scanObject(bool mayHoldHosts, bool *entersHosts);
    [[nodiscard]] bool scanTail();
    bool mismatch();
    [[nodiscard]] quint64 lineAt(qsizetype at) const;
    QByteArrayView fail(const QString &reason);

    ByteSource &m_source;
    QByteArray m_buffer;
    qsizetype m_at = 0;         // what was taken of the buffer
    qsizetype m_pieceStart = 0; // where the piece that is being scanned begins: kept when the buffer moves
    quint64 m_droppedLines = 0; // of the file before the buffer
    Place m_place = Place::Outside;
    bool m_isDocument = false;
    QByteArray m_frameHead;
    QByteArray m_frameTail;
    QString m_error;
};

} // namespace collector
