#include "output/runfiles.h"

#include "output/bytesink.h"
#include "output/exitstatus.h"
#include "output/journalreader.h"
#include "output/leftjournal.h"

#include <QFileInfo>

#include <algorithm>
#include <cerrno>

namespace collector {

namespace {

QString shown(const QByteArray &path)
{
    return QString::fromLocal8Bit(path);
}

bool isSamePath(const QByteArray &one, const QByteArray &other)
{
    return QFileInfo(shown(one)).absoluteFilePath() == QFileInfo(shown(other)).absoluteFilePath() && !other.isEmpty();
}

} // namespace

std::unique_ptr<RunFiles> RunFiles::open(const WriterSetup &setup, const Columns &csv, const RecordEncoder &encoder, Recovered &recovered,
                                         QString *error)
{
    std::unique_ptr<RunFiles> files(new RunFiles(setup));
    if (!files->lock(error) || !files->openOutputs(csv, error) || !files->openJournal(encoder, recovered, error))
        return nullptr;
    return files;
}

RunFiles::~RunFiles()
{
    // A run that was refused before its first record leaves nothing to go on from.
    if (m_journal.isOpen() && !m_hasRecords)
        m_journal.remove();
}

bool RunFiles::lock(QString *error)
{
    for (const OutputSpec &spec : m_setup.outputs) {
        if (isSamePath(spec.path, m_setup.summaryPath)) {
            *error = QStringLiteral("--summary %1 is an output too: give it a name of its own").arg(shown(m_setup.summaryPath));
            return false;
        }
        if (!m_locks.take(spec.path, error))
            return false;
    }
    return m_setup.summaryPath.isEmpty() || m_locks.take(m_setup.summaryPath, error);
}

bool RunFiles::openOutputs(const Columns &csv, QString *error)
{
    Output::Setup setup;
    setup.frame.run = runText(*m_setup.run);
    setup.frame.tableWidth = m_setup.tableWidth;
    setup.newFileMode = m_setup.newFileMode;
    setup.onTerminal = m_setup.onTerminal;
    setup.goesOn = m_setup.resume != WriterSetup::Resume::No;
    for (const RunInfo::Plugin &plugin : m_setup.run->plugins) {
        if (!plugin.manifest->factsKey.isEmpty())
            setup.otherFactKeys.append(plugin.manifest->factsKey);
    }
    for (const OutputSpec &spec : m_setup.outputs) {
        setup.frame.columns =
            spec.format == OutputSpec::Format::Table && m_setup.columns.isEmpty() ? Columns::forTerminal(*m_setup.run) : csv;
        auto output = Output::open(spec, setup, error);
        if (!output)
            return false;
        if (!output->begin()) {
            *error = output->error();
            return false;
        }
        m_outputs.push_back(std::move(output));
    }
    if (m_setup.summaryPath.isEmpty())
        return true;
    // node_exporter runs as somebody else, and there are only numbers in it.
    const mode_t mode = m_setup.summaryPath.endsWith(".prom") ? m_setup.newFileMode | 0444 : m_setup.newFileMode;
    m_summary = std::make_unique<LiveFile>(m_setup.summaryPath);
    m_summaryFile = m_summary->create(mode, error);
    return m_summaryFile.isOpen();
}

bool RunFiles::openJournal(const RecordEncoder &encoder, Recovered &recovered, QString *error)
{
    const QByteArray path = journalPath(m_setup.outputs);
    if (path.isEmpty())
        return true;
    unlink((path + ".new").constData()); // of a run that was killed
    if (m_setup.resume != WriterSetup::Resume::No && placeKind(path) == PlaceKind::RegularFile)
        return recover(encoder, recovered, error);
    return startJournal(error);
}

bool RunFiles::startJournal(QString *error)
{
    const QByteArray path = journalPath(m_setup.outputs);
    const PlaceKind kind = placeKind(path);
    if (kind != PlaceKind::Nothing && kind != PlaceKind::RegularFile) {
        *error = QStringLiteral("the journal %1 is no regular file").arg(shown(path));
        return false;
    }
    // Made beside its place: whatever has the name of a journal has a header, and the old one goes when there is a new one.
    m_journal = JournalFile::create(path + ".new", JournalHeader::of(*m_setup.run, m_setup.seed), error);
    if (!m_journal.isOpen())
        return false;
    if (kind == PlaceKind::RegularFile && !putJournalAside(path, m_setup.warn, error))
        return false;
    for (const QByteArray &other : otherJournals(m_setup.outputs)) {
        if (!putJournalAside(other, m_setup.warn, error))
            return false;
    }
    if (m_journal.moveTo(path))
        return true;
    *error = m_journal.error();
    return false;
}

bool RunFiles::keeps(const RecordHead &record, QByteArrayView line) const
{
    if (m_setup.resume == WriterSetup::Resume::RetryFailed)
        return record.status == Status::Ok;
    // Of one whose second job was cut short there is a part: without this, a run that was interrupted would never be whole.
    return record.status != Status::Cancelled && (record.status == Status::Ok || !hasInterruptedJob(line));
}

bool RunFiles::recover(const RecordEncoder &encoder, Recovered &recovered, QString *error)
{
    const QByteArray path = journalPath(m_setup.outputs);
    auto reader = JournalReader::open(path, error);
    if (!reader)
        return error->isEmpty() && startJournal(error);
    const QStringList different = differences(reader->header(), *m_setup.run);
    if (!different.isEmpty()) {
        *error = QStringLiteral("the interrupted run %1 was another one, and cannot be gone on with:\n  %2\n"
                                "run without --resume, or with what it was given")
                     .arg(QString::fromUtf8(reader->header().runId), different.join(QStringLiteral("\n  ")));
        return false;
    }
    m_hasRecords = true;
    bool isRewritten = false;
    JournalReader::Entry entry;
    while (reader->next(entry)) {
        if (entry.crash) {
            if (m_setup.resume == WriterSetup::Resume::RetryFailed) // asked for: it is tried there again
                isRewritten = true;
            else
                recovered.crashes.push_back(*entry.crash);
            continue;
        }
        // Whoever has a record since is no longer to be kept from the plugin.
        if (std::erase_if(recovered.crashes, [&](const CrashNote &crash) { return crash.host == entry.record->host; }) > 0)
            isRewritten = true;
        if (!keeps(*entry.record, entry.line) || !recovered.done.insert(entry.record->host))
            isRewritten = true;
    }
    if (!reader->error().isEmpty()) {
        *error = reader->error();
        return false;
    }
    if (const size_t dropped = dropUnselected(recovered.done)) {
        isRewritten = true;
        if (m_setup.warn)
            m_setup.warn(QStringLiteral("%1 of the interrupted run %2 not selected any more: %3 left out")
                             .arg(dropped == 1 ? QStringLiteral("1 host") : QStringLiteral("%1 hosts").arg(dropped),
                                  dropped == 1 ? u"is" : u"are", dropped == 1 ? u"its record is" : u"their records are"));
    }
    if (!isRewritten)
        m_journal = JournalFile::reopen(path, reader->wholeBytes(), error);
    else
        m_journal = JournalFile::create(path + ".new", reader->header(), error);
    return m_journal.isOpen() && replay(encoder, recovered, isRewritten, error);
}

// A file of patterns, or the result of --rerun, may name others than when the run began; a record is of a selected host. How many are not.
size_t RunFiles::dropUnselected(HostSet &done) const
{
    if (!m_setup.eachSelected || done.size() == 0)
        return 0;
    HostSet selected;
    m_setup.eachSelected([&](QByteArrayView host) {
        if (done.contains(host))
            selected.insert(host);
    });
    const size_t dropped = done.size() - selected.size();
    if (dropped > 0)
        done = std::move(selected);
    return dropped;
}

bool RunFiles::replay(const RecordEncoder &encoder, const Recovered &recovered, bool isRewritten, QString *error)
{
    const QByteArray path = journalPath(m_setup.outputs);
    auto reader = JournalReader::open(path, error);
    if (!reader)
        return false;
    Batch batch;
    HostSet seen;
    const auto handOver = [&] {
        const bool isGood = (!isRewritten || m_journal.append(batch.lines)) && addToOutputs(batch);
        recovered.replay(batch);
        batch.clear();
        if (!isGood)
            *error = m_error.isEmpty() ? m_journal.error() : m_error;
        return isGood;
    };
    JournalReader::Entry entry;
    while (reader->next(entry)) {
        const bool isKept = entry.record && keeps(*entry.record, entry.line) && recovered.done.contains(entry.record->host) &&
                            (!isRewritten || seen.insert(entry.record->host));
        if (isKept && !encoder.encodeAgain(entry.line, batch)) {
            *error = QStringLiteral("the journal %1 holds a record that cannot be read").arg(shown(path));
            return false;
        }
        const bool isOpenCrash = entry.crash && std::any_of(recovered.crashes.begin(), recovered.crashes.end(),
                                                            [&](const CrashNote &crash) { return crash.host == entry.crash->host; });
        if (isOpenCrash && isRewritten && !m_journal.append(entry.line.toByteArray() + '\n')) {
            *error = m_journal.error();
            return false;
        }
        if (batch.bytes() >= Batch::handOver && !handOver())
            return false;
    }
    if (!handOver())
        return false;
    if (!isRewritten || m_journal.moveTo(path))
        return true;
    *error = m_journal.error();
    return false;
}

bool RunFiles::append(const Batch &batch)
{
    m_hasRecords = true;
    if (m_journal.isOpen() && !m_journal.append(batch.lines))
        fail(m_journal.error());
    return m_error.isEmpty() && addToOutputs(batch);
}

bool RunFiles::addToOutputs(const Batch &batch)
{
    if (batch.isEmpty())
        return m_error.isEmpty();
    bool isGood = true;
    for (const auto &output : m_outputs) { // all of them: whoever mends one is to know of the others
        if (!output->add(batch))
            isGood = fail(output->error());
    }
    return isGood;
}

bool RunFiles::sync()
{
    return !m_journal.isOpen() || m_journal.sync() || fail(m_journal.error());
}

bool RunFiles::pause()
{
    for (const auto &output : m_outputs) {
        if (m_error.isEmpty() && !output->pause())
            return fail(output->error());
    }
    return m_error.isEmpty();
}

bool RunFiles::end(const RunSummary &summary, bool isPartial, Naming *naming)
{
    naming->isPartial = isPartial;
    sync();
    bool isGood = m_error.isEmpty() && closeOutputs(summary);
    if (isGood && m_summary)
        isGood = writeSummary(summary);
    if (isGood)
        isGood = nameOutputs(isPartial, naming);
    for (const auto &output : m_outputs) {
        naming->notes += output->notes();
        if (output->hasName() && !naming->files.contains(shown(output->path())))
            naming->unwritten.append(shown(output->path()));
    }
    m_outputs.clear(); // what took no name goes: on a full disk the summary has its room
    if (const QStringList left = leftBeside(m_setup.outputs); isGood && !isPartial && !left.isEmpty())
        naming->notes.append(QStringLiteral("left here by earlier runs, and no part of this one: %1; remove what nobody needs any more")
                                 .arg(left.join(QStringLiteral(", "))));
    isGood = endSummary(summary, isGood);
    if (!m_journal.isOpen())
        return isGood;
    m_hasRecords = true; // whatever becomes of it is decided here
    if (isGood && !isPartial)
        m_journal.remove();
    else
        keepJournal(isGood && wasEveryHostTried(summary.counts), naming);
    return isGood;
}

// What lacks the mark is read as the journal of a run that was cut short, and costs a night that contacts nobody: no error of this run.
void RunFiles::keepJournal(bool hasEnded, Naming *naming)
{
    naming->journal = shown(m_journal.path());
    const auto isBesideDated = [this](const OutputSpec &spec) { return spec.isDated && journalPath({spec}) == m_journal.path(); };
    if (std::any_of(m_setup.outputs.begin(), m_setup.outputs.end(), isBesideDated))
        naming->datedOutputs = asOptions(m_setup.outputs);
    naming->hasEnded = hasEnded;
    if (hasEnded && m_journal.append(endMark))
        m_journal.sync();
}

QList<QByteArray> RunFiles::passing() const
{
    QList<QByteArray> paths;
    for (const auto &output : m_outputs) {
        if (output->hasName())
            paths.append(pathBeside(output->path(), ".live"));
    }
    if (m_summary)
        paths.append(pathBeside(m_setup.summaryPath, ".live"));
    return paths + m_locks.paths();
}

bool RunFiles::closeOutputs(const RunSummary &summary)
{
    const Document::Ending ending{summaryJson(summary), summary.hostKeysAdded};
    bool isGood = true;
    for (const auto &output : m_outputs) {
        if (!output->end(ending))
            isGood = fail(output->error());
    }
    return isGood;
}

bool RunFiles::nameOutputs(bool isPartial, Naming *naming)
{
    bool isGood = true;
    for (const auto &output : m_outputs) {
        naming->keepsFormer = naming->keepsFormer || (isPartial && placeKind(output->path()) == PlaceKind::RegularFile);
        if (!output->name(isPartial)) {
            isGood = fail(output->error());
            continue;
        }
        if (!output->hasName())
            continue;
        if (!syncFolderOf(output->path()))
            isGood = fail(QStringLiteral("the folder of %1 cannot be synced: %2").arg(shown(output->path()), errorText(errno)));
        naming->files.append(shown(output->path()));
    }
    return isGood;
}

bool RunFiles::writeSummary(const RunSummary &summary)
{
    const QByteArray text = m_setup.summaryPath.endsWith(".prom") ? summaryProm(*m_setup.run, summary) : summaryJson(summary) + '\n';
    const bool isWritten = ftruncate(m_summaryFile.get(), 0) == 0 && lseek(m_summaryFile.get(), 0, SEEK_SET) == 0 &&
                           writeAll(m_summaryFile.get(), text) && fsync(m_summaryFile.get()) == 0;
    return isWritten || fail(QStringLiteral("the summary %1 cannot be written: %2").arg(shown(m_setup.summaryPath), errorText(errno)));
}

// Of a failed run too: whoever watches the summaries is to see it. One that cannot be written whole leaves the former one there.
bool RunFiles::endSummary(const RunSummary &summary, bool isGood)
{
    if (!m_summary)
        return isGood;
    RunSummary failed = summary;
    failed.exitStatus = 1;
    if (!isGood && !writeSummary(failed))
        return false;
    QString error;
    if (!m_summary->name(m_setup.summaryPath, &error))
        return fail(error);
    syncFolderOf(m_setup.summaryPath);
    return isGood;
}

bool RunFiles::fail(const QString &reason)
{
    if (m_error.isEmpty())
        m_error = reason;
    else if (reason != m_error && !m_furtherErrors.contains(reason))
        m_furtherErrors.append(reason);
    return false;
}

} // namespace collector
