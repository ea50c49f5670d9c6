#include "output/textwriter.h"

#include "model/json.h"

#include <array>
#include <charconv>

namespace collector {

namespace {

// Whether a byte, or a UTF-16 unit below 0x80, stands in a JSON string as it is.
constexpr std::array<bool, 256> isPlain = [] {
    std::array<bool, 256> table{};
    for (int c = 0x20; c < 0x7f; ++c)
        table[size_t(c)] = c != '"' && c != '\\';
    return table;
}();

} // namespace

void TextWriter::grow(qsizetype bytes)
{
    const qsizetype used = size();
    m_out.resize(std::max(used + bytes + 1024, std::max(m_out.capacity(), used + used / 2)));
    m_begin = m_out.data();
    m_at = m_begin + used;
    m_end = m_begin + m_out.size();
}

void TextWriter::number(qint64 value)
{
    reserve(24);
    m_at = std::to_chars(m_at, m_at + 24, value).ptr;
}

bool TextWriter::string(QByteArrayView utf8)
{
    reserve(utf8.size() + 2);
    char *at = m_at;
    *at++ = '"';
    for (const char c : utf8) {
        if (!isPlain[uchar(c)])
            return through([=](QByteArray &out) { return appendJsonString(out, utf8); });
        *at++ = c;
    }
    *at++ = '"';
    m_at = at;
    return true;
}

void TextWriter::string(QStringView text)
{
    reserve(text.size() + 2);
    char *at = m_at;
    *at++ = '"';
    for (const QChar c : text) {
        if (c.unicode() > 0xff || !isPlain[c.unicode()]) {
            through([=](QByteArray &out) { appendJsonString(out, text); });
            return;
        }
        *at++ = char(c.unicode());
    }
    *at++ = '"';
    m_at = at;
}

} // namespace collector
