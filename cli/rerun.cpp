#include "cli/rerun.h"

#include "cli/commandline.h"
#include "model/status.h"
#include "output/resultreader.h"

#include <collector/joberror.h>

#include <QFile>
#include <QFileInfo>
#include <QStringList>

#include <algorithm>

namespace collector {

namespace {

template<typename Use>
void forEachRecord(const QString &path, Use use)
{
    QString error;
    const auto reader = ResultReader::open(QFile::encodeName(path), &error);
    if (!reader)
        throw UsageError(error);
    StoredRecord record;
    while (reader->next(record))
        use(record);
    if (!reader->error().isEmpty())
        throw UsageError(reader->error());
}

} // namespace

QSet<QByteArray> hostsToRerun(const QString &result, const QString &statuses)
{
    QSet<Status> wanted;
    const QString words = statuses.isEmpty() ? QStringLiteral("failed,unreachable,cancelled,partial") : statuses;
    for (const QString &word : listed({words})) {
        const auto status = statusFromName(word.toUtf8());
        if (!status)
            throw UsageError(QStringLiteral("--status: \"%1\" is none of ok, unreachable, partial, failed, cancelled, skipped").arg(word));
        wanted.insert(*status);
    }
    if (wanted.isEmpty()) // nobody would be tried again, and that be a good end
        throw UsageError(QStringLiteral("--status %1 names no status: say some, or leave it out").arg(statuses));
    QSet<QByteArray> hosts;
    forEachRecord(result, [&](const StoredRecord &record) {
        if (wanted.contains(record.head.status))
            hosts.insert(record.head.host);
    });
    return hosts;
}

QString strangersTo(const Inventory &inventory, const QSet<QByteArray> &hosts, const QString &result)
{
    QByteArray example; // the first by its name, whatever the order of a set
    qsizetype missing = 0;
    for (const QByteArray &host : hosts) {
        if (!inventory.find(host))
            example = missing++ == 0 ? host : std::min(example, host);
    }
    if (missing == 0)
        return {};
    if (missing == hosts.size())
        throw UsageError(
            QStringLiteral("--rerun %1: no host that is to be tried again (%2 and so on) is in this inventory: is it another's?")
                .arg(result, printable(example, 80)));
    return QStringLiteral("--rerun %1: %2 of %3 hosts that are to be tried again are not in this inventory, such as %4")
        .arg(result)
        .arg(missing)
        .arg(hosts.size())
        .arg(printable(example, 80));
}

std::optional<OutputSpec> outputOver(const QString &result, const QList<OutputSpec> &outputs)
{
    const QString there = QFileInfo(result).canonicalFilePath(); // empty: standard input
    const auto over = std::find_if(outputs.begin(), outputs.end(), [&](const OutputSpec &output) {
        const QString path = QString::fromLocal8Bit(output.path);
        return QFileInfo(path).canonicalFilePath() == there || QFileInfo(path + QStringLiteral(".partial")).canonicalFilePath() == there;
    });
    return there.isEmpty() || over == outputs.end() ? std::nullopt : std::optional(*over);
}

QHash<QByteArray, qint64> agesOf(const QString &result)
{
    QHash<QByteArray, qint64> ages;
    forEachRecord(result, [&](const StoredRecord &record) {
        if (record.head.status == Status::Ok || record.head.status == Status::Partial)
            ages.insert(record.head.host, record.head.startedMs);
    });
    return ages;
}

} // namespace collector
