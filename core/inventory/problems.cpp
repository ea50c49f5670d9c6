#include "inventory/problems.h"

namespace collector {

void Problems::add(Diagnostic::Severity severity, const Place &place, QByteArray message, QByteArray remedy)
{
    m_list.append(
        {severity, place.file, place.line, place.column, Diagnostic::presentable(place.text), std::move(message), std::move(remedy)});
}

void Problems::error(const Place &place, QByteArray message, QByteArray remedy)
{
    ++m_errors;
    if (place.file != m_file) {
        m_file = place.file;
        m_inFile = 0;
    }
    if (++m_inFile < m_most)
        add(Diagnostic::Error, place, std::move(message), std::move(remedy));
    else if (m_inFile == m_most)
        add(Diagnostic::Error, {place.file, place.line, 0, {}}, "too many errors; those that follow are not listed", {});
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
    if (m_warned.contains(message) || m_warned.size() > m_most)
        return;
    m_warned.insert(message);
    add(Diagnostic::Warning, place, std::move(message), std::move(remedy));
}

} // namespace collector
