// Text as Python sees it, in UTF-8: how many characters, what is white space, what ends a line. Pure functions, any thread.
#pragma once

#include <QByteArrayView>

namespace collector {

/// Characters in `text`; a byte that is not UTF-8 counts as one, as Python's surrogateescape has it.
[[nodiscard]] qsizetype characterCount(QByteArrayView text);

/// Bytes of the white-space character (str.isspace) that `text` begins or ends with, else 0.
[[nodiscard]] qsizetype leadingSpace(QByteArrayView text);
[[nodiscard]] qsizetype trailingSpace(QByteArrayView text);
/// str.strip().
[[nodiscard]] QByteArrayView stripped(QByteArrayView text);

/// Bytes of the byte order mark that `text` begins with, as editors and spreadsheets of Windows put it there, else 0: no part of a name.
[[nodiscard]] qsizetype markLength(QByteArrayView text);

/// Bytes of the line end (str.splitlines) that `text` begins with, else 0. CR LF is one.
[[nodiscard]] qsizetype lineEnd(QByteArrayView text);

/// `\w` of a Unicode pattern: letters, digits, other numbers, the underscore.
[[nodiscard]] bool isWordCharacter(char32_t character);

} // namespace collector
