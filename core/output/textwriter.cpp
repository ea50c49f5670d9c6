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
    finish();
    m_out.reserve(std::max(size() + bytes + 1024, size() + size() / 2));
    attach();
}

void TextWriter::putNumber(qint64 value)
{
    m_at = std::to_chars(m_at, m_at + 24, value).ptr;
}

void TextWriter::decimal(double value)
{
    reserve(jsonNumberRoom);
    m_at = putJsonNumber(m_at, value);
}

void TextWriter::number(const QJsonValue &value)
{
    reserve(jsonNumberRoom);
    m_at = putJsonNumber(m_at, value);
}

bool TextWriter::string(QByteArrayView utf8)
{
    bool isAllPlain = true;
    for (const char c : utf8)
        isAllPlain &= isPlain[uchar(c)];
    if (!isAllPlain)
        return through([=](QByteArray &out) { return appendJsonString(out, utf8); });
    reserve(utf8.size() + 2);
    *m_at++ = '"';
    put(utf8.data(), size_t(utf8.size()));
    *m_at++ = '"';
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
