#include "inventoryverb.h"

#include "inventory/inventorylisting.h"
#include "inventory/lint.h"
#include "inventory/selection.h"

#include <QCommandLineParser>
#include <QFile>

#include <cstdio>
#include <unistd.h>

namespace collector {

namespace {

constexpr int outputError = 1;
constexpr int usageError = 2;
constexpr int findings = 3;

void complain(const QByteArray &text)
{
    QFile err;
    if (err.open(STDERR_FILENO, QIODevice::WriteOnly))
        err.write("collector inventory: " + text + '\n');
}

void report(const QList<Diagnostic> &diagnostics, bool quiet)
{
    QFile err;
    if (!err.open(STDERR_FILENO, QIODevice::WriteOnly))
        return;
    for (const Diagnostic &diagnostic : diagnostics) {
        if (diagnostic.severity == Diagnostic::Error || !quiet)
            err.write(diagnostic.toText());
    }
}

QList<QByteArray> bytes(const QStringList &texts)
{
    QList<QByteArray> list;
    for (const QString &text : texts)
        list.append(QFile::encodeName(text));
    return list;
}

class Output final
{
public:
    Output() { m_opened = m_file.open(STDOUT_FILENO, QIODevice::WriteOnly | QIODevice::Unbuffered); }
    bool write(const QByteArray &text)
    {
        m_good = m_good && m_opened && m_file.write(text) == text.size();
        return m_good;
    }
    int status() const { return m_good ? 0 : outputError; }

private:
    QFile m_file;
    bool m_opened = false;
    bool m_good = true;
};

int printHosts(const Selection &selection, Output &output)
{
    QByteArray buffer;
    for (quint64 i = 0; i < selection.candidates(); ++i) {
        if (const auto host = selection.at(i); host && !host->isExcluded())
            buffer += host->name() + '\n';
        if (buffer.size() > 64 * 1024) {
            if (!output.write(buffer))
                return outputError;
            buffer.clear();
        }
    }
    output.write(buffer);
    return output.status();
}

} // namespace

int runInventoryVerb(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Shows what an inventory means, as Ansible reads it. Contacts nothing."));
    const QCommandLineOption inventory(
        {QStringLiteral("i"), QStringLiteral("inventory")},
        QStringLiteral("File, folder, executable, list \"h1,h2,\", network, range or - for stdin; repeatable."), QStringLiteral("SOURCE"));
    const QCommandLineOption limit({QStringLiteral("l"), QStringLiteral("limit")}, QStringLiteral("Host pattern; with --hosts."),
                                   QStringLiteral("PATTERN"));
    const QCommandLineOption exclude({QStringLiteral("x"), QStringLiteral("exclude")},
                                     QStringLiteral("Host pattern, address, network or range to leave out; with --hosts."),
                                     QStringLiteral("PATTERN"));
    const QCommandLineOption shard(QStringLiteral("shard"), QStringLiteral("Only hosts of shard K of N, or auto; with --hosts."),
                                   QStringLiteral("K/N"));
    const QCommandLineOption list(QStringLiteral("list"), QStringLiteral("Everything as JSON, in the shape of ansible-inventory --list."));
    const QCommandLineOption host(QStringLiteral("host"), QStringLiteral("The variables of one host as JSON."), QStringLiteral("NAME"));
    const QCommandLineOption graph(QStringLiteral("graph"),
                                   QStringLiteral("Groups and hosts as a tree; of one group where it is named behind."));
    const QCommandLineOption hosts(QStringLiteral("hosts"), QStringLiteral("The names of the hosts, one a line."));
    const QCommandLineOption lint(QStringLiteral("lint"),
                                  QStringLiteral("What is wrong, and what is allowed but looks wrong; exit status 3 if anything."));
    const QCommandLineOption timeout(QStringLiteral("inventory-timeout"), QStringLiteral("Seconds for an executable source (60)."),
                                     QStringLiteral("SECONDS"), QStringLiteral("60"));
    const QCommandLineOption quiet({QStringLiteral("q"), QStringLiteral("quiet")}, QStringLiteral("No warnings."));
    parser.addOptions({inventory, limit, exclude, shard, list, host, graph, hosts, lint, timeout, quiet});
    const QCommandLineOption help = parser.addHelpOption();
    parser.addPositionalArgument(QStringLiteral("group"), QStringLiteral("Where --graph begins (all)."), QStringLiteral("[group]"));

    if (!parser.parse(QStringList{QStringLiteral("collector inventory")} + arguments)) {
        complain(parser.errorText().toUtf8());
        return usageError;
    }
    Output output;
    if (parser.isSet(help)) {
        output.write(parser.helpText().toUtf8());
        return output.status();
    }
    const int actions =
        int(parser.isSet(list)) + int(parser.isSet(host)) + int(parser.isSet(graph)) + int(parser.isSet(hosts)) + int(parser.isSet(lint));
    if (actions != 1 || !parser.isSet(inventory)) {
        complain(actions != 1 ? "one of --list, --host NAME, --graph, --hosts or --lint is needed" : "-i SOURCE is needed");
        return usageError;
    }
    bool timeoutValid = false;
    LoadOptions options;
    options.dynamicTimeout = std::chrono::seconds(parser.value(timeout).toUInt(&timeoutValid));
    if (!timeoutValid) {
        complain("--inventory-timeout is a number of seconds");
        return usageError;
    }
    options.standardInput = [] {
        QFile in;
        return in.open(STDIN_FILENO, QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    };
    options.dynamicStderr = [](const QByteArray &text) {
        QFile err;
        if (err.open(STDERR_FILENO, QIODevice::WriteOnly))
            err.write(text);
    };
    const LoadResult loaded = Inventory::load(bytes(parser.values(inventory)), options);
    if (parser.isSet(lint)) {
        QList<Diagnostic> all = loaded.diagnostics;
        if (loaded)
            all += lintInventory(*loaded.inventory);
        for (const Diagnostic &diagnostic : std::as_const(all))
            output.write(diagnostic.toText());
        if (output.status() != 0)
            return outputError;
        return all.isEmpty() ? 0 : (loaded ? findings : usageError);
    }
    report(loaded.diagnostics, parser.isSet(quiet));
    if (!loaded)
        return usageError;

    InventoryListing listing(*loaded.inventory, [&](const QByteArray &text) { return output.write(text); });
    if (parser.isSet(list)) {
        listing.list();
        return output.status();
    }
    if (parser.isSet(graph)) {
        const QByteArray group = parser.positionalArguments().value(0, QStringLiteral("all")).toUtf8();
        if (!loaded.inventory->hasGroup(group)) {
            complain("there is no group '" + group + "'");
            return usageError;
        }
        listing.graph(group);
        return output.status();
    }
    SelectionOptions selected;
    selected.limit = parser.isSet(host) ? QList<QByteArray>{parser.value(host).toUtf8()} : bytes(parser.values(limit));
    selected.exclude = bytes(parser.values(exclude));
    if (parser.isSet(shard)) {
        QByteArray problem;
        const auto parsed = Shard::parse(parser.value(shard).toUtf8(), &problem);
        if (!parsed) {
            complain(problem);
            return usageError;
        }
        selected.shard = *parsed;
    }
    const Selection::Result result = Selection::make(loaded.inventory, selected);
    for (const QByteArray &warning : result.warnings)
        complain(warning);
    if (!result.selection) {
        complain(result.error);
        return usageError;
    }
    if (parser.isSet(hosts))
        return printHosts(*result.selection, output);
    const auto one = result.selection->candidates() == 1 ? result.selection->at(0) : std::nullopt;
    if (!one) {
        complain("--host takes a pattern for exactly one host");
        return usageError;
    }
    listing.host(*one);
    return output.status();
}

} // namespace collector
