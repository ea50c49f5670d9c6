#include "output/writer.h"

#include "output/runfiles.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

namespace collector {

namespace {

using std::chrono::steady_clock;

// Between workers and disk at most so much; whoever waits for room is woken when half of it is free.
constexpr qsizetype bound = 8 * 1024 * 1024;
constexpr auto syncEvery = std::chrono::seconds(1);
constexpr size_t keptBatches = 32;

} // namespace

Writer::Writer(WriterSetup setup) : m_setup(std::move(setup)) {}

std::unique_ptr<Writer> Writer::open(WriterSetup setup, QString *error)
{
    std::unique_ptr<Writer> writer(new Writer(std::move(setup)));
    const WriterSetup &wanted = writer->m_setup;
    Columns csv = Columns::usual(*wanted.run);
    Columns table = Columns::forTerminal(*wanted.run);
    if (!wanted.columns.isEmpty()) {
        auto chosen = Columns::parse(wanted.columns, *wanted.run, error);
        if (!chosen)
            return nullptr;
        csv = *chosen;
        table = *chosen;
    }
    const auto wants = [&](OutputSpec::Format format) {
        return std::any_of(wanted.outputs.begin(), wanted.outputs.end(), [=](const OutputSpec &spec) { return spec.format == format; });
    };
    writer->m_encoder = std::make_unique<RecordEncoder>(*wanted.run, wants(OutputSpec::Format::Csv) ? csv : Columns(),
                                                        wanted.guardsFormulas, wants(OutputSpec::Format::Table) ? table : Columns());
    RunFiles::Recovered recovered;
    recovered.replay = [&](const Batch &batch) { writer->count(batch); };
    writer->m_files = RunFiles::open(wanted, csv, *writer->m_encoder, recovered, error);
    if (!writer->m_files)
        return nullptr;
    writer->m_passing = writer->m_files->passing();
    writer->m_done = std::move(recovered.done);
    writer->m_crashes = std::move(recovered.crashes);
    return writer;
}

Writer::~Writer()
{
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_isAbandoned = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

int Writer::journalDescriptor() const
{
    return m_files->journalDescriptor();
}

void Writer::start()
{
    m_nextSync = steady_clock::now() + syncEvery;
    // Signals are for the main thread, but those that this one may earn itself; a closed pipe is an error like another.
    sigset_t all, before;
    sigfillset(&all);
    for (const int own : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
        sigdelset(&all, own);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    m_thread = std::thread([this] { loop(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Batch Writer::takeBatch()
{
    const std::lock_guard lock(m_mutex);
    if (m_free.empty())
        return {};
    Batch batch = std::move(m_free.back());
    m_free.pop_back();
    return batch;
}

void Writer::submit(Batch &&batch)
{
    if (batch.isEmpty())
        return;
    m_outstanding.fetch_add(batch.bytes());
    bool wasEmpty;
    {
        const std::lock_guard lock(m_mutex);
        wasEmpty = m_queue.empty();
        m_queue.push_back(std::move(batch));
    }
    if (wasEmpty)
        m_wake.notify_one();
}

bool Writer::hasRoom()
{
    if (m_outstanding.load() < bound)
        return true;
    m_wantsRoom.store(true);
    // It may have been made between the two: then nobody would say so. The wish stands all the same, for it may be another's too.
    return m_outstanding.load() < bound / 2;
}

RunCounts Writer::counts() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

void Writer::finish(RunFinish finish, std::function<void(RunOutcome)> done)
{
    {
        const std::lock_guard lock(m_mutex);
        m_finish = finish;
        m_finished = std::move(done);
    }
    m_wake.notify_one();
}

void Writer::leaveJournalAlone() const
{
    std::error_code ignored;
    for (const QByteArray &path : m_passing)
        std::filesystem::remove_all(path.toStdString(), ignored);
}

void Writer::loop()
{
    pthread_setname_np(pthread_self(), "writer");
    std::vector<Batch> batches;
    for (;;) {
        bool isFinishing;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait_until(lock, m_nextSync, [this] { return !m_queue.empty() || m_finish || m_isAbandoned; });
            if (m_isAbandoned)
                return;
            batches.swap(m_queue);
            isFinishing = m_finish && batches.empty();
        }
        if (isFinishing) {
            end();
            return;
        }
        write(batches);
        release(batches);
        if (steady_clock::now() >= m_nextSync)
            tick();
    }
}

void Writer::write(std::vector<Batch> &batches)
{
    for (const Batch &batch : batches) {
        if (!m_files->append(batch))
            noteFailure();
        count(batch);
    }
}

void Writer::count(const Batch &batch)
{
    m_clusters.add(batch);
    const std::lock_guard lock(m_mutex);
    for (const Batch::Entry &entry : batch.entries)
        m_counts.add(entry.status, entry.cause, entry.isCutShort);
}

void Writer::release(std::vector<Batch> &batches)
{
    qsizetype bytes = 0;
    for (Batch &batch : batches) {
        bytes += batch.bytes();
        batch.clear();
    }
    {
        const std::lock_guard lock(m_mutex);
        for (Batch &batch : batches) {
            if (m_free.size() < keptBatches)
                m_free.push_back(std::move(batch));
        }
    }
    batches.clear();
    const qsizetype left = m_outstanding.fetch_sub(bytes) - bytes;
    if (left < bound / 2 && m_wantsRoom.load() && m_wantsRoom.exchange(false) && m_setup.onRoom)
        m_setup.onRoom();
}

void Writer::tick()
{
    if (!m_files->sync() || !m_files->pause())
        noteFailure();
    m_nextSync = steady_clock::now() + syncEvery;
}

void Writer::noteFailure()
{
    if (!m_hasFailed.exchange(true) && m_setup.onFailure)
        m_setup.onFailure(m_files->error());
}

void Writer::end()
{
    RunFinish finish;
    RunOutcome outcome;
    std::function<void(RunOutcome)> done;
    {
        const std::lock_guard lock(m_mutex);
        finish = *m_finish;
        done = std::move(m_finished);
        outcome.counts = m_counts;
    }
    finish.end.hasInternalError = finish.end.hasInternalError || hasFailed();
    outcome.exitStatus = exitStatus(finish.end, outcome.counts);
    const bool isPartial = !finish.acceptsPartial && !isComplete(finish.end, outcome.counts);
    const RunSummary summary{outcome.counts,     m_setup.run->startedMs, finish.finishedMs,
                             outcome.exitStatus, finish.hostKeysAdded,   finish.slowdowns};
    RunFiles::Naming naming;
    if (!m_files->end(summary, isPartial, &naming)) {
        noteFailure();
        outcome.exitStatus = 1;
        outcome.error = m_files->error();
        outcome.furtherErrors = m_files->furtherErrors();
    }
    outcome.clusters = std::move(m_clusters);
    outcome.files = naming.files;
    outcome.unwritten = naming.unwritten;
    outcome.isPartial = naming.isPartial;
    outcome.keepsFormer = naming.keepsFormer;
    outcome.journal = naming.journal;
    outcome.datedOutputs = naming.datedOutputs;
    outcome.triedEveryHost = naming.hasEnded;
    outcome.notes = naming.notes;
    outcome.slowdowns = finish.slowdowns;
    outcome.hostKeysAdded = finish.hostKeysAdded;
    m_files.reset(); // the locks go
    done(std::move(outcome));
}

} // namespace collector
