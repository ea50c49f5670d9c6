// JSON, written straight into bytes: compact, UTF-8, no document tree of its own. Pure functions, any thread.

#pragma once

#include <QByteArray>
#include <QJsonValue>
#include <QStringView>

namespace collector {

// Appends `text` as a JSON string. Bytes must be UTF-8: each that is none becomes `replacement`, U+FFFD, and the answer is false.
bool appendJsonString(QByteArray &out, QByteArrayView utf8, QByteArrayView replacement = "\xef\xbf\xbd");
void appendJsonString(QByteArray &out, QStringView text);

// Appends a number as JSON has it: whole numbers without a fraction, others in the fewest digits that give the same value
// back; what is not finite is null.
void appendJsonNumber(QByteArray &out, double value);
void appendJsonNumber(QByteArray &out, qint64 value);

// The same into bare memory of at least jsonNumberRoom bytes; gives the end of what was written. `number`: one that isDouble().
inline constexpr qsizetype jsonNumberRoom = 40;
[[nodiscard]] char *putJsonNumber(char *at, double value);
[[nodiscard]] char *putJsonNumber(char *at, const QJsonValue &number);

// Appends any value; undefined is null. At most `depth` levels: what lies deeper is null.
void appendJson(QByteArray &out, const QJsonValue &value, int depth = 64);

} // namespace collector
