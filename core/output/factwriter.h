// FactWriter: values to JSON within the limits of a record: so many bytes, levels and keys. A value that passes one of them
// leaves nothing behind. On the stack of RecordEncoder; one record.

#pragma once

#include "output/textwriter.h"

#include <collector/facts.h>

namespace collector {

class FactWriter
{
public:
    // May write to `out` until it has `end` bytes, and `keys` keys of objects in all.
    FactWriter(TextWriter &out, qsizetype end, int keys) : m_out(out), m_end(end), m_keysLeft(keys) {}

    // Appends `,"key":value`, without the comma where it `isFirst`. `commaKeyColon` is a comma, a JSON string and a colon. The value may
    // take `levels` levels. False, and nothing written, where that passes a limit.
    [[nodiscard]] bool member(bool isFirst, QByteArrayView commaKeyColon, const FactValue &value, int levels);

private:
    [[nodiscard]] bool append(const FactValue &value, int levels);
    [[nodiscard]] bool appendTree(const QJsonValue &value, int levels);
    [[nodiscard]] bool hasRoom() const { return m_out.size() <= m_end; }

    TextWriter &m_out;
    qsizetype m_end;
    int m_keysLeft;
};

} // namespace collector
