#include "inventory/pythontext.h"

#include "model/utf8.h"

#include <QChar>

namespace collector {

namespace {

bool isSpaceCharacter(char32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

} // namespace

qsizetype characterCount(QByteArrayView text)
{
    qsizetype count = 0;
    for (qsizetype i = 0; i < text.size(); ++count)
        i += std::max<qsizetype>(utf8Length(text.sliced(i)), 1);
    return count;
}

qsizetype leadingSpace(QByteArrayView text)
{
    const qsizetype length = utf8Length(text);
    return length > 0 && isSpaceCharacter(firstCharacter(text)) ? length : 0;
}

qsizetype trailingSpace(QByteArrayView text)
{
    qsizetype length = 1;
    while (length < 4 && length < text.size() && (static_cast<uchar>(text[text.size() - length]) & 0xc0) == 0x80)
        ++length;
    if (text.isEmpty())
        return 0;
    const QByteArrayView last = text.last(length);
    return utf8Length(last) == length && isSpaceCharacter(firstCharacter(last)) ? length : 0;
}

QByteArrayView stripped(QByteArrayView text)
{
    while (const qsizetype length = leadingSpace(text))
        text = text.sliced(length);
    while (const qsizetype length = trailingSpace(text))
        text.chop(length);
    return text;
}

qsizetype markLength(QByteArrayView text)
{
    constexpr QByteArrayView mark = "\xef\xbb\xbf";
    return text.startsWith(mark) ? mark.size() : 0;
}

qsizetype lineEnd(QByteArrayView text)
{
    const uchar c = text.isEmpty() ? 0xff : static_cast<uchar>(text.front());
    if (c == '\r')
        return text.size() > 1 && text[1] == '\n' ? 2 : 1;
    if ((c >= 0x0a && c <= 0x0c) || (c >= 0x1c && c <= 0x1e))
        return 1;
    if (c == 0xc2)
        return text.startsWith("\xc2\x85") ? 2 : 0;
    return text.startsWith("\xe2\x80\xa8") || text.startsWith("\xe2\x80\xa9") ? 3 : 0;
}

bool isWordCharacter(char32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return QChar::isLetterOrNumber(c);
}

} // namespace collector
