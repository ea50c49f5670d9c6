#include "output/csvrow.h"

#include <algorithm>
#include <charconv>

namespace collector {

namespace {

bool isNumber(QByteArrayView text)
{
    const char *first = text.begin() + (text.front() == '+' ? 1 : 0);
    if (first == text.end() || !QByteArrayView("0123456789.-").contains(*first) || (text.front() == '+' && *first == '-'))
        return false; // from_chars takes "inf" and "nan" as well
    double value;
    const auto [end, problem] = std::from_chars(first, text.end(), value);
    const bool hasDigit = std::any_of(first, text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return hasDigit && end == text.end() && problem != std::errc::invalid_argument;
}

} // namespace

bool looksLikeFormula(QByteArrayView text)
{
    if (text.isEmpty() || !QByteArrayView("=+-@\t\r").contains(text.front()))
        return false;
    return text != QByteArrayView("-") && !isNumber(text);
}

void CsvRow::cell(QByteArrayView text)
{
    if (!m_isFirst)
        m_out += ',';
    m_isFirst = false;
    const bool isFormula = m_guardsFormulas && looksLikeFormula(text);
    const bool isPlain =
        std::none_of(text.begin(), text.end(), [](char c) { return c == '"' || c == ',' || c == '\n' || c == '\r' || c == '\0'; });
    if (isPlain) {
        if (isFormula)
            m_out += '\'';
        m_out += text;
        return;
    }
    m_out += '"';
    if (isFormula)
        m_out += '\'';
    for (const char c : text) {
        if (c == '\0') {
            m_out += "\xef\xbf\xbd";
            continue;
        }
        if (c == '"')
            m_out += '"';
        m_out += c;
    }
    m_out += '"';
}

void CsvRow::end()
{
    if (m_out.size() == m_begin)
        m_out += "\"\""; // of one empty cell: a blank line is no row to those who read it
    m_out += '\n';
    m_begin = m_out.size();
    m_isFirst = true;
}

void appendCsvHeader(QByteArray &out, const Columns &columns)
{
    CsvRow row(out, true);
    for (const Columns::Column &column : columns.list())
        row.cell(column.name);
    row.end();
}

} // namespace collector
