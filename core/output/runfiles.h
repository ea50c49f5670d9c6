// RunFiles: all files of one run: locks, journal, outputs, summary. Opened on the main thread, before any host is contacted;
// then the writer's alone. Destroyed without end(), it leaves the journal and nothing else.

#pragma once

#include "output/hostset.h"
#include "output/journalfile.h"
#include "output/livefile.h"
#include "output/output.h"
#include "output/outputlocks.h"
#include "output/recordencoder.h"
#include "output/runjson.h"
#include "output/writersetup.h"

#include <functional>
#include <memory>
#include <vector>

namespace collector {

class RunFiles
{
public:
    // What an interrupted run left.
    struct Recovered
    {
        HostSet done;
        std::vector<CrashNote> crashes;
        std::function<void(const Batch &)> replay; // its records, as the outputs get them again
    };

    ~RunFiles();
    RunFiles(const RunFiles &) = delete;
    RunFiles &operator=(const RunFiles &) = delete;

    // Nothing, and why in `error`, where one of them cannot be had.
    [[nodiscard]] static std::unique_ptr<RunFiles> open(const WriterSetup &setup, const Columns &csv, const RecordEncoder &encoder,
                                                        Recovered &recovered, QString *error);

    // The journal first, then the outputs. False: one of them failed; the journal goes on as long as it can.
    bool append(const Batch &batch);
    bool sync();                                                   // the journal
    bool pause();                                                  // nothing is waiting: streams get what is held back
    [[nodiscard]] const QString &error() const { return m_error; } // the first
    [[nodiscard]] const QStringList &furtherErrors() const { return m_furtherErrors; }

    struct Naming
    {
        QStringList files;
        QStringList unwritten; // outputs that have no name, as they were given
        bool isPartial = false;
        bool keepsFormer = false; // partial, beside a file that had the name before
        QString journal;          // empty: it is gone
        QString datedOutputs;     // to be given with --resume on another day; empty: they are the same then
        bool hasEnded = false;    // the journal is of a run that tried every host
        QStringList notes;
    };
    // Closes, syncs and names the outputs (as `.partial` where `isPartial`), then removes the journal, or marks it where every host was
    // tried. `summary.exitStatus` is what it is if all goes well. Where one of them cannot be closed, none has its name; where one cannot
    // be given it, the others have theirs. Either way the journal stays, and the summary says 1.
    bool end(const RunSummary &summary, bool isPartial, Naming *naming);

    // Paths of what only lives as long as this: live copies, then locks.
    [[nodiscard]] QList<QByteArray> passing() const;
    [[nodiscard]] int journalDescriptor() const { return m_journal.isOpen() ? m_journal.descriptor() : -1; }

private:
    explicit RunFiles(const WriterSetup &setup) : m_setup(setup), m_locks("run " + setup.run->id) {}

    [[nodiscard]] bool lock(QString *error);
    [[nodiscard]] bool openOutputs(const Columns &csv, QString *error);
    [[nodiscard]] bool openJournal(const RecordEncoder &encoder, Recovered &recovered, QString *error);
    [[nodiscard]] bool startJournal(QString *error);
    [[nodiscard]] bool recover(const RecordEncoder &encoder, Recovered &recovered, QString *error);
    [[nodiscard]] bool replay(const RecordEncoder &encoder, const Recovered &recovered, bool isRewritten, QString *error);
    [[nodiscard]] bool keeps(const RecordHead &record, QByteArrayView line) const;
    [[nodiscard]] size_t dropUnselected(HostSet &done) const;
    bool addToOutputs(const Batch &batch);
    bool closeOutputs(const RunSummary &summary);
    bool nameOutputs(bool isPartial, Naming *naming);
    void keepJournal(bool hasEnded, Naming *naming);
    bool writeSummary(const RunSummary &summary);
    bool endSummary(const RunSummary &summary, bool isGood);
    bool fail(const QString &reason);

    const WriterSetup &m_setup;
    OutputLocks m_locks;
    JournalFile m_journal;
    bool m_hasRecords = false; // in the journal
    std::vector<std::unique_ptr<Output>> m_outputs;
    std::unique_ptr<LiveFile> m_summary;
    FileHandle m_summaryFile;
    QString m_error;
    QStringList m_furtherErrors;
};

} // namespace collector
