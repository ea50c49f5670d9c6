#include "cli/diffverb.h"

#include "cli/commandline.h"
#include "cli/standardoutput.h"
#include "cli/verbline.h"

#include "output/compare/diffwriter.h"

#include <QFile>

namespace collector {

namespace {

const VerbTable &table()
{
    static const VerbTable verb{
        QStringLiteral("diff"),
        QStringLiteral("OLD NEW"),
        QStringLiteral(
            "Tells what changed from one result to another: hosts that came, went, became unreachable or returned, and facts\n"
            "by class, alike changes folded over hosts. OLD and NEW are JSON, JSON lines or CSV, also .gz and .zst; - is stdin."),
        {
            {QStringLiteral("format"),
             {},
             QStringLiteral("text|json"),
             QStringLiteral("how to tell it (text)"),
             {QStringLiteral("text"), QStringLiteral("json")}},
            {QStringLiteral("fail-on"),
             {},
             QStringLiteral("CLASS,…"),
             QStringLiteral("exit 1 only where something of these classes differs: hosts, identity, "
                            "hardware, configuration, state, sensitive (any difference)")},
            {QStringLiteral("all"), {}, {}, QStringLiteral("text: every host and every change, however many, in full length")},
        },
        QStringLiteral(
            "Classes are declared by the plugins: identity (who the host is), hardware, configuration, state (what moves by itself),\n"
            "noise (never told) and sensitive (told without its value). Facts that no plugin declares which is found count as\n"
            "configuration: COLLECTOR_PLUGIN_PATH names further folders.\n"
            "What one of the two runs could not know is not told as a change: facts of a job that failed, and those in \"absent\";\n"
            "in a CSV, the empty cells of a host that is partial. Two times of class state within two\n"
            "seconds of one another are one, read from a clock twice.\n\n"
            "Exit status: 0 no differences (of the classes asked for), 1 differences, an output error or a full\n"
            "TMPDIR, 2 usage or input.\n\n"
            "Examples:\n"
            "  collector diff monday.json tuesday.json\n"
            "  collector diff --fail-on identity,hardware monday.json.zst tuesday.json.zst\n"
            "  collector diff --format json a.jsonl b.jsonl | jq -r '.changes[] | select(.fact == \"kernel\") | .hosts[]'"),
        2,
        2,
    };
    return verb;
}

// The classes of --fail-on as bits, `hosts` beside them.
struct Judgement
{
    bool isOfHosts = false;
    unsigned classes = 0;

    [[nodiscard]] bool failsOn(const DiffResult &diff) const
    {
        if (isOfHosts && diff.hasHostChanges())
            return true;
        for (unsigned i = 0; i < 6; ++i) {
            if ((classes >> i & 1U) != 0 && diff.changes.count(FactSpec::Class(i)) > 0)
                return true;
        }
        return false;
    }
};

// Nothing where a word is no class, or there is none; it is in `wrong` then.
std::optional<Judgement> judgementOf(const QStringList &lists, QString *wrong)
{
    if (lists.isEmpty())
        return Judgement{true, ~0U};
    Judgement judgement;
    *wrong = lists.join(u',');
    for (const QString &word : listed(lists)) {
        bool isKnown = word == u"hosts";
        judgement.isOfHosts = judgement.isOfHosts || isKnown;
        for (unsigned i = 0; i < 6; ++i) {
            if (FactSpec::Class(i) != FactSpec::Class::Noise && word == QString::fromUtf8(className(FactSpec::Class(i)))) {
                judgement.classes |= 1U << i;
                isKnown = true;
            }
        }
        if (!isKnown) {
            *wrong = word;
            return std::nullopt;
        }
    }
    if (!judgement.isOfHosts && judgement.classes == 0) // as of a variable that is not set: nothing would ever differ
        return std::nullopt;
    return judgement;
}

} // namespace

int runDiffVerb(const QStringList &words, const Manifests &manifests)
{
    const VerbLine line(table(), words);
    if (line.isDone())
        return line.exitStatus();
    QString wrong;
    const auto judgement = judgementOf(line.values(QStringLiteral("fail-on")), &wrong);
    if (!judgement)
        return line.refuse(
            QStringLiteral("--fail-on knows hosts, identity, hardware, configuration, state, sensitive, not \"%1\"").arg(wrong));

    if (line.operands() == QStringList{QStringLiteral("-"), QStringLiteral("-")}) // the second would be empty: all hosts gone
        return line.refuse(QStringLiteral("standard input can be OLD or NEW, not both"));

    const DiffNames names{QFile::encodeName(line.operands()[0]), QFile::encodeName(line.operands()[1])};
    const FactClasses classes(manifests);
    DiffResult diff;
    QString error;
    if (!compareResults(names.before, names.after, classes, diff, &error))
        return diff.hasStoreFailed ? line.failedOutput(error) : line.refuse(error);

    StandardOutput out;
    const TextSink sink = [&out](QByteArrayView bytes) { out.write(bytes); };
    if (line.value(QStringLiteral("format")) == u"json")
        writeDiffJson(diff, names, sink);
    else
        writeDiffText(diff, names, line.has(QStringLiteral("all")), sink);
    if (!diff.changes.error().isEmpty())
        return line.failedOutput(diff.changes.error());
    if (const int status = line.finish(out))
        return status;
    return judgement->failsOn(diff) ? 1 : 0;
}

} // namespace collector
