// RecordView: the fields of one record as views of its text (CONTRACT, the record), for diff, merge and report, which read far
// more records than they look into. A field that is not there is empty. Pure; lives as long as the text.

#pragma once

#include "model/status.h"
#include "output/jsonspan.h"

#include <optional>

namespace collector {

class ResultReader;

struct RecordView
{
    // Nothing where the text is not an object with a host, or has a field twice: readers would not agree on which counts. Other fields may
    // be missing: a result of another hand is welcome.
    [[nodiscard]] static std::optional<RecordView> of(QByteArrayView record);

    QByteArrayView text; // all of it
    QByteArray host;     // escapes resolved; hostBytes()
    Status status = Status::Ok;
    QByteArrayView statusWord; // as it stands
    // JSON values as they stand, strings with their quotes.
    QByteArrayView cause;
    QByteArrayView message;
    QByteArrayView run;
    QByteArrayView address;
    QByteArrayView groups;
    QByteArrayView started;
    QByteArrayView jobs;
    QByteArrayView connection;
    QByteArrayView vars;
    QByteArrayView facts;
    QByteArrayView absent;
    QByteArrayView factsFrom;

    [[nodiscard]] QByteArrayView causeWord() const; // without quotes; empty: null

    // Whether somebody tried: what was not is no news of the host.
    [[nodiscard]] bool isAttempted() const { return status != Status::Cancelled && status != Status::Skipped; }
    [[nodiscard]] bool isGood() const { return status == Status::Ok || status == Status::Partial; }
};

// Of a record, and of what its facts are from: a run has a job for each of its plugins. Merging takes the square of their number.
constexpr int mostJobs = 256;

// The next record of a reader, its JSON checked to the last byte; nothing at the end and where reader.error() is set.
[[nodiscard]] std::optional<RecordView> nextRecord(ResultReader &reader);

// Milliseconds since the epoch of an RFC 3339 time in UTC, as records have it (`2026-11-22T02:00:00.123Z`, quotes or not), or of
// the start of a run's id (`20261122T020000Z-4f1c`). Nothing where it is neither.
[[nodiscard]] std::optional<qint64> timeOf(QByteArrayView text);

} // namespace collector
