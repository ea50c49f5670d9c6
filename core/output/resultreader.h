// ResultReader: reads our own results back, JSON, JSON lines or CSV, plain or compressed, one record after the other, in the
// memory of one record. For `--rerun` and `--since`, which want the head of each record, and for diff, merge and report, which
// want all of it. What a file is, is told by its content, not by its name. One thread.
//
//     QString error;
//     auto reader = ResultReader::open("assets.json.zst", &error);
//     StoredRecord record;
//     while (reader && reader->next(record))
//         use(record.head.host, record.object());
//     if (!reader || !reader->error().isEmpty()) …

#pragma once

#include "output/recordhead.h"

#include <QJsonObject>

#include <memory>

namespace collector {

struct StoredRecord
{
    RecordHead head;
    // The record as JSON, as it stands in the file; valid until the next call of next(). Of a row of a CSV: made from its cells,
    // facts as text, null where a cell is empty, and not there where the host is partial.
    QByteArrayView json;

    [[nodiscard]] QJsonObject object() const;
};

class ResultReader
{
public:
    // `-` is standard input. Nothing where the file cannot be read or is no result; `error` names the file.
    [[nodiscard]] static std::unique_ptr<ResultReader> open(const QByteArray &path, QString *error);
    virtual ~ResultReader();
    ResultReader(const ResultReader &) = delete;
    ResultReader &operator=(const ResultReader &) = delete;

    // False at the end, and where error() is set: then what was read before is good, but not all there is.
    [[nodiscard]] virtual bool next(StoredRecord &record) = 0;
    [[nodiscard]] const QString &error() const { return m_error; } // names the file
    [[nodiscard]] virtual quint64 line() const = 0;                // where the last record begins, from 1

    // Ends the reading with an error of the user's own: for a record that he cannot make sense of.
    bool fail(const QString &reason);

    // The objects `run` and `summary` of a document; empty for other formats. `summary` is known after the last record.
    [[nodiscard]] virtual QJsonObject run() const = 0;
    [[nodiscard]] virtual QJsonObject summary() const = 0;
    // Whether facts are whole, with their types; not so in a CSV.
    [[nodiscard]] virtual bool hasTypedFacts() const = 0;
    // Of a CSV, the names of those that it has columns for.
    [[nodiscard]] virtual QList<QByteArray> factColumns() const { return {}; }

protected:
    explicit ResultReader(const QByteArray &path);
    QString m_name;
    QString m_error;
};

} // namespace collector
