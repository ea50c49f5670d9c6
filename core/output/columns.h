// Columns: what a CSV or a table shows of a record, in order, and the cells of one. Immutable; any thread.

#pragma once

#include "output/jsonpath.h"

#include "model/record.h"
#include "model/runinfo.h"

#include <QJsonObject>

#include <memory>
#include <optional>
#include <vector>

namespace collector {

// A value as the text of a cell: null is empty, a plain list is joined with `;`, anything else is compact JSON. Appends.
void appendCell(QByteArray &out, const QJsonValue &value);

// Who takes the cells of a record, one after the other.
class CellSink
{
public:
    virtual void cell(QByteArrayView text) = 0;

protected:
    ~CellSink() = default;
};

class Columns
{
public:
    // A field of the record that is read without its JSON.
    enum class Field : quint8 { None, Host, Address, Groups, Status, Cause, Message, Plugin, Started, ElapsedMs, Attempts };

    struct Column
    {
        QByteArray name; // as in the header
        JsonPath path;   // in the record
        Field field = Field::None;
        std::shared_ptr<const Manifest> manifest; // of the plugin whose fact it is; null: of none
        QByteArray fact;                          // its key there
        JsonPath below;                           // and the path from there
    };

    Columns() = default;
    // The header that every CSV has, then the headline facts of the plugins by dotted path.
    [[nodiscard]] static Columns usual(const RunInfo &run);
    // What a person sees on a terminal: host, address, status, cause, headline facts.
    [[nodiscard]] static Columns forTerminal(const RunInfo &run);
    // `--columns`: jq's paths, commas between; `isMerged`: of a merge, with what it adds. Nothing, and why in `error`, where one is none,
    // or names what no selected plugin has.
    [[nodiscard]] static std::optional<Columns> parse(const QString &paths, const RunInfo &run, QString *error, bool isMerged = false);

    [[nodiscard]] bool isEmpty() const { return m_columns.empty(); }
    [[nodiscard]] const std::vector<Column> &list() const { return m_columns; }

    // Whether cells(Record) can give them all; else the record's JSON is needed.
    [[nodiscard]] bool readsRecords() const { return m_readsRecords; }
    void cells(const Record &record, CellSink &sink) const;
    void cells(const QJsonObject &record, CellSink &sink) const;

private:
    void add(Column column);
    void addFields(std::initializer_list<QByteArrayView> names);
    void addHeadlines(const RunInfo &run);
    [[nodiscard]] static std::optional<Column> resolve(const QString &text, const RunInfo &run, bool isMerged, QString *error);

    std::vector<Column> m_columns;
    bool m_readsRecords = true;
};

} // namespace collector
