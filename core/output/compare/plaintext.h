// Text of a host made fit for a terminal or a page of text. Pure; any thread.

#pragma once

#include <QByteArray>

namespace collector {

// `utf8` without what steers a terminal or turns the direction of writing: control characters (C0, DEL, C1), and Unicode's marks of
// direction and line breaks, each as U+FFFD. What is not UTF-8 becomes U+FFFD too.
[[nodiscard]] QByteArray printable(QByteArrayView utf8);

// At most `characters` of it, with an ellipsis where it was longer.
[[nodiscard]] QByteArray elided(QByteArrayView utf8, qsizetype characters);

} // namespace collector
