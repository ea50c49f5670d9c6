#include "cli/explainverb.h"

#include "cli/connecttimeline.h"
#include "cli/helppage.h"
#include "cli/logincredentials.h"
#include "cli/plannedcommands.h"
#include "cli/standardoutput.h"
#include "inventory/selection.h"
#include "ssh/proxycommand.h"

#include <collector/joberror.h>

#include <QFile>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <unistd.h>

namespace collector {

namespace {

const char help[] =
    "collector explain HOST [-i SOURCE]… [-p PLUGIN]… [--connect] [options as for a run]\n\n"
    "Shows how HOST would be connected to: every setting in effect, with the file and line, variable or option that it is from.\n"
    "With -p also what that job would send first: the command line, and byte for byte its standard input. Passwords are shown as ***.\n"
    "Nothing is contacted, unless --connect is given: then one connection is made, up to the login, and each step is shown with the\n"
    "time that it took. No command is run (but `exit 0` with --transport openssh), and no new host key is written down.\n\n"
    "Exit status: 0 shown, also where the connection fails, 1 output error, 2 usage or input.\n\n"
    "Examples:\n"
    "  collector explain web01 -i hosts.ini\n"
    "  collector explain web01 -i hosts.ini -p ssh-facts --become --connect";

struct Row
{
    QString name;
    QString value;
    QString origin;
};

QString shown(SshWord word, const QByteArray &value)
{
    QByteArray text = word == SshWord::ProxyCommand ? shownCommand({QString::fromUtf8(value)}).toUtf8() : value;
    if (const qsizetype sign = value.indexOf('='); word == SshWord::SetEnv && sign >= 0) {
        const QByteArray name = value.left(sign).toLower();
        for (const char *secret : {"pass", "secret", "token", "key", "credential"}) {
            if (name.contains(secret))
                text = value.left(sign) + "=***";
        }
    }
    return printable(text, 500);
}

void addSettings(const SshHostConfig &config, QList<Row> &rows)
{
    for (int i = 0; i < sshSettingCount; ++i) {
        const auto word = SshWord(i);
        const SshSetting &setting = config.setting(word);
        for (qsizetype n = 0; n < setting.values.size(); ++n)
            rows.append({QString::fromLatin1(sshWordName(word)), shown(word, setting.values[n]), QString::fromUtf8(setting.origins[n])});
    }
}

// What is offered though nobody has named it: the keys that lie where ssh looks, and an agent's.
void addKeys(const SshSettings &settings, QList<Row> &rows)
{
    if (settings.identityFiles.isEmpty() && settings.mayUseDefaultKeys) {
        const QStringList usual = Credentials::defaultIdentities(QString::fromLocal8Bit(SshLocal::ofProcess().home));
        QStringList there;
        std::copy_if(usual.begin(), usual.end(), std::back_inserter(there), [](const QString &path) { return QFile::exists(path); });
        const QString none =
            usual.isEmpty() ? QStringLiteral("none: there is no home") : QStringLiteral("none: there is no %1, …").arg(usual.first());
        rows.append({QStringLiteral("→ keys"), there.isEmpty() ? none : there.join(QStringLiteral(", ")), QStringLiteral("default")});
    }
    if (settings.mayUseAgent && settings.agentSocket.isEmpty()) {
        const QString socket = qEnvironmentVariable("SSH_AUTH_SOCK");
        rows.append({QStringLiteral("→ agent"), socket.isEmpty() ? QStringLiteral("none") : socket, QStringLiteral("SSH_AUTH_SOCK")});
    }
}

// What follows from all of it, as a connection would have it.
void addConnection(const SshSettings &settings, const ConnectionPlaces &places, QList<Row> &rows)
{
    const auto isSaid = [&](const char *name) {
        return std::any_of(rows.begin(), rows.end(), [&](const Row &row) { return row.name == QLatin1String(name); });
    };
    const QString byDefault = QStringLiteral("default");
    if (settings.transport == SshTransport::Local) {
        rows.append({QStringLiteral("→ transport"), QStringLiteral("none: runs here, as %1").arg(printable(settings.user)), QString()});
        return;
    }
    if (!isSaid("User"))
        rows.append({QStringLiteral("User"), printable(settings.user), byDefault});
    if (!isSaid("Port"))
        rows.append({QStringLiteral("Port"), QString::number(settings.port), byDefault});
    const char *policy = settings.hostKeyPolicy == HostKeyPolicy::Off         ? "off"
                         : settings.hostKeyPolicy == HostKeyPolicy::AcceptNew ? "accept-new"
                                                                              : "strict";
    rows.append({QStringLiteral("→ host keys"), QLatin1String(policy), QString()});
    rows.append({QStringLiteral("→ new keys go to"),
                 settings.knownHostsFile.isEmpty() ? QStringLiteral("nowhere") : settings.knownHostsFile, QString()});
    rows.append({QStringLiteral("→ known as"), printable(knownHostsName(settings.host, settings.port, settings.hostKeyAlias)), QString()});
    for (const auto &jump : settings.jumps)
        rows.append({QStringLiteral("→ via"),
                     QStringLiteral("%1@%2 port %3").arg(printable(jump->user), printable(jump->host)).arg(jump->port), QString()});
    if (!settings.proxyCommand.isEmpty())
        rows.append({QStringLiteral("→ via command"), printable(shownCommand({settings.proxyCommand.last()}).toUtf8(), 500), QString()});
    if (settings.transport == SshTransport::Native) // ssh(1) sees to its own
        addKeys(settings, rows);
    const auto secret = [](const std::shared_ptr<const Secret> &of) { return of ? QStringLiteral("***") : QStringLiteral("none"); };
    rows.append({QStringLiteral("→ password"), secret(settings.password), QString::fromUtf8(places.password.origin)});
    rows.append({QStringLiteral("→ transport"),
                 settings.transport == SshTransport::OpenSsh ? QStringLiteral("openssh") : QStringLiteral("native"),
                 QString::fromUtf8(places.transport.origin)});
    const Become &become = settings.become;
    if (become.isWanted || !places.become.origin.isEmpty())
        rows.append({QStringLiteral("→ become"), become.isWanted ? QStringLiteral("yes") : QStringLiteral("no"),
                     QString::fromUtf8(places.become.origin)});
    if (become.isWanted) {
        const auto origin = [&](const SettingPlace &place) { return place.origin.isEmpty() ? byDefault : QString::fromUtf8(place.origin); };
        const char *method = become.method == Become::Method::Doas ? "doas" : become.method == Become::Method::Su ? "su" : "sudo";
        rows.append({QStringLiteral("→ become user"), printable(become.user), origin(places.becomeUser)});
        rows.append({QStringLiteral("→ become method"), QLatin1String(method), origin(places.becomeMethod)});
        rows.append({QStringLiteral("→ become password"), secret(become.password), QString::fromUtf8(places.becomePassword.origin)});
    }
    rows.append({QStringLiteral("→ connects to"),
                 QStringLiteral("%1@%2 port %3").arg(printable(settings.user), printable(settings.host)).arg(settings.port), QString()});
}

QByteArray table(const QList<Row> &rows)
{
    qsizetype name = 0;
    qsizetype value = 0;
    for (const Row &row : rows) {
        name = std::max(name, row.name.size());
        value = std::max(value, std::min<qsizetype>(row.value.size(), 60));
    }
    QString text;
    for (const Row &row : rows) {
        QString line = QStringLiteral("  %1  %2").arg(row.name.leftJustified(name), row.value);
        if (!row.origin.isEmpty())
            line = line.leftJustified(name + value + 4) + QStringLiteral("  ") + row.origin;
        text += line + u'\n';
    }
    return text.toUtf8();
}

std::shared_ptr<const Inventory> readInventory(const RunOptions &options)
{
    const QList<QByteArray> sources = options.bytes(QStringLiteral("inventory"));
    if (sources.isEmpty())
        throw UsageError(QStringLiteral("which inventory? Name one with -i; -i 'HOST,' for a host that stands in none"));
    LoadOptions load;
    load.standardInput = [] {
        QFile input;
        return input.open(STDIN_FILENO, QIODevice::ReadOnly) ? input.readAll() : QByteArray();
    };
    const LoadResult result = Inventory::load(sources, load);
    for (const Diagnostic &diagnostic : result.diagnostics) {
        const QByteArray line = diagnostic.toText();
        std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
    }
    if (!result)
        throw UsageError(QStringLiteral("the inventory has errors"));
    return result.inventory;
}

// Nobody is asked for a secret that is only shown as ***.
std::shared_ptr<Credentials> placeholders(const RunOptions &options, bool isInEnvironment)
{
    auto credentials = std::make_shared<Credentials>();
    if (const auto given = givenPassword(options, isInEnvironment))
        credentials->setPassword(Secret("***"), given->place);
    if (const auto given = givenBecomePassword(options))
        credentials->setBecomePassword(Secret("***"), given->place);
    return credentials;
}

QByteArray connection(const RunOptions &options, const LoginCredentials &login, std::shared_ptr<const HostSettings> settings,
                      std::shared_ptr<const Selection> selection, const InventoryHost &host)
{
    QString message;
    if (host.refusal(&message) != Cause::None)
        return "timeline\n  not contacted: " + message.toUtf8() + '\n';
    HostTransports::Setup setup;
    setup.settings = settings;
    setup.ssh.isExcluded = [selection](const QHostAddress &address) { return selection->isExcludedAddress(address); };
    HostTransports transports(std::move(setup));
    transports.ssh().agent = login.agent;
    return connectTimeline(transports, *settings, host, options.duration(QStringLiteral("timeout")).value_or(std::chrono::seconds(60)));
}

int print(QByteArrayView text)
{
    return printAnswer(text, QStringLiteral("collector explain"));
}

} // namespace

int runExplainVerb(const QStringList &given)
{
    QStringList words = given;
    if (words.contains(QStringLiteral("--help")) || words.contains(QStringLiteral("-h")))
        return print(helpParagraphs(QString::fromUtf8(help), helpWidth()).toUtf8());
    const bool isToConnect = words.removeAll(QStringLiteral("--connect")) > 0;
    QString name;
    if (!words.isEmpty() && !words.first().startsWith(u'-'))
        name = words.takeFirst();
    else if (words.size() > 1 && !words.last().startsWith(u'-'))
        name = words.takeLast();
    if (name.isEmpty())
        throw UsageError(QStringLiteral("explain which host? collector explain HOST -i SOURCE"));

    const RunOptions options(CommandLine::parse(words));
    std::optional<Secret> ofEnvironment = takeEnvironmentPassword();
    const auto config = readSshConfig(options);
    const auto inventory = readInventory(options);
    SelectionOptions select;
    select.limit = {name.toUtf8()};
    select.exclude = options.bytes(QStringLiteral("exclude"));
    for (const QString &pattern : options.never())
        select.never.append(pattern.toUtf8());
    SelectedPlugins selected = SelectedPlugins::load(options, listed(options.values(QStringLiteral("plugin"))));
    selected.prepare(*inventory);
    auto found = inventory->find(name.toUtf8());
    if (!found)
        throw UsageError(QStringLiteral("the inventory has no host %1: `collector inventory -i … --hosts` lists them").arg(name));
    const Selection::Result selection = Selection::make(inventory, select);
    if (!selection.selection)
        throw UsageError(QString::fromUtf8(selection.error));
    for (quint64 i = 0; i < selection.selection->candidates(); ++i) {
        const auto candidate = selection.selection->at(i);
        if (candidate && candidate->name() == found->name()) {
            found = candidate; // which knows whether it is excluded
            break;
        }
    }
    InventorySource::Setup sourceSetup;
    sourceSetup.jobs = selected.options;
    sourceSetup.needsConnection = true;
    const InventorySource source(std::move(sourceSetup));
    const InventoryHost host(source, *found);
    LoginCredentials login;
    if (isToConnect)
        login = LoginCredentials::gather(options, *config, std::move(ofEnvironment));
    else
        login.credentials = placeholders(options, ofEnvironment.has_value());
    const auto shared = std::make_shared<const HostSettings>(options, config, login.credentials);
    const HostSettings &settings = *shared;

    QList<Row> rows;
    QByteArray problem;
    QByteArray commands;
    QByteArray timeline;
    try {
        rows.append({QStringLiteral("target"), printable(settings.target(host)), QString()});
        addSettings(settings.explained(host), rows);
        const auto resolved = settings.settings(host);
        addConnection(*resolved, settings.places(host), rows);
        commands = plannedCommands(selected, host, *resolved);
        if (isToConnect)
            timeline = connection(options, login, shared, selection.selection, host);
    } catch (const JobError &error) {
        problem = "  cannot be connected to: " + error.message().toUtf8() + '\n';
    }
    QByteArray text = printable(host.name()).toUtf8() + '\n' + table(rows) + problem;
    if (problem.isEmpty()) {
        if (const auto lookup = settings.lookup(host, {}))
            text += "  note: CanonicalizeHostname: a run looks up first what " + printable(lookup->host).toUtf8() +
                    " is called; above it is as it is written\n";
    }
    for (const QString &warning : settings.warnings())
        text += "  note: " + warning.toUtf8() + '\n';
    for (const QString &word : config->unsupportedWords())
        text += "  without effect: " + word.toUtf8() + '\n';
    text += commands + timeline;
    return print(text);
}

} // namespace collector
