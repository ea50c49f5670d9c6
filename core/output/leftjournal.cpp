#include "output/leftjournal.h"

#include "output/bytesink.h"
#include "output/journalreader.h"

#include <cerrno>
#include <cstdio>

namespace collector {

namespace {

QString shown(const QByteArray &path)
{
    return QString::fromLocal8Bit(path);
}

// What would be lost with a journal, in words; empty: nothing would.
QString worthOf(const QByteArray &journal)
{
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
               : QStringLiteral("it is from a run that did not end, and is put aside as %1 (--resume would have gone on from it)");
}

} // namespace

bool putJournalAside(const QByteArray &journal, const std::function<void(const QString &)> &warn, QString *error)
{
    const QString worth = worthOf(journal);
    if (worth.isEmpty())
        return true;
    const QByteArray old = journal + ".old";
    if (rename(journal.constData(), old.constData()) != 0) {
        *error = QStringLiteral("the journal %1 cannot be put aside: %2").arg(shown(journal), errorText(errno));
        return false;
    }
    if (warn)
        warn(QStringLiteral("the journal %1 was left here: ").arg(shown(journal)) + worth.arg(shown(old)));
    return true;
}

} // namespace collector
