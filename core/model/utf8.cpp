#include "model/utf8.h"

namespace collector {

namespace {

uchar at(QByteArrayView text, qsizetype i)
{
    return static_cast<uchar>(text[i]);
}

bool isContinuation(uchar c)
{
    return (c & 0xc0) == 0x80;
}

} // namespace

qsizetype utf8Length(QByteArrayView text)
{
    if (text.isEmpty())
        return 0;
    const uchar lead = at(text, 0);
    if (lead < 0x80)
        return 1;
    const auto follows = [&](qsizetype i) { return text.size() > i && isContinuation(at(text, i)); };
    if (lead >= 0xc2 && lead <= 0xdf)
        return follows(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        if (!follows(1) || !follows(2))
            return 0;
        const bool overlong = lead == 0xe0 && at(text, 1) < 0xa0;
        const bool surrogate = lead == 0xed && at(text, 1) >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        if (!follows(1) || !follows(2) || !follows(3))
            return 0;
        const bool overlong = lead == 0xf0 && at(text, 1) < 0x90;
        const bool beyond = lead == 0xf4 && at(text, 1) > 0x8f;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

bool isUtf8(QByteArrayView text)
{
    for (qsizetype i = 0; i < text.size();) {
        const qsizetype length = utf8Length(text.sliced(i));
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

void appendUtf8(QByteArray &out, char32_t c)
{
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xc0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    }
}

char32_t firstCharacter(QByteArrayView text)
{
    switch (utf8Length(text)) {
    case 1:
        return at(text, 0);
    case 2:
        return (at(text, 0) & 0x1fU) << 6 | (at(text, 1) & 0x3fU);
    case 3:
        return (at(text, 0) & 0x0fU) << 12 | (at(text, 1) & 0x3fU) << 6 | (at(text, 2) & 0x3fU);
    case 4:
        return (at(text, 0) & 0x07U) << 18 | (at(text, 1) & 0x3fU) << 12 | (at(text, 2) & 0x3fU) << 6 | (at(text, 3) & 0x3fU);
    default:
        return 0xfffd;
    }
}

} // namespace collector
