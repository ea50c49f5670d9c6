// core/output: what becomes of records. Workers encode them (recordencoder.h), the one writer thread appends them to the
// journal (journal.h), counts them (runcounts.h, failureclusters.h) and keeps live copies of the outputs (document.h,
// outputfile.h), which take their names at the end or not at all. Results are read back by resultreader.h.
//
// Writer: that thread. What the others see of it:
//  - open() tries journal, lock and outputs for writing, before any host is contacted; with `resume` it also reads what the
//    interrupted run has, and rebuilds the outputs from it. Main thread.
//  - encoder(), takeBatch(), submit(), hasRoom(): any thread, none waits for a disk. Whoever finds no room takes no further
//    host until `onRoom` is called (on the writer's thread: it may only wake somebody up).
//  - a record is in the journal before it is in counts(); the journal is synced each second.
//  - what cannot be written is said once (`onFailure`, writer's thread): the run is to end, submit() goes on to be allowed.
//  - finish() once, when the last batch is in: outputs closed, synced, named; `done` is called on the writer's thread.

#pragma once

#include "output/batch.h"
#include "output/exitstatus.h"
#include "output/failureclusters.h"
#include "output/hostset.h"
#include "output/journal.h"
#include "output/recordencoder.h"
#include "output/runcounts.h"
#include "output/writersetup.h"

#include "model/slowdowns.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace collector {

// How the run ended, as its engine saw it.
struct RunFinish
{
    RunEnd end;
    qint64 finishedMs = 0;
    quint64 hostKeysAdded = 0;
    bool acceptsPartial = false; // --accept-partial
    Slowdowns slowdowns{};
};

struct RunOutcome
{
    int exitStatus = 0;
    RunCounts counts;
    FailureClusters clusters;
    QString error;               // what could not be written; empty: all was
    QStringList furtherErrors;   // of other outputs
    QStringList files;           // the outputs as they are named now
    QStringList unwritten;       // those that have no name
    bool isPartial = false;      // they are `.partial`: FILE stays as it was
    bool keepsFormer = false;    // and there is such a FILE
    QString journal;             // kept for --resume; empty: not kept
    QString datedOutputs;        // what --resume needs on another day, `-o a-2026-11-28.json`; empty: nothing
    bool triedEveryHost = false; // then it is for --resume --retry-failed alone
    QStringList notes;           // what else there is to say of the outputs
    Slowdowns slowdowns;
    quint64 hostKeysAdded = 0;
};

class RunFiles;

class Writer final
{
public:
    // Nothing, and why in `error`, where an output, the journal or its lock cannot be had: the run ends with status 2.
    [[nodiscard]] static std::unique_ptr<Writer> open(WriterSetup setup, QString *error);
    ~Writer(); // without finish(): the journal stays, and nothing else
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    // Of the interrupted run: hosts that need no further record, and those on which a plugin crashed it, which need one. The
    // first are in counts() from the beginning.
    [[nodiscard]] const HostSet &done() const { return m_done; }
    [[nodiscard]] const std::vector<CrashNote> &crashes() const { return m_crashes; }
    [[nodiscard]] int journalDescriptor() const; // for CrashNotes; -1: there is none

    void start();
    [[nodiscard]] const RecordEncoder &encoder() const { return *m_encoder; }
    [[nodiscard]] Batch takeBatch();
    void submit(Batch &&batch);
    [[nodiscard]] bool hasRoom();
    [[nodiscard]] bool hasFailed() const { return m_hasFailed.load(std::memory_order_relaxed); }
    [[nodiscard]] RunCounts counts() const;

    void finish(RunFinish finish, std::function<void(RunOutcome)> done);

    // The process is about to end without finish(): takes live copies and locks away, so that the journal is all there is.
    // Main thread, once started; the writer may still be at work, in vain.
    void leaveJournalAlone() const;

private:
    explicit Writer(WriterSetup setup);

    void count(const Batch &batch);
    void loop();
    void write(std::vector<Batch> &batches);
    void release(std::vector<Batch> &batches);
    void tick();
    void noteFailure();
    void end();

    // Constant once open.
    WriterSetup m_setup;
    std::unique_ptr<RecordEncoder> m_encoder;
    HostSet m_done;
    std::vector<CrashNote> m_crashes;
    QList<QByteArray> m_passing; // files of which nothing is to stay

    // The writer's thread only, once started.
    std::unique_ptr<RunFiles> m_files;
    FailureClusters m_clusters;
    std::chrono::steady_clock::time_point m_nextSync;

    // Any thread.
    std::atomic<qsizetype> m_outstanding{0};
    std::atomic<bool> m_wantsRoom{false};
    std::atomic<bool> m_hasFailed{false};

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<Batch> m_queue; // all below: under m_mutex
    std::vector<Batch> m_free;
    RunCounts m_counts;
    std::optional<RunFinish> m_finish;
    std::function<void(RunOutcome)> m_finished;
    bool m_isAbandoned = false;

    std::thread m_thread;
};

} // namespace collector
