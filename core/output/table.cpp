#include "output/table.h"

#include "output/tablerow.h"

#include <algorithm>
#include <numeric>

namespace collector {

namespace {

constexpr size_t heldRows = 200;
constexpr int gap = 2;
constexpr int narrowest = 16; // what is cut further than that says nothing
constexpr int widestCell = 60;

// Columns that a character takes on a terminal: two for East Asian wide ones, none for marks.
int widthOf(uint c)
{
    if (QChar::isMark(c))
        return 0;
    const bool isWide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
                        (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                        (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
    return isWide ? 2 : 1;
}

int widthOf(const QString &text)
{
    const auto characters = text.toUcs4();
    return std::accumulate(characters.begin(), characters.end(), 0, [](int sum, uint c) { return sum + widthOf(c); });
}

QString cutTo(const QString &text, int width)
{
    if (widthOf(text) <= width)
        return text;
    QString out;
    int used = 1;
    for (const uint c : text.toUcs4()) {
        used += widthOf(c);
        if (used > width)
            break;
        out += QString::fromUcs4(reinterpret_cast<const char32_t *>(&c), 1);
    }
    return out + QChar(0x2026);
}

} // namespace

Table::Table(const Columns &columns, int width) : m_width(width)
{
    // The last part of a name is enough where it is the only one of its kind.
    const auto lastPart = [](const QByteArray &name) { return name.mid(name.lastIndexOf('.') + 1); };
    for (const Columns::Column &column : columns.list()) {
        const QByteArray last = lastPart(column.name);
        const auto alike = std::count_if(columns.list().begin(), columns.list().end(),
                                         [&](const Columns::Column &other) { return lastPart(other.name) == last; });
        m_header.append(QString::fromUtf8(alike == 1 ? last : column.name).toUpper());
    }
}

QByteArray Table::add(const QByteArray &cells)
{
    QByteArray out;
    for (qsizetype start = 0; start < cells.size();) {
        const qsizetype end = cells.indexOf('\n', start);
        const QStringList row = QString::fromUtf8(cells.sliced(start, end - start)).split(QLatin1Char(TableRow::separator));
        start = end + 1;
        if (!m_widths.empty()) {
            appendLine(out, row);
            continue;
        }
        m_held.push_back(row);
        if (m_held.size() >= heldRows)
            out += release();
    }
    return out;
}

QByteArray Table::pause()
{
    return m_held.empty() ? QByteArray() : release();
}

QByteArray Table::release()
{
    QByteArray out;
    if (m_widths.empty()) {
        decideWidths();
        std::for_each(m_held.begin(), m_held.end(), [this](const QStringList &row) { widenFor(row); }); // what columns left out have left
        appendLine(out, m_header);
        if (lacksColumns())
            out.replace(out.size() - 1, 1, QByteArray(gap, ' ') + "\xe2\x80\xa6\n");
    }
    for (const QStringList &row : m_held)
        appendLine(out, row);
    m_held.clear();
    return out;
}

int Table::lineWidth() const
{
    const int columns = int(m_widths.size()) - 1;
    return std::accumulate(m_widths.begin(), m_widths.end(), gap * columns + (lacksColumns() ? gap + 1 : 0));
}

void Table::decideWidths()
{
    m_widths.resize(size_t(m_header.size()));
    for (size_t i = 0; i < m_widths.size(); ++i) {
        m_widths[i] = widthOf(m_header[qsizetype(i)]);
        for (const QStringList &row : m_held) {
            if (qsizetype(i) < row.size())
                m_widths[i] = qMax(m_widths[i], qMin(widestCell, widthOf(row[qsizetype(i)])));
        }
    }
    if (m_width <= 0)
        return;
    // The widest gives first; when none can give any more, the last ones go.
    while (lineWidth() > m_width) {
        const auto widest = std::max_element(m_widths.begin(), m_widths.end());
        if (*widest > narrowest)
            --*widest;
        else if (m_widths.size() > 1)
            m_widths.pop_back();
        else
            break;
    }
}

void Table::widenFor(const QStringList &cells)
{
    const qsizetype count = qMin(qsizetype(m_widths.size()), cells.size());
    for (qsizetype i = 0; i < count; ++i) {
        int &width = m_widths[size_t(i)];
        const int wanted = qMin(widestCell, widthOf(cells[i])) - width;
        if (wanted > 0)
            width += m_width <= 0 ? wanted : qBound(0, m_width - lineWidth(), wanted);
    }
}

void Table::appendLine(QByteArray &out, const QStringList &cells)
{
    widenFor(cells);
    QString line;
    const qsizetype count = qMin(qsizetype(m_widths.size()), cells.size());
    for (qsizetype i = 0; i < count; ++i) {
        const int width = m_widths[size_t(i)];
        const QString cell = cutTo(cells[i], width);
        line += cell;
        if (i + 1 < count)
            line += QString(qMax(0, width - widthOf(cell)) + gap, u' ');
    }
    while (line.endsWith(u' '))
        line.chop(1);
    out += line.toUtf8();
    out += '\n';
}

} // namespace collector
