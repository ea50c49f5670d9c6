// Columns: what a CSV or a table shows of a record, in order, and the cells of one. Immutable; any thread.

#pragma once

#include "output/jsonpath.h"

#include "model/record.h"
#include "model/runinfo.h"

#include <QJsonObject>
#include <QStringList>

#include <optional>
#include <vector>

namespace collector {

// A cell as text: null is empty, a plain list is joined with `;`, anything else compact JSON. Appends.
void appendCell(QByteArray &out, const QJsonValue &value);

class Columns
{
public:
    struct Column
    {
        QByteArray name; // as in the header
        JsonPath path;
        int field = -1;  // of the record, where it is one of the usual ones (columns.cpp)
        int job = -1;    // of -p, where it is a fact: whose
        QByteArray fact; // its top-level key there
        JsonPath below;  // and the path within
    };

    Columns() = default;
    // The header that every CSV has, then the headline facts of the plugins by dotted path.
    [[nodiscard]] static Columns usual(const RunInfo &run);
    // What a person sees on a terminal: host, address, status, cause, headline facts.
    [[nodiscard]] static Columns forTerminal(const RunInfo &run);
    // `--columns`: jq's paths. Nothing, and why in `error`, where one is none.
    [[nodiscard]] static std::optional<Columns> parse(const QStringList &paths, const RunInfo &run, QString *error);

    [[nodiscard]] bool isEmpty() const { return m_columns.empty(); }
    [[nodiscard]] const std::vector<Column> &list() const { return m_columns; }

    // Calls `cell(text)` for each column. `factsAreWhole`: all facts of `record` stand in the record as written.
    template<typename Cell>
    void forEachCell(const Record &record, QByteArray &scratch, Cell cell) const;
    template<typename Cell>
    void forEachCell(const QJsonObject &record, QByteArray &scratch, Cell cell) const;

private:
    std::vector<Column> m_columns;
};

} // namespace collector
