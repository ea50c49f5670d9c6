#include "inventory/repeatedfindings.h"

#include <algorithm>

namespace collector {

namespace {

QByteArray counted(quint64 count, const char *noun)
{
    return QByteArray::number(count) + ' ' + noun + (count == 1 ? "" : "s");
}

} // namespace

void RepeatedFindings::add(const QByteArray &file, int line, const QByteArray &message, const QByteArray &remedy, quint64 hosts)
{
    auto known = m_tallies.find({file, message});
    if (known == m_tallies.end()) {
        if (m_tallies.size() >= m_most)
            return;
        known = m_tallies.emplace(std::pair(file, message), Tally{remedy, 0, line, {}}).first;
    }
    Tally &tally = known->second;
    tally.hosts += hosts;
    tally.firstLine = std::min(tally.firstLine, line);
    tally.lines.insert(line);
}

QList<Diagnostic> RepeatedFindings::toDiagnostics() const
{
    QList<Diagnostic> found;
    for (const auto &[place, tally] : m_tallies) {
        QByteArray message = place.second;
        if (tally.lines.size() > 1)
            message += " (" + counted(tally.hosts, "host") + ", " + counted(tally.lines.size(), "line") + ')';
        else if (tally.hosts > 1)
            message += " (" + counted(tally.hosts, "host") + ')';
        found.append({Diagnostic::Warning, place.first, tally.firstLine, 0, {}, std::move(message), tally.remedy});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Diagnostic &a, const Diagnostic &b) { return std::tie(a.file, a.line) < std::tie(b.file, b.line); });
    return found;
}

} // namespace collector
