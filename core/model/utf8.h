// UTF-8, byte by byte, of text that may be none (RFC 3629). Pure functions, any thread.

#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace collector {

// Bytes of the character that `text` begins with, 0 where it begins with none: no surrogates, nothing longer than it need be.
[[nodiscard]] qsizetype utf8Length(QByteArrayView text);
[[nodiscard]] bool isUtf8(QByteArrayView text);

// The character that `text` begins with; U+FFFD where it begins with none.
[[nodiscard]] char32_t firstCharacter(QByteArrayView text);

// `character` must be one: no surrogate, at most U+10FFFF.
void appendUtf8(QByteArray &out, char32_t character);

} // namespace collector
