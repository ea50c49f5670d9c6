// TableRow: cells to one line of a table before it is laid out: a unit separator between cells, a newline at the end. Text of
// hosts is made fit for a terminal here, on the worker's thread.

#pragma once

#include "output/columns.h"

namespace collector {

class TableRow final : public CellSink
{
public:
    static constexpr char separator = '\x1f';

    explicit TableRow(QByteArray &out) : m_out(out) {}

    void cell(QByteArrayView text) override;
    void end();

private:
    QByteArray &m_out;
    bool m_isFirst = true;
};

} // namespace collector
