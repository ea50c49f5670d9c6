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

#include <sys/types.h>

#include <functional>
#include <memory>

namespace collector {

struct WriterSetup
{
    enum class Resume : quint8 { No, Yes, RetryFailed };

    std::shared_ptr<const RunInfo> run; // with Resume: id and start are those of findInterruptedRun()
    QList<OutputSpec> outputs;
    quint64 seed = 0;
    Resume resume = Resume::No;
    QStringList columns;                                           // --columns; empty: the usual ones
    bool guardsFormulas = true;                                    // --csv-guard
    mode_t newFileMode = 0600;                                     // --output-mode
    int tableWidth = 0;                                            // of the terminal; 0: no limit
    QByteArray summaryPath;                                        // --summary; empty: none
    std::function<void(const QString &)> warn;                     // main thread, during open()
    std::function<void()> onRoom;                                  // writer's thread
    std::function<void(const QString &)> onFailure;                // writer's thread, once
    std::function<void(const std::function<void()> &)> onTerminal; // wraps each write to a terminal: clear the progress line first
};

// How the run ended, as its engine saw it.
struct RunFinish
{
    RunEnd end;
    qint64 finishedMs = 0;
    quint64 hostKeysAdded = 0;
    bool acceptsPartial = false; // --accept-partial
};

struct RunOutcome
{
    int exitStatus = 0;
    RunCounts counts;
    FailureClusters clusters;
    QString error;          // what could not be written; empty: all was
    QStringList files;      // the outputs as they are named now
    bool isPartial = false; // they are `.partial`: FILE stays as it was
    QString journal;        // kept for --resume; empty: not kept
};

class Writer final
{
public:
    // Nothing, and why in `error`, where an output, the journal or its lock cannot be had: the run ends with status 2.
    [[nodiscard]] static std::unique_ptr<Writer> open(WriterSetup setup, QString *error);
    ~Writer(); // without finish(): the journal and nothing else stays
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    // Of the interrupted run: hosts that need no further record, and those on which a plugin crashed it. They are in counts().
    [[nodiscard]] const HostSet &done() const;
    [[nodiscard]] const std::vector<CrashNote> &crashes() const;

    void start();
    [[nodiscard]] const RecordEncoder &encoder() const;
    [[nodiscard]] Batch takeBatch();
    void submit(Batch &&batch);
    [[nodiscard]] bool hasRoom() const;
    [[nodiscard]] bool hasFailed() const;
    [[nodiscard]] RunCounts counts() const;
    [[nodiscard]] int journalDescriptor() const; // for CrashNotes; -1: there is none

    void finish(RunFinish finish, std::function<void(RunOutcome)> done);

private:
    class Thread;
    explicit Writer(std::unique_ptr<Thread> thread);
    std::unique_ptr<Thread> m_thread;
};

} // namespace collector
