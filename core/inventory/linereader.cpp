#include "inventory/linereader.h"

#include "inventory/pythontext.h"

#include <array>

namespace collector {

namespace {

constexpr qsizetype chunkBytes = 256 * 1024;
constexpr qsizetype longestLine = 16 * 1024 * 1024;

constexpr std::array<bool, 256> mayEndLine = [] {
    std::array<bool, 256> table{};
    for (const uchar byte : {0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0xc2, 0xe2})
        table[byte] = true;
    return table;
}();

} // namespace

LineReader::LineReader(QIODevice &device, QCryptographicHash &hash) : m_device(device), m_hash(hash) {}

bool LineReader::refill()
{
    if (m_atEnd)
        return false;
    m_buffer.remove(0, m_begin);
    m_begin = 0;
    const qsizetype filled = m_buffer.size();
    m_buffer.resize(filled + chunkBytes);
    const qint64 got = m_device.read(m_buffer.data() + filled, chunkBytes);
    m_buffer.resize(filled + std::max<qint64>(got, 0));
    m_atEnd = got <= 0;
    m_hash.addData(QByteArrayView(m_buffer).sliced(filled));
    return !m_atEnd;
}

bool LineReader::next(QByteArrayView &line)
{
    constexpr qsizetype longestEnd = 3;
    for (qsizetype length = 0;;) {
        const QByteArrayView rest = QByteArrayView(m_buffer).sliced(m_begin);
        while (length < rest.size() && !mayEndLine[static_cast<uchar>(rest[length])])
            ++length;
        if (length + longestEnd > rest.size() && !m_atEnd) {
            if (length > longestLine) {
                m_tooLong = true;
                return false;
            }
            refill();
            continue;
        }
        if (length == rest.size()) {
            if (rest.isEmpty())
                return false;
            line = rest;
            m_begin = m_buffer.size();
            ++m_number;
            return true;
        }
        if (const qsizetype end = lineEnd(rest.sliced(length)); end > 0) {
            line = rest.first(length);
            m_begin += length + end;
            ++m_number;
            return true;
        }
        ++length;
    }
}

QByteArrayView LineReader::peek(qsizetype bytes)
{
    while (m_buffer.size() - m_begin < bytes && refill()) {
    }
    const QByteArrayView rest = QByteArrayView(m_buffer).sliced(m_begin);
    return rest.first(std::min(bytes, rest.size()));
}

bool LineReader::readAll(QByteArray &text, qint64 most)
{
    while (m_buffer.size() - m_begin <= most && refill()) {
    }
    if (m_buffer.size() - m_begin > most)
        return false;
    text = m_buffer.mid(m_begin);
    m_buffer.clear();
    m_begin = 0;
    return true;
}

} // namespace collector
