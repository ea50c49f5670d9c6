// The first fields of a record, read from its JSON without parsing all of it: results are large, and often three fields are wanted. Foreign
// bytes: bounded, no recursion. Pure functions, any thread.

#pragma once

#include "model/status.h"

#include <collector/cause.h>

#include <QByteArray>

#include <optional>

namespace collector {

// The name of a record's host, byte for byte: `host` is its text, `base64` the JSON value of `host_base64` (empty: none). A record has both
// where the name is no UTF-8, and then the text is that of the bytes with U+FFFD. Bytes that would be written otherwise, or are none, are a
// foreign file's mistake: then the text is the name.
[[nodiscard]] QByteArray hostBytes(const QByteArray &host, QByteArrayView base64);

struct RecordHead
{
    QByteArray host; // hostBytes()
    Status status = Status::Failed;
    Cause cause = Cause::None;
    qint64 startedMs = -1; // since the epoch; -1: never started
    qint64 elapsedMs = 0;
    QByteArray address; // empty: null
    int attempts = 0;
};

// Reads them from a record's JSON, in any order, and no further than it has to. Nothing where there is no `host` and `status`, and where
// one of them is there twice: readers would not agree on which counts.
[[nodiscard]] std::optional<RecordHead> readRecordHead(QByteArrayView record);

// Whether one of a record's `jobs` was interrupted. The record's own cause is that of its first bad job, which may be another.
[[nodiscard]] bool hasInterruptedJob(QByteArrayView record);

} // namespace collector
