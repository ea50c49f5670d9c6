#include "output/leftjournal.h"

#include "output/bytesink.h"
#include "output/journalreader.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace collector {

namespace {

QString shown(const QByteArray &path)
{
    return QString::fromLocal8Bit(path);
}

// The shards of a night may have a thousand of them in one folder.
constexpr qsizetype mostJournals = 32;

// What would be lost with a journal, in words; empty: nothing would.
QString worthOf(const QByteArray &journal)
{
    if (access(journal.constData(), R_OK) != 0) // another user's, as of a night that root began by hand
        return QStringLiteral("it cannot be read (%1), and is put aside as ").arg(errorText(errno)) + QStringLiteral("%1");
    QString error;
    const auto reader = JournalReader::open(journal, &error);
    JournalReader::Entry entry;
    if (!reader)
        return error.isEmpty() ? QString() : QStringLiteral("this version cannot read it: it is put aside as %1");
    if (!reader->next(entry))
        return {};
    return hasEnded(journal)
               ? QStringLiteral("it is from a run that tried every host and had too few ok: this run begins anew, and it is "
                                "put aside as %1 (with --retry-failed or --accept-partial it would have gone on from it)")
               : QStringLiteral("it is from a run that did not end, and is put aside as %1 (--resume would have gone on from it, and does "
                                "so once it has its name again)");
}

// The same for two names of a file; empty: it is none.
QString placeOf(const QByteArray &path)
{
    return path.isEmpty() ? QString() : QDir::cleanPath(QFileInfo(shown(path)).absoluteFilePath());
}

std::optional<RunElsewhere> runOf(const QByteArray &journal, const QList<OutputSpec> &outputs, const QStringList &given)
{
    QString error;
    const auto reader = JournalReader::open(journal, &error);
    JournalReader::Entry entry;
    if (!reader || !reader->next(entry)) // nothing to go on with
        return std::nullopt;
    const QJsonObject options = reader->header().run[u"options"].toObject();
    QStringList givenThen;
    for (const QJsonValue value : options[u"output"].toArray())
        givenThen.append(value.toString());
    const auto then = parseOutputs(givenThen, options[u"format"].toString(), false, reader->header().startedMs, &error);
    if (!then ||
        placeOf(journalPath(*then)) != placeOf(journal)) // in another time zone, in another folder: what the names were is not known
        return std::nullopt;
    QStringList ours;
    for (const OutputSpec &spec : outputs)
        ours.append(placeOf(journalPath({spec})));
    RunElsewhere run{journal, asOptions(*then)};
    bool isOfName = false;
    for (qsizetype i = 0; i < then->size(); ++i) {
        const QString place = placeOf(journalPath({(*then)[i]}));
        run.isOfOutput = run.isOfOutput || (!place.isEmpty() && ours.contains(place));
        isOfName = isOfName || ((*then)[i].isDated && given.contains(givenThen[i]));
    }
    return run.isOfOutput || isOfName ? std::optional(run) : std::nullopt;
}

} // namespace

bool putJournalAside(const QByteArray &journal, const std::function<void(const QString &)> &warn, QString *error)
{
    const QString worth = worthOf(journal);
    if (worth.isEmpty())
        return true;
    const QByteArray old = journal + ".old";
    const bool isReplaced = QFileInfo::exists(shown(old));
    if (rename(journal.constData(), old.constData()) != 0) {
        *error = QStringLiteral("the journal %1 cannot be put aside: %2").arg(shown(journal), errorText(errno));
        return false;
    }
    if (warn)
        warn(QStringLiteral("the journal %1 was left here: ").arg(shown(journal)) + worth.arg(shown(old)) +
             (isReplaced ? QStringLiteral("; an older one that had that name is gone") : QString()));
    return true;
}

QStringList leftBeside(const QList<OutputSpec> &outputs)
{
    QStringList left;
    for (const OutputSpec &spec : outputs) {
        const QByteArray journal = journalPath({spec});
        if (journal.isEmpty())
            continue;
        for (const QByteArray &path : {spec.partialPath(), journal + ".old"}) {
            if (QFileInfo::exists(shown(path)))
                left.append(shown(path));
        }
    }
    return left;
}

std::optional<RunElsewhere> findRunElsewhere(const QList<OutputSpec> &outputs, const QStringList &given, bool alsoEnded)
{
    QList<QByteArray> ours;
    for (const OutputSpec &spec : outputs)
        ours.append(journalPath({spec}));
    for (const QByteArray &own : std::as_const(ours)) {
        if (own.isEmpty())
            continue;
        const QByteArray folder = own.first(own.lastIndexOf('/') + 1);
        const QDir::Filters regular = QDir::Files | QDir::Hidden | QDir::NoSymLinks;
        const QStringList names =
            QDir(folder.isEmpty() ? QStringLiteral(".") : shown(folder)).entryList({QStringLiteral(".*.journal")}, regular, QDir::Time);
        for (const QString &name : names.first(std::min(names.size(), mostJournals))) {
            const QByteArray journal = folder + QFile::encodeName(name);
            if (ours.contains(journal) || (!alsoEnded && hasEnded(journal)))
                continue;
            if (const auto run = runOf(journal, outputs, given))
                return run;
        }
    }
    return std::nullopt;
}

} // namespace collector
