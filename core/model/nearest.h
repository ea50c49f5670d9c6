// The nearest of some words, for messages that refuse an unknown one.

#pragma once

#include <QString>
#include <QStringList>

#include <limits>

namespace collector {

// The word of `known` with the fewest edits (insert, delete, replace, swap of neighbours) from `word`, at most `most`; the first
// among equals; empty where there is none.
[[nodiscard]] QString nearest(const QString &word, const QStringList &known, int most = std::numeric_limits<int>::max());

// What somebody may have meant who typed `word`: the shortest of `known` that begins so, else the nearest, with a third of its letters
// amiss at most. Empty: none of them.
[[nodiscard]] QString meant(const QString &word, const QStringList &known);

} // namespace collector
