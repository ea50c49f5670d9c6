#include "output/compare/mergeoutput.h"

#include "output/exitstatus.h"
#include "output/livefile.h"
#include "output/output.h"
#include "output/recordencoder.h"
#include "output/runjson.h"
#include "output/timestamp.h"

#include "model/json.h"

#include <algorithm>

namespace collector {

namespace {

// The merge as if it were a run: its id is that of the latest run that something is left of.
RunInfo runOf(const Merge &merge, const Manifests &manifests)
{
    RunInfo run;
    run.id = merge.runs().isEmpty() ? QByteArray("merge") : merge.runs().last();
    run.startedMs = merge.startedMs();
    run.hosts = merge.hosts();
    for (const auto &manifest : manifests) {
        if (merge.plugins().contains(manifest->name))
            run.plugins.push_back({manifest, {}});
    }
    return run;
}

QByteArray runText(const Merge &merge, const RunInfo &run)
{
    QByteArray text = "{\"id\":";
    appendJsonString(text, QByteArrayView(run.id));
    text += ",\"version\":\"" COLLECTOR_VERSION "\",\"started\":" + timestampJson(run.startedMs) + ",\"merged\":[";
    for (const QByteArray &id : merge.runs()) {
        if (!text.endsWith('['))
            text += ',';
        appendJsonString(text, QByteArrayView(id));
    }
    return text + "]}";
}

class MergeOutputs
{
public:
    [[nodiscard]] bool open(const MergeOutputSetup &setup, const Output::Setup &each, const Columns &csv, const Columns &table)
    {
        for (const OutputSpec &spec : setup.outputs) {
            Output::Setup own = each;
            own.frame.columns = spec.format == OutputSpec::Format::Table ? table : csv;
            auto output = Output::open(spec, own, &m_error);
            if (!output)
                return false;
            m_outputs.push_back(std::move(output));
        }
        return all([](Output &output) { return output.begin(); });
    }

    [[nodiscard]] bool add(const Batch &batch)
    {
        return all([&](Output &output) { return output.add(batch); });
    }

    [[nodiscard]] bool finish(const Document::Ending &ending, const std::function<bool(QString *)> &beforeNaming)
    {
        if (!all([&](Output &output) { return output.end(ending); }) || (beforeNaming && !beforeNaming(&m_error)) ||
            !all([](Output &output) { return output.name(false); }))
            return false;
        for (const auto &output : m_outputs) {
            if (output->hasName())
                syncFolderOf(output->path());
        }
        return true;
    }

    [[nodiscard]] const QString &error() const { return m_error; }
    [[nodiscard]] QStringList notes() const
    {
        QStringList notes;
        for (const auto &output : m_outputs)
            notes += output->notes();
        return notes;
    }

private:
    template<typename Step>
    bool all(const Step &step)
    {
        for (const auto &output : m_outputs) {
            if (!step(*output)) {
                m_error = output->error();
                return false;
            }
        }
        return true;
    }

    std::vector<std::unique_ptr<Output>> m_outputs;
    QString m_error;
};

} // namespace

MergeWritten writeMerged(Merge &merge, const Manifests &manifests, const MergeOutputSetup &setup, QString *error)
{
    const RunInfo run = runOf(merge, manifests);
    Columns csv = Columns::usual(run), table = Columns::forTerminal(run);
    if (!setup.columns.isEmpty()) {
        const auto asked = Columns::parse(setup.columns.join(u','), run, error, true);
        if (!asked)
            return MergeWritten::BadColumns;
        csv = table = *asked;
    }
    const auto wants = [&](OutputSpec::Format format) {
        return std::any_of(setup.outputs.begin(), setup.outputs.end(), [=](const OutputSpec &spec) { return spec.format == format; });
    };
    csv = wants(OutputSpec::Format::Csv) ? csv : Columns();
    table = wants(OutputSpec::Format::Table) ? table : Columns();
    Output::Setup each;
    each.frame.run = runText(merge, run);
    each.frame.tableWidth = setup.tableWidth;
    each.newFileMode = setup.newFileMode;
    for (const auto &manifest : manifests) {
        if (!manifest->factsKey.isEmpty())
            each.otherFactKeys.append(manifest->factsKey);
    }
    const RecordEncoder encoder(run, csv, setup.guardsFormulas, table);
    MergeOutputs outputs;
    if (!outputs.open(setup, each, csv, table)) {
        *error = outputs.error();
        return MergeWritten::Failed;
    }

    RunCounts counts;
    Batch batch;
    bool isWritten = true;
    const auto hand = [&] {
        for (const Batch::Entry &entry : batch.entries)
            counts.add(entry.status, entry.cause);
        isWritten = outputs.add(batch);
        batch.clear();
        return isWritten;
    };
    const bool isRead = merge.forEachRecord(
        [&](QByteArrayView line) {
            if (!encoder.encodeAgain(line, batch) || (setup.alsoTake && !setup.alsoTake(line)))
                return isWritten = false;
            return batch.bytes() < Batch::handOver || hand();
        },
        error);
    if (!isRead)
        return MergeWritten::Failed;
    RunSummary summary;
    if (isWritten && hand()) {
        summary = {counts, run.startedMs, std::max(run.startedMs, merge.finishedMs()), exitStatus({}, counts), 0};
        isWritten = outputs.finish({summaryJson(summary), 0}, setup.beforeNaming);
        for (const QString &note : outputs.notes()) {
            if (setup.warn)
                setup.warn(note);
        }
    }
    *error = outputs.error();
    return isWritten ? MergeWritten::Yes : MergeWritten::Failed;
}

} // namespace collector
