// Whether two short texts are the same, without a call into the library: a million hosts set nine facts each, and names are compared for
// every one of them. Most names differ in length; others are two words that overlap. Private to the library; any thread.

#pragma once

#include <QByteArrayView>

#include <cstring>

namespace collector {

template<typename Word>
[[nodiscard]] inline bool haveSameEnds(const char *a, const char *b, size_t size)
{
    Word aFirst, aLast, bFirst, bLast;
    std::memcpy(&aFirst, a, sizeof(Word));
    std::memcpy(&bFirst, b, sizeof(Word));
    std::memcpy(&aLast, a + size - sizeof(Word), sizeof(Word));
    std::memcpy(&bLast, b + size - sizeof(Word), sizeof(Word));
    return ((aFirst ^ bFirst) | (aLast ^ bLast)) == 0;
}

[[nodiscard]] inline bool isSameText(QByteArrayView a, QByteArrayView b)
{
    const auto size = size_t(a.size());
    if (a.size() != b.size())
        return false;
    if (size > 16)
        return std::memcmp(a.data(), b.data(), size) == 0;
    if (size >= 8)
        return haveSameEnds<quint64>(a.data(), b.data(), size);
    if (size >= 4)
        return haveSameEnds<quint32>(a.data(), b.data(), size);
    for (size_t i = 0; i < size; ++i) {
        if (a[qsizetype(i)] != b[qsizetype(i)])
            return false;
    }
    return true;
}

} // namespace collector
