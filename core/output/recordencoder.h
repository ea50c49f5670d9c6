// RecordEncoder: turns a Record into the bytes that the journal and the outputs are made of. Made once for a run; immutable,
// used by all workers at the same time. The JSON is rendered once: the journal, JSON lines and documents share it.
//
// A record is at most 4 MiB, 32 levels and 20,000 keys: a fact that would pass that is left out and stands in `absent` as
// `limit`, its job is `partial`/`bad_output`, and so, if it was ok, is the record.

#pragma once

#include "output/batch.h"
#include "output/columns.h"

#include "model/record.h"
#include "model/runinfo.h"

#include <memory>

namespace collector {

class RecordEncoder
{
public:
    struct Limits
    {
        qsizetype bytes = 4 * 1024 * 1024;
        int levels = 32;
        int keys = 20'000;
    };

    // `csv`, `table`: the columns of such outputs; empty where there is none.
    RecordEncoder(std::shared_ptr<const RunInfo> run, Columns csv, Columns table);
    RecordEncoder(std::shared_ptr<const RunInfo> run, Columns csv, Columns table, Limits limits);

    // Appends one record to the batch.
    void encode(const Record &record, Batch &batch) const;

private:
    struct JobNames;
    struct Outcome;

    void appendLine(const Record &record, const Outcome &outcome, Batch &batch) const;
    [[nodiscard]] bool appendFacts(const Record &record, Outcome &outcome, Batch &batch, qsizetype lineStart) const;

    std::shared_ptr<const RunInfo> m_run;
    Columns m_csv;
    Columns m_table;
    Limits m_limits;
    QByteArray m_head; // {"schema":"collector/1","run":"…","host":
    std::vector<JobNames> m_jobs;
};

} // namespace collector
