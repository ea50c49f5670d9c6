// The nearest of some words, for messages that refuse an unknown one.

#pragma once

#include <QString>
#include <QStringList>

namespace collector {

// The word of `known` with the fewest edits (insert, delete, replace, swap of neighbours) from `word`; the first among
// equals; empty where `known` is.
[[nodiscard]] QString nearest(const QString &word, const QStringList &known);

} // namespace collector
