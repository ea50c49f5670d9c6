#include "cli/inventoryverb.h"

#include "cli/verbline.h"

#include "inventory/inventorylisting.h"
#include "inventory/lint.h"
#include "inventory/selection.h"

#include <QFile>

#include <cstdio>
#include <unistd.h>

namespace collector {

namespace {

constexpr int usageError = 2;
constexpr int findings = 3;

const VerbTable &table()
{
    const auto text = [](const char *utf8) { return QString::fromUtf8(utf8); };
    static const VerbTable verb{
        text("inventory"),
        text("-i SOURCE --list|--host NAME|--graph [GROUP]|--hosts|--lint"),
        text("Shows what an inventory means, as Ansible reads it, and finds what is wrong in it. Contacts nothing."),
        {
            {text("inventory"), u'i', text("SOURCE"),
             text("repeatable, later ones add: - (stdin) · a list h1,h2, · a folder, an executable, "
                  "a YAML, JSON or INI file · a network · a range a-b")},
            {text("list"), {}, {}, text("everything as JSON, in the shape of ansible-inventory --list")},
            {text("host"), {}, text("NAME"), text("the variables of one host as JSON")},
            {text("graph"), {}, {}, text("groups and hosts as a tree, of GROUP or of all")},
            {text("hosts"), {}, {}, text("names of hosts, one a line, as -l, -x and --shard leave them")},
            {text("lint"), {}, {}, text("what is wrong, and what is allowed and looks wrong; exit status 3 if anything")},
            {text("limit"), u'l', text("PATTERN"), text("with --hosts: host patterns as Ansible has them")},
            {text("exclude"), u'x', text("PATTERN"), text("with --hosts: host patterns, addresses, networks and ranges to leave out")},
            {text("shard"), {}, text("K/N"), text("with --hosts: only those of shard K of N, or auto")},
            {text("inventory-timeout"), {}, text("SECONDS"), text("for one call of an executable (60)")},
            {text("quiet"), u'q', {}, text("no warnings")},
        },
        text("Exit status: 0 shown, 1 output error, 2 usage or an error in the inventory, 3 findings of --lint.\n\n"
             "Examples:\n"
             "  collector inventory -i hosts.ini --lint\n"
             "  collector inventory -i 10.0.0.0/8 -x 10.1.0.0/16 --shard 2/10 --hosts\n"
             "  collector inventory -i hosts.ini -l 'web:!db' --hosts"),
        0,
        1,
    };
    return verb;
}

QList<QByteArray> encoded(const QStringList &texts)
{
    QList<QByteArray> list;
    for (const QString &text : texts)
        list.append(QFile::encodeName(text));
    return list;
}

int printHosts(const VerbLine &line, const Selection &selection, StandardOutput &output)
{
    bool isHeard = true;
    for (quint64 i = 0; isHeard && i < selection.candidates(); ++i) {
        const auto host = selection.at(i);
        if (host && !host->isExcluded())
            isHeard = output.write(host->name() + '\n');
    }
    return line.finish(output);
}

LoadResult load(const VerbLine &line, std::chrono::seconds timeout)
{
    LoadOptions options;
    options.dynamicTimeout = timeout;
    options.standardInput = [] {
        QFile in;
        return in.open(STDIN_FILENO, QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    };
    options.dynamicStderr = [](const QByteArray &text) { std::fwrite(text.data(), 1, static_cast<size_t>(text.size()), stderr); };
    return Inventory::load(encoded(line.values(QStringLiteral("inventory"))), options);
}

int printLint(const VerbLine &line, const LoadResult &loaded, StandardOutput &output)
{
    QList<Diagnostic> all = loaded.diagnostics;
    if (loaded)
        all += lintInventory(*loaded.inventory);
    for (const Diagnostic &diagnostic : std::as_const(all))
        output.write(diagnostic.toText());
    if (const int status = line.finish(output))
        return status;
    if (!loaded)
        return usageError;
    return all.isEmpty() ? 0 : findings;
}

int printGraph(const VerbLine &line, const LoadResult &loaded, InventoryListing &listing, StandardOutput &output)
{
    const QByteArray group = line.operands().value(0, QStringLiteral("all")).toUtf8();
    if (!loaded.inventory->hasGroup(group))
        return line.refuse(QStringLiteral("there is no group \"%1\"").arg(QString::fromUtf8(group)));
    listing.graph(group);
    return line.finish(output);
}

/// --hosts and --host.
int printSelected(const VerbLine &line, const LoadResult &loaded, InventoryListing &listing, StandardOutput &output)
{
    SelectionOptions options;
    options.limit = encoded(line.values(line.has(QStringLiteral("host")) ? QStringLiteral("host") : QStringLiteral("limit")));
    options.exclude = encoded(line.values(QStringLiteral("exclude")));
    if (line.has(QStringLiteral("shard"))) {
        QByteArray problem;
        const auto shard = Shard::parse(line.value(QStringLiteral("shard")).toUtf8(), &problem);
        if (!shard)
            return line.refuse(QString::fromUtf8(problem));
        options.shard = *shard;
    }
    const Selection::Result result = Selection::make(loaded.inventory, options);
    for (const QByteArray &warning : result.warnings)
        line.refuse(QString::fromUtf8(warning));
    if (!result.selection)
        return line.refuse(QString::fromUtf8(result.error));
    if (line.has(QStringLiteral("hosts")))
        return printHosts(line, *result.selection, output);
    const auto one = result.selection->candidates() == 1 ? result.selection->at(0) : std::nullopt;
    if (!one)
        return line.refuse(QStringLiteral("--host takes a pattern for exactly one host"));
    listing.host(*one);
    return line.finish(output);
}

} // namespace

int runInventoryVerb(const QStringList &arguments)
{
    const VerbLine line(table(), arguments);
    if (line.isDone())
        return line.exitStatus();
    int actions = 0;
    for (const char *action : {"list", "host", "graph", "hosts", "lint"})
        actions += line.has(QString::fromLatin1(action)) ? 1 : 0;
    if (actions != 1)
        return line.refuse(QStringLiteral("one of --list, --host NAME, --graph, --hosts and --lint is needed"));
    if (!line.has(QStringLiteral("inventory")))
        return line.refuse(QStringLiteral("-i SOURCE is needed"));
    for (const char *option : {"limit", "exclude", "shard"}) { // else more would be shown than was asked for
        if (line.has(QString::fromLatin1(option)) && !line.has(QStringLiteral("hosts")))
            return line.refuse(QStringLiteral("--%1 goes with --hosts").arg(QLatin1String(option)));
    }
    if (!line.operands().isEmpty() && !line.has(QStringLiteral("graph")))
        return line.refuse(QStringLiteral("\"%1\" is one too many: a source needs -i in front").arg(line.operands().first()));
    bool valid = false;
    const uint seconds = line.value(QStringLiteral("inventory-timeout"), QStringLiteral("60")).toUInt(&valid);
    if (!valid || seconds == 0)
        return line.refuse(QStringLiteral("--inventory-timeout is a number of seconds"));

    StandardOutput output;
    const LoadResult loaded = load(line, std::chrono::seconds(seconds));
    if (line.has(QStringLiteral("lint")))
        return printLint(line, loaded, output);
    for (const Diagnostic &diagnostic : loaded.diagnostics) {
        if (diagnostic.severity == Diagnostic::Error || !line.has(QStringLiteral("quiet")))
            std::fputs(diagnostic.toText().constData(), stderr);
    }
    if (!loaded)
        return usageError;
    InventoryListing listing(*loaded.inventory, [&](const QByteArray &text) { return output.write(text); });
    if (line.has(QStringLiteral("list"))) {
        listing.list();
        return line.finish(output);
    }
    if (line.has(QStringLiteral("graph")))
        return printGraph(line, loaded, listing, output);
    return printSelected(line, loaded, listing, output);
}

} // namespace collector
