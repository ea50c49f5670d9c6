#include "cli/mergeverb.h"

#include "cli/leftovers.h"
#include "cli/verbline.h"

#include "output/compare/mergeoutput.h"
#include "output/compare/tables.h"
#include "output/outputlocks.h"

#include <QDateTime>
#include <QFile>

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace collector {

namespace {

const VerbTable &table()
{
    static const VerbTable verb{
        QStringLiteral("merge"),
        QStringLiteral("FILE…"),
        QStringLiteral(
            "Makes one result of many: of shards, sites, nights, or of what was merged before. For each host, the latest attempted\n"
            "record gives the status, and for each plugin the latest good facts give the facts (facts_from says where they are\n"
            "older); not_attempted replaces nothing. Order and repetition of the files make no difference.\n"
            "FILE is JSON or JSON lines, also .gz and .zst; - is stdin. OUT may be one of them."),
        {
            {QStringLiteral("output"), u'o', QStringLiteral("OUT"),
             QStringLiteral(".json .jsonl .csv, each also .gz .zst; repeatable; - is stdout (the default); appears whole or not at all")},
            {QStringLiteral("format"), u'f', QStringLiteral("FORMAT"),
             QStringLiteral("json, jsonl, csv, table or ansible-cache: for stdout, or where the ending does not say")},
            {QStringLiteral("tables"),
             {},
             QStringLiteral("DIR"),
             QStringLiteral("also write tidy tables into this folder: hosts.csv, interfaces.csv, addresses.csv, "
                            "disks.csv, mounts.csv, packages.csv, users.csv; `host` is in all of them, and addresses "
                            "name their interface, mounts their disk")},
            {QStringLiteral("columns"),
             {},
             QStringLiteral("PATH,…"),
             QStringLiteral(
                 "columns of CSV and table, in jq's path syntax; of fields, what a merge adds, and facts of plugins that are found "
                 "(COLLECTOR_PLUGIN_PATH names further folders)")},
            {QStringLiteral("csv-guard"),
             {},
             QStringLiteral("on|off"),
             QStringLiteral("an apostrophe before cells that a spreadsheet would run (on)"),
             {QStringLiteral("on"), QStringLiteral("off")}},
            {QStringLiteral("output-mode"),
             {},
             QStringLiteral("MODE"),
             QStringLiteral("of new files (0600); an existing file keeps owner and mode")},
            {QStringLiteral("quiet"), u'q', {}, QStringLiteral("no warnings")},
        },
        QStringLiteral(
            "Every record gains: first_seen (first attempt), last_ok, failing_since, streak (attempts in a row that ended alike; 1000: at "
            "least),\n"
            "history (what later merges need for these), and same_asset_as with same_asset_by: hosts that look like the same machine by\n"
            "machine id, product UUID, serial or host key. They are marked, never joined.\n\n"
            "Exit status: 0 written, 1 an output could not be written, or is being written by a run or another merge (none is changed "
            "then),\n"
            "or TMPDIR is full, 2 usage or input.\n\n"
            "Examples:\n"
            "  collector merge shard-*.json.zst -o night.json.zst\n"
            "  collector merge assets.json tonight.json -o assets.json --tables /srv/assets"),
        1,
        -1,
    };
    return verb;
}

int terminalWidth()
{
    winsize size{};
    return isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void warn(const QString &message)
{
    std::fputs(QStringLiteral("collector merge: %1\n").arg(message).toLocal8Bit().constData(), stderr);
}

// Nothing, and the reason in `error`, where an option makes no sense.
std::optional<MergeOutputSetup> setupOf(const VerbLine &line, QString *error)
{
    const auto outputs = parseOutputs(line.values(QStringLiteral("output")), line.value(QStringLiteral("format")),
                                      isatty(STDOUT_FILENO) != 0, QDateTime::currentMSecsSinceEpoch(), error);
    if (!outputs)
        return std::nullopt;
    MergeOutputSetup setup;
    // Tables alone are enough: nothing then goes to stdout unasked.
    const bool onlyTables =
        line.has(QStringLiteral("tables")) && !line.has(QStringLiteral("output")) && !line.has(QStringLiteral("format"));
    setup.outputs = onlyTables ? QList<OutputSpec>() : *outputs;
    setup.columns = line.values(QStringLiteral("columns"));
    setup.guardsFormulas = line.value(QStringLiteral("csv-guard")) != u"off";
    setup.tableWidth = terminalWidth();
    bool isOctal = false;
    setup.newFileMode = mode_t(line.value(QStringLiteral("output-mode"), QStringLiteral("0600")).toUInt(&isOctal, 8));
    if (!isOctal || setup.newFileMode > 0777) {
        *error = QStringLiteral("--output-mode is octal, such as 0640");
        return std::nullopt;
    }
    if (!line.has(QStringLiteral("quiet")))
        setup.warn = warn;
    return setup;
}

} // namespace

int runMergeVerb(const QStringList &words, const Manifests &manifests)
{
    const VerbLine line(table(), words);
    if (line.isDone())
        return line.exitStatus();
    QString error;
    auto setup = setupOf(line, &error);
    if (!setup)
        return line.refuse(error);

    // Before the first input: what somebody else puts in an output's place behind our reading it would be lost.
    OutputLocks locks("collector merge");
    std::unique_ptr<Tables> tables;
    Leftovers leftovers;
    for (const OutputSpec &spec : setup->outputs) {
        if (!locks.take(spec.path, &error))
            return line.failedOutput(error);
    }
    leftovers.add(locks);
    if (line.has(QStringLiteral("tables"))) {
        tables = std::make_unique<Tables>(QFile::encodeName(line.value(QStringLiteral("tables"))), setup->guardsFormulas);
        if (!tables->open(setup->newFileMode, &error))
            return line.failedOutput(error);
        leftovers.add(tables->locks());
        if (tables->isFolderNew())
            leftovers.addFolder(QFile::encodeName(line.value(QStringLiteral("tables"))));
        setup->alsoTake = [&tables](QByteArrayView record) { return tables->add(record); };
    }
    setup->beforeNaming = [&](QString *reason) {
        leftovers.forget();
        return !tables || tables->finish(reason);
    };

    const FactClasses classes(manifests);
    Merge merge(classes);
    for (const QString &file : line.operands()) {
        if (!merge.read(QFile::encodeName(file), &error))
            return merge.hasStoreFailed() ? line.failedOutput(error) : line.refuse(error);
    }
    if (!merge.conclude(&error))
        return line.failedOutput(error);
    switch (writeMerged(merge, manifests, *setup, &error)) {
    case MergeWritten::BadColumns:
        return line.refuse(error);
    case MergeWritten::Failed:
        return line.failedOutput(!error.isEmpty() || !tables ? error : tables->error());
    case MergeWritten::Yes:
        break;
    }
    if (setup->warn) {
        for (const QString &warning : merge.warnings())
            setup->warn(warning);
    }
    return 0;
}

} // namespace collector
