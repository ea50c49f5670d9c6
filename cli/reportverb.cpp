#include "cli/reportverb.h"

#include "cli/leftovers.h"
#include "cli/pagefile.h"
#include "cli/verbline.h"

#include "output/compare/reportpage.h"
#include "output/fileplace.h"
#include "output/outputlocks.h"

#include <QFile>

#include <unistd.h>

namespace collector {

namespace {

const VerbTable &table()
{
    static const VerbTable verb{
        QStringLiteral("report"),
        QStringLiteral("RESULT"),
        QStringLiteral(
            "Writes a page (HTML) on a result: totals, failures by cause and subnet, distributions and kernels, oldest data, a table\n"
            "of all hosts to search and sort, and what changed since another result. One file, nothing to fetch, readable\n"
            "without JavaScript. RESULT is JSON, JSON lines or CSV, also .gz and .zst, of a run or a merge; - is stdin."),
        {
            {QStringLiteral("since"), {}, QStringLiteral("OLD"), QStringLiteral("tell what changed since this result")},
            {QStringLiteral("output"), u'o', QStringLiteral("FILE"),
             QStringLiteral("where to write it (standard output); appears whole or not at all, readable by its owner alone unless it was "
                            "there before")},
            {QStringLiteral("title"), {}, QStringLiteral("TEXT"), QStringLiteral("title of the page (the name of RESULT)")},
        },
        QStringLiteral("Exit status: 0 written, 1 it could not be written or is being written, or TMPDIR is full,\n"
                       "2 usage or input.\n\n"
                       "Examples:\n"
                       "  collector report assets.json -o report.html\n"
                       "  collector report tuesday.json.zst --since monday.json.zst -o /srv/www/report.html"),
        1,
        1,
    };
    return verb;
}

} // namespace

int runReportVerb(const QStringList &words, const Manifests &manifests)
{
    const VerbLine line(table(), words);
    if (line.isDone())
        return line.exitStatus();
    const QString output = line.value(QStringLiteral("output"), QStringLiteral("-"));
    if (output == u"-" && isatty(STDOUT_FILENO) != 0)
        return line.refuse(QStringLiteral("a page is nothing for a terminal: give it a file, -o report.html"));

    const QByteArray result = QFile::encodeName(line.operands()[0]);
    const FilePlace place = FilePlace::of(QFile::encodeName(output));
    for (const QString &name : {line.operands()[0], line.value(QStringLiteral("since"))}) {
        if (place.isSame(FilePlace::of(QFile::encodeName(name))))
            return line.refuse(QStringLiteral("-o %1 is the result itself: name another file").arg(output));
    }
    QString error;
    OutputLocks locks("collector report");
    if (!locks.take(QFile::encodeName(output), &error))
        return line.failedOutput(error);
    Leftovers leftovers;
    leftovers.add(locks);
    ReportData data;
    if (!data.read(result, &error))
        return data.hasStoreFailed() ? line.failedOutput(error) : line.refuse(error);
    const FactClasses classes(manifests);
    std::unique_ptr<ReportChanges> changes;
    if (line.has(QStringLiteral("since"))) {
        if (result == "-")
            return line.refuse(QStringLiteral("--since reads RESULT a second time: give it as a file"));
        changes = std::make_unique<ReportChanges>();
        changes->since = QFile::encodeName(line.value(QStringLiteral("since")));
        if (!compareResults(changes->since, result, classes, changes->diff, &error))
            return changes->diff.hasStoreFailed ? line.failedOutput(error) : line.refuse(error);
    }

    PageFile page;
    if (!page.open(QFile::encodeName(output), &error))
        return line.failedOutput(error);
    const QByteArray title = line.value(QStringLiteral("title"), line.operands()[0]).toUtf8();
    if (!writeReportPage(
            data, title, changes.get(), [&page](QByteArrayView bytes) { page.write(bytes); }, &error) ||
        !page.finish(&error))
        return line.failedOutput(error);
    return 0;
}

} // namespace collector
