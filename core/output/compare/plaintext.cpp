#include "output/compare/plaintext.h"

#include <QString>

#include <algorithm>

namespace collector {

namespace {

bool isSteering(QChar c)
{
    const ushort u = c.unicode();
    return u < 0x20 || (u >= 0x7f && u < 0xa0) || (u >= 0x200e && u <= 0x200f) || (u >= 0x2028 && u <= 0x202e) ||
           (u >= 0x2066 && u <= 0x2069) || u == 0x061c || u == 0xfeff;
}

} // namespace

QByteArray printable(QByteArrayView utf8)
{
    const bool isPlain = std::all_of(utf8.begin(), utf8.end(), [](char c) { return uchar(c) >= 0x20 && uchar(c) < 0x7f; });
    if (isPlain)
        return utf8.toByteArray();
    QString text = QString::fromUtf8(utf8);
    std::replace_if(text.begin(), text.end(), isSteering, QChar(QChar::ReplacementCharacter));
    return text.toUtf8();
}

QByteArray elided(QByteArrayView utf8, qsizetype characters)
{
    if (utf8.size() <= characters)
        return utf8.toByteArray();
    const QString text = QString::fromUtf8(utf8);
    if (text.size() <= characters)
        return utf8.toByteArray();
    return text.left(characters - 1).toUtf8() + "\xe2\x80\xa6";
}

} // namespace collector
