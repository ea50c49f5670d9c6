// Table: cells to lines that a person reads, aligned, no wider than the terminal. The first rows decide the widths of the
// columns and are held back until then (two hundred, or pause()); for what is longer later a column widens while there is room,
// and the rest is cut. Where there is no room for all columns, an ellipsis ends the header. Memory is that of these rows.

#pragma once

#include "output/columns.h"

#include <QStringList>

#include <vector>

namespace collector {

class Table
{
public:
    // `width`: of the terminal in columns; 0: no limit.
    Table(const Columns &columns, int width);

    // Rows as TableRow makes them. The text that is to be written now, if any.
    [[nodiscard]] QByteArray add(const QByteArray &cells);
    // What is held back, after the header; nothing where that is nothing yet.
    [[nodiscard]] QByteArray pause();
    // The same at the end, where a table without rows has its header.
    [[nodiscard]] QByteArray release();

private:
    [[nodiscard]] bool lacksColumns() const { return m_widths.size() < size_t(m_header.size()); }
    [[nodiscard]] int lineWidth() const;
    void decideWidths();
    void widenFor(const QStringList &cells);
    void appendLine(QByteArray &out, const QStringList &cells);

    QStringList m_header;
    int m_width;
    std::vector<QStringList> m_held;
    std::vector<int> m_widths; // empty: not yet decided
};

} // namespace collector
