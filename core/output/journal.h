// The journal: a header, then every record of a run as one line of JSON, in `.NAME.journal` beside the first regular output.
// It alone is the truth until the outputs stand under their names: what is in it has happened, all else has not.
//
//     {"journal":"collector/1","run":{…},"seed":"…","secrets":{"lookup.api-token":"9c4e"}}       (secrets: where there are some)
//     {"schema":"collector/1","run":"…","host":"web01",…}
//     {"crashed":{"host":"web02","plugin":"ssh-facts","signal":11}}       (crashnotes.h; then the process died)
//     {"tried":"every host"}                                              (the end of a run that fell short of --min-ok)
//
// A line that is torn, or that a power cut left as a hole, ends it: that and what follows is cut off.

#pragma once

#include "output/bytesource.h"
#include "output/outputspec.h"
#include "output/recordhead.h"

#include "model/runinfo.h"

#include <QJsonObject>

#include <optional>

namespace collector {

struct JournalHeader
{
    QByteArray runId;
    qint64 startedMs = 0;
    quint64 seed = 0; // of the order in which hosts start
    QJsonObject run;  // the object `run` of the outputs
    // Of each option that is a secret, 16 bits of a hash under the seed: they tell a changed one, but for one in 65,536, and whoever reads
    // the journal and tries words cannot tell the right one.
    QJsonObject secrets;

    [[nodiscard]] static JournalHeader of(const RunInfo &run, quint64 seed);
    [[nodiscard]] QByteArray toLine() const; // newline included
    [[nodiscard]] static std::optional<JournalHeader> fromLine(QByteArrayView line);
};

// A host on which a plugin ended the process.
struct CrashNote
{
    QByteArray host;
    QByteArray plugin;
    int signal = 0;
};

// Where the journal of these outputs lies; empty where none of them is a regular file.
[[nodiscard]] QByteArray journalPath(const QList<OutputSpec> &outputs);

// Journals beside the other outputs with anything in them: of runs that had these first. Whoever goes on with one of them later writes over
// what is newer.
[[nodiscard]] QList<QByteArray> otherJournals(const QList<OutputSpec> &outputs);

// The header of the interrupted run of these outputs, for `--resume`: its id, start and seed are those to go on with. Nothing
// where there is no journal, or not one whole line in it, or, with `error`, where it cannot be read.
[[nodiscard]] std::optional<JournalHeader> findInterruptedRun(const QList<OutputSpec> &outputs, QString *error);

// The last line of a journal that is kept although its run tried every host: too few were ok. Readers stop before it, and whoever goes
// on from there cuts it off, as they do with any line that is neither record nor crash.
constexpr QByteArrayView endMark{"{\"tried\":\"every host\"}\n"};
// Whether it stands at the end of this journal: then there is nothing to go on with, unless what was not ok is to be tried again. One
// that was cut short, by a signal, a deadline or a crash, lacks it.
[[nodiscard]] bool hasEnded(const QByteArray &journal);

// Why `run` is not the one to go on with, each difference in words; empty where it is. Options that do not change what is
// collected (rates, timeouts, what is shown) may differ.
[[nodiscard]] QStringList differences(const JournalHeader &header, const RunInfo &run);

} // namespace collector
