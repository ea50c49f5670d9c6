#include "model/nearest.h"

#include <algorithm>
#include <vector>

namespace collector {

namespace {

// Optimal string alignment distance.
int distance(QStringView a, QStringView b)
{
    std::vector<int> before(size_t(b.size()) + 1), last(before), row(before);
    for (size_t j = 0; j < row.size(); ++j)
        last[j] = int(j);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        row[0] = int(i);
        for (qsizetype j = 1; j <= b.size(); ++j) {
            const auto at = size_t(j);
            const int replaced = last[at - 1] + (a[i - 1].toLower() == b[j - 1].toLower() ? 0 : 1);
            row[at] = std::min({last[at] + 1, row[at - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[at] = std::min(row[at], before[at - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[size_t(b.size())];
}

} // namespace

QString nearest(const QString &word, const QStringList &known, int most)
{
    const auto best = std::min_element(known.begin(), known.end(),
                                       [&](const QString &a, const QString &b) { return distance(word, a) < distance(word, b); });
    return best == known.end() || distance(word, *best) > most ? QString() : *best;
}

QString meant(const QString &word, const QStringList &known)
{
    QString begun;
    for (const QString &each : known) {
        if (!word.isEmpty() && each.startsWith(word) && (begun.isEmpty() || each.size() < begun.size()))
            begun = each;
    }
    return begun.isEmpty() ? nearest(word, known, int(word.size() + 2) / 3) : begun;
}

} // namespace collector
