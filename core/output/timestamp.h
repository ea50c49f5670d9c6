// Times as the record has them: UTC, RFC 3339, milliseconds (`2026-11-22T02:00:00.123Z`). Pure functions, any thread; plain
// arithmetic, because every record holds one.

#pragma once

#include <QByteArray>

#include <optional>

namespace collector {

// Appends the 24 bytes. Years 0 to 9999; what lies outside is brought to the nearest end.
void appendTimestamp(QByteArray &out, qint64 msSinceEpoch);
[[nodiscard]] QByteArray timestamp(qint64 msSinceEpoch);
// As JSON: a text, or null where there is no time, which is less than 0.
[[nodiscard]] QByteArray timestampJson(qint64 msSinceEpoch);

// Milliseconds since the epoch, of a time with any number of digits after the second and `Z` or an offset. Nothing if it is none.
[[nodiscard]] std::optional<qint64> parseTimestamp(QByteArrayView text);

// A run's id: its start and two random bytes (`20261122T020000Z-4f1c`).
[[nodiscard]] QByteArray makeRunId(qint64 msSinceEpoch, quint16 random);

} // namespace collector
