// CsvRow: cells to one row of CSV (RFC 4180, LF). A cell that a spreadsheet would run as a formula gets a leading apostrophe,
// unless the guard is off. A NUL, which no reader of CSV takes, becomes U+FFFD.

#pragma once

#include "output/columns.h"

namespace collector {

class CsvRow final : public CellSink
{
public:
    CsvRow(QByteArray &out, bool guardsFormulas) : m_out(out), m_begin(out.size()), m_guardsFormulas(guardsFormulas) {}

    void cell(QByteArrayView text) override;
    void end();

private:
    QByteArray &m_out;
    qsizetype m_begin; // of the row
    bool m_guardsFormulas;
    bool m_isFirst = true;
};

void appendCsvHeader(QByteArray &out, const Columns &columns);

// Whether a spreadsheet would take it for a formula: `=` `+` `-` `@` TAB CR first, and neither a number nor a lone `-`.
[[nodiscard]] bool looksLikeFormula(QByteArrayView text);

} // namespace collector
