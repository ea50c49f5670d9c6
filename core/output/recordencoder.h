// RecordEncoder: turns a Record into the bytes that the journal and the outputs are made of. Made once for a run; immutable,
// used by all workers at the same time. The JSON is rendered once: the journal, JSON lines and documents share it.
//
// A record is at most 4 MiB, 32 levels and 20,000 keys: a fact that would pass that is left out and stands in `absent` as
// `limit`; its job, if it was ok, is `partial`/`bad_output`, and so is the record.

#pragma once

#include "output/batch.h"
#include "output/columns.h"

#include "model/record.h"
#include "model/runinfo.h"

#include <memory>
#include <vector>

namespace collector {

class FactWriter;
class TextWriter;

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
    RecordEncoder(const RunInfo &run, Columns csv, bool guardsFormulas, Columns table, Limits limits);
    RecordEncoder(const RunInfo &run, Columns csv, bool guardsFormulas, Columns table)
        : RecordEncoder(run, std::move(csv), guardsFormulas, std::move(table), Limits())
    {
    }

    // Appends one record to the batch.
    void encode(const Record &record, Batch &batch) const;
    // Appends a record that was written before, from its line in a journal, newline not included. False where it is no record.
    [[nodiscard]] bool encodeAgain(QByteArrayView line, Batch &batch) const;

private:
    // What is always the same of a job: its names, rendered.
    struct JobText
    {
        std::shared_ptr<const Manifest> manifest;
        QByteArray key;                // "ssh-facts":
        QByteArray okStart;            // the same and what follows where it is ok, up to the time it took
        QByteArray factsKey;           // "ssh_facts": , empty for those whose facts stand at the root
        QByteArray absentPrefix;       // ssh_facts.
        std::vector<QByteArray> facts; // ,"distribution": by the manifest's index
    };
    // Facts that were left out because of a limit.
    struct Dropped
    {
        size_t job;
        QByteArray fact;
    };
    // Status and cause as they are to be written, of the record and its jobs.
    struct Verdict;

    [[nodiscard]] const JobText &textOf(const Record &record, size_t job) const;
    [[nodiscard]] std::vector<Dropped> appendFacts(const Record &record, TextWriter &out, qsizetype end) const;
    void appendFactsOf(const Record &record, size_t index, FactWriter &writer, bool *isFirst, int levels,
                       std::vector<Dropped> &dropped) const;
    void appendHead(const Record &record, const Verdict &verdict, Batch &batch, TextWriter &out) const;
    static void appendVerdict(const Record &record, const Verdict &verdict, TextWriter &out);
    void appendJobs(const Record &record, const std::vector<Dropped> &dropped, TextWriter &out) const;
    void appendAbsent(const Record &record, const std::vector<Dropped> &dropped, TextWriter &out) const;
    void appendCells(const Record &record, QByteArrayView line, bool isWhole, Batch &batch) const;
    void appendCells(const QJsonObject &record, Batch &batch) const;
    template<typename Source>
    void appendCellsOf(const Source &record, Batch &batch) const;

    Columns m_csv;
    Columns m_table;
    bool m_guardsFormulas;
    Limits m_limits;
    QByteArray m_head; // {"schema":"collector/1","run":"…","host":
    std::vector<JobText> m_jobs;
};

} // namespace collector
