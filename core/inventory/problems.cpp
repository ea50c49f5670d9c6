#include "inventory/problems.h"

#include <algorithm>

namespace collector {

namespace {

// All errors of an inventory are told; of what is none, a few say so.
constexpr int fewestOfNoInventory = 50;
constexpr int mostOfNoInventory = 10;
// Where there are many such files, as in a folder that holds something else.
constexpr int mostOfAllSuch = 30;
// So many errors, and no further file is begun.
constexpr int mostOfAll = 200;

} // namespace

/// Bytes of zero, or mistakes in every fourth line: of a text or a program many lines can be read as hosts, of an inventory few are wrong.
bool Problems::Errors::isOfNoInventory() const
{
    return all > fewestOfNoInventory && lines > 0 && (isBinary || all >= lines / 4);
}

void Problems::add(Diagnostic::Severity severity, const Place &place, QByteArray message, QByteArray remedy)
{
    m_list.append(
        {severity, place.file, place.line, place.column, Diagnostic::presentable(place.text), std::move(message), std::move(remedy)});
}

void Problems::error(const Place &place, QByteArray message, QByteArray remedy)
{
    Errors &errors = m_files[place.file];
    errors.lines = std::max(errors.lines, place.line);
    errors.isBinary = errors.isBinary || place.text.contains('\0');
    if (++errors.all <= m_most)
        add(Diagnostic::Error, place, std::move(message), std::move(remedy));
}

void Problems::sawLines(const QByteArray &file, int lines)
{
    if (const auto known = m_files.find(file); known != m_files.end())
        known->lines = std::max(known->lines, lines);
}

void Problems::errorInText(const QByteArray &file, QByteArrayView text, int line, int column, QByteArray message, QByteArray remedy)
{
    for (int before = 1; before < line && !text.isEmpty(); ++before) {
        const qsizetype newline = text.indexOf('\n');
        text = newline < 0 ? QByteArrayView() : text.sliced(newline + 1);
    }
    const qsizetype end = text.indexOf('\n');
    error({file, line, column, line > 0 ? (end < 0 ? text : text.first(end)) : QByteArrayView()}, std::move(message), std::move(remedy));
}

void Problems::warning(const Place &place, QByteArray message, QByteArray remedy)
{
    if (m_warned.contains(message))
        return;
    if (m_warned.size() >= m_most) {
        m_hasUnlistedWarnings = true;
        return;
    }
    m_warned.insert(message);
    add(Diagnostic::Warning, place, std::move(message), std::move(remedy));
}

QList<Diagnostic> Problems::take()
{
    const auto such = std::count_if(m_files.begin(), m_files.end(), [](const Errors &errors) { return errors.isOfNoInventory(); });
    const int mostOfSuch = std::clamp(mostOfAllSuch / std::max(static_cast<int>(such), 1), 1, mostOfNoInventory);
    QList<Diagnostic> listed;
    int told = 0;
    QSet<QByteArray> others;
    for (Diagnostic &diagnostic : m_list) {
        if (diagnostic.severity != Diagnostic::Error) {
            listed.append(std::move(diagnostic));
            continue;
        }
        Errors &errors = m_files[diagnostic.file];
        if (told >= mostOfAll && errors.listed == 0) {
            others.insert(diagnostic.file);
            continue;
        }
        const int most = errors.isOfNoInventory() ? mostOfSuch : m_most;
        if (++errors.listed > most)
            continue;
        ++told;
        const QByteArray file = diagnostic.file;
        listed.append(std::move(diagnostic));
        if (const int more = errors.all - most; more > 0 && errors.listed == most)
            listed.append({Diagnostic::Error,
                           file,
                           0,
                           0,
                           {},
                           QByteArray::number(more) + (more == 1 ? " more error" : " more errors") +
                               (errors.isOfNoInventory() ? "; the file may be no inventory at all" : ", not listed"),
                           {}});
    }
    if (!others.isEmpty())
        listed.append({Diagnostic::Error,
                       "-i",
                       0,
                       0,
                       {},
                       "errors in " + QByteArray::number(others.size()) + " more files, not listed",
                       "give the file that lists the hosts, or a folder that holds such files alone"});
    if (m_hasUnlistedWarnings)
        listed.append({Diagnostic::Warning, "-i", 0, 0, {}, "there are more warnings, not listed", {}});
    m_list.clear();
    return listed;
}

} // namespace collector
