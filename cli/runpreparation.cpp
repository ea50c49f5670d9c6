#include "cli/runpreparation.h"

#include "cli/inputguard.h"
#include "cli/logging.h"
#include "cli/logincredentials.h"
#include "cli/optiontable.h"
#include "cli/rerun.h"
#include "cli/signals.h"
#include "inventory/diagnostic.h"
#include "model/nearest.h"
#include "net/localrun.h"
#include "output/livefile.h"
#include "output/retry.h"
#include "output/timestamp.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QThread>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr int mostThreads = 8; // beyond, OpenSSL's locks cost more than a core gives
constexpr int mostConcurrency = 50'000;
constexpr int ownDescriptors = 500;     // what is left to everything but connections
constexpr int mostDescriptors = 65'000; // libssh keeps 16 bits of a descriptor's number
constexpr int fewestDescriptors = 24;
constexpr int descriptorsPerThread = 16; // five are a worker's own

void print(const QByteArray &text)
{
    std::fwrite(text.constData(), 1, size_t(text.size()), stderr);
}

// Raises the soft limit of open files to what libssh can bear, and says what it is then.
int raiseDescriptorLimit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, mostDescriptors);
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return int(limit.rlim_cur);
}

bool isFile(const OutputSpec &output)
{
    return output.format == OutputSpec::Format::AnsibleCache ||
           (namedDescriptor(output.path) < 0 && placeKind(output.path) != PlaceKind::Stream);
}

bool isNobodyIn(const Selection &selection)
{
    for (quint64 index = 0; index < selection.candidates(); ++index) {
        if (selection.at(index))
            return false;
    }
    return true;
}

QByteArray readStandardInput()
{
    QFile input;
    if (!input.open(0, QIODevice::ReadOnly))
        return {};
    return input.readAll();
}

} // namespace

RunPreparation::RunPreparation(const RunOptions &given) : options(given), m_environmentPassword(takeEnvironmentPassword())
{
    selectPlugins();
    parseOutputs();
    guardInputs();
    decideLimits();
    readInventory();
    readSshConfigs();
    openLogFile(options); // which is none of the files that were read
    gatherCredentials();
    settings = std::make_shared<HostSettings>(options, sshConfig, credentials);
}

bool RunPreparation::isSelected(QByteArrayView plugin) const
{
    return std::any_of(selected.plugins.begin(), selected.plugins.end(),
                       [plugin](const auto &each) { return each.manifest->name == plugin; });
}

bool RunPreparation::usesShell() const
{
    return std::any_of(selected.plugins.begin(), selected.plugins.end(), [](const auto &each) { return each.manifest->usesShell(); });
}

void RunPreparation::selectPlugins()
{
    const QStringList names = listed(options.values(QStringLiteral("plugin")));
    if (names.isEmpty() && !options.line().foreign().isEmpty())
        throw UsageError(unknownOption(QStringLiteral("--") + options.line().foreign().first().name, {}));
    if (names.isEmpty())
        throw UsageError(QStringLiteral("which job? Name one with -p: `collector plugins` lists them"));
    selected = SelectedPlugins::load(options, names);
    for (const QString &folder : selected.missing)
        print(QStringLiteral("collector: %1\n").arg(folder).toUtf8());
}

void RunPreparation::parseOutputs()
{
    QString error;
    const auto parsed =
        collector::parseOutputs(options.values(QStringLiteral("output")), options.value(QStringLiteral("format")).value_or(QString()),
                                isatty(STDOUT_FILENO), QDateTime::currentMSecsSinceEpoch(), &error);
    if (!parsed)
        throw UsageError(error);
    outputs = *parsed;
    for (const QString &name : listed(options.values(QStringLiteral("vars")))) {
        recordedVariables.append(name.toUtf8());
        if (isSecretName(recordedVariables.last()))
            throw UsageError(QStringLiteral("--vars %1: its name says that it is a secret, and secrets are in no record").arg(name));
    }
}

void RunPreparation::guardInputs()
{
    const InputGuard guard(options, outputs);
    guard.checkOptions(options);
    for (const auto &[option, file] : selected.options->files())
        guard.check(QStringLiteral("the file of ") + option, file);
}

void RunPreparation::guardFilesOf(const LoadResult &inventory) const
{
    const InputGuard guard(options, outputs);
    for (const QByteArray &file : inventory.files)
        guard.check(QStringLiteral("a file of the inventory"), file);
}

void RunPreparation::decideLimits()
{
    const bool isPingAlone = selected.plugins.size() == 1 && isSelected("ping");
    limits.threads =
        int(options.integer(QStringLiteral("threads"), 1, 64).value_or(std::clamp(QThread::idealThreadCount(), 1, mostThreads)));
    limits.timeout = options.duration(QStringLiteral("timeout")).value_or(isSelected("ssh-facts") ? 120s : 60s);
    if (const auto retries = options.integer(QStringLiteral("retries"), 0, 100))
        limits.retries = limits.pingRetries = int(*retries);
    limits.isOnlyAlive = options.has(QStringLiteral("only-alive"));
    if (limits.isOnlyAlive && !isSelected("ping"))
        throw UsageError(QStringLiteral("--only-alive needs -p ping: it asks the other jobs only where ping had an answer"));

    const auto rate = options.rate(QStringLiteral("rate"));
    pingRate = rate.value_or(5000);
    limits.rate = usesShell() ? rate.value_or(200) : 0;
    for (int job = 0; job < int(selected.plugins.size()); ++job) {
        const auto own = selected.options->rate(job);
        if (!own)
            continue;
        if (selected.plugins[size_t(job)].manifest->name == "ping")
            pingRate = *own;
        else
            limits.rate = *own;
    }
    if (const auto text = options.value(QStringLiteral("deadline")))
        deadline = DeadlineTime::parse(*text);

    const auto concurrency = options.integer(QStringLiteral("concurrency"), 1, mostConcurrency);
    limits.concurrency = int(concurrency.value_or(500));
    if (!concurrency && isPingAlone) {
        // So many are on their way when all of them are silent for as long as they may be.
        const Options &ping = selected.options->common(0);
        const double seconds = double(ping.integer("wait") + (ping.integer("count") - 1) * ping.integer("interval")) / 1000 + 1;
        limits.concurrency = pingRate == 0 ? mostConcurrency : int(std::clamp(pingRate * seconds, 500.0, double(mostConcurrency)));
    }
    // A host whose local program waits for its turn would wait on its own time.
    const bool runsPrograms = std::any_of(selected.plugins.begin(), selected.plugins.end(),
                                          [](const auto &each) { return each.manifest->uses.contains(Manifest::Use::Program); });
    if (!concurrency && runsPrograms)
        limits.concurrency = mostLocalPrograms;
    const int descriptors = raiseDescriptorLimit();
    if (descriptors < fewestDescriptors)
        throw UsageError(QStringLiteral("this process may open %1 files at most, and a run needs %2; raise the limit (ulimit -n)")
                             .arg(descriptors)
                             .arg(fewestDescriptors));
    limits.threads = std::min(limits.threads, descriptors / descriptorsPerThread);
    const int own = std::min(ownDescriptors, descriptors / 2);
    const int most = std::max(1, (descriptors - own) / (options.has(QStringLiteral("jump")) ? 3 : 1));
    if (usesShell() && limits.concurrency > most) {
        print(QStringLiteral("collector: --concurrency %1 is more than this process's limit of open files allows (%2): using %3; "
                             "raise it with `ulimit -n`\n")
                  .arg(limits.concurrency)
                  .arg(descriptors)
                  .arg(most)
                  .toUtf8());
        limits.concurrency = most;
    }
}

void RunPreparation::readInventory()
{
    const SignalsEndUs interruptible; // a dynamic inventory takes its time
    QList<QByteArray> sources = options.bytes(QStringLiteral("inventory"));
    if (sources.isEmpty())
        throw UsageError(QStringLiteral("which hosts? Name an inventory with -i: a file, a list `h1,h2,`, a CIDR, or - for stdin"));
    LoadOptions load;
    load.standardInput = readStandardInput;
    load.dynamicStderr = print;
    const LoadResult result = Inventory::load(sources, load);
    for (const Diagnostic &diagnostic : result.diagnostics)
        print(diagnostic.toText());
    if (!result)
        throw UsageError(QStringLiteral("the inventory has errors: nothing was contacted"));
    guardFilesOf(result);
    inventorySha256 = result.sha256;
    selected.prepare(*result.inventory);

    SelectionOptions select;
    select.limit = options.bytes(QStringLiteral("limit"));
    select.exclude = options.bytes(QStringLiteral("exclude"));
    for (const QString &pattern : options.never())
        select.never.append(pattern.toUtf8());
    if (const auto shard = options.value(QStringLiteral("shard"))) {
        QByteArray problem;
        const auto parsed = Shard::parse(shard->toUtf8(), &problem);
        if (!parsed)
            throw UsageError(QString::fromUtf8(problem));
        select.shard = *parsed;
        shardText = QByteArray::number(parsed->number) + '/' + QByteArray::number(parsed->of); // what `auto` came to
    }
    if (const auto result2 = options.value(QStringLiteral("rerun")))
        select.only = hostsToRerun(*result2, options.value(QStringLiteral("status")).value_or(QString()));
    else if (options.has(QStringLiteral("status"))) // all hosts would be contacted, not those that were meant
        throw UsageError(QStringLiteral("--status goes with --rerun RESULT, which says what each host's status was"));
    const Selection::Result made = Selection::make(result.inventory, select);
    for (const QByteArray &warning : made.warnings)
        print("collector: " + warning + '\n');
    if (!made.selection)
        throw UsageError(QString::fromUtf8(made.error));
    selection = made.selection;

    const bool mayBeEmpty = options.has(QStringLiteral("shard")) || options.has(QStringLiteral("rerun"));
    const bool isEmpty = isNobodyIn(*selection);
    checkRerun(select, isEmpty);
    if (isEmpty && !mayBeEmpty)
        throw UsageError(QStringLiteral("no host matched: `collector inventory -i … -l … --hosts` shows what does"));
    if (const auto result2 = options.value(QStringLiteral("rerun")))
        guardResult(*result2, !isEmpty);
}

// Nobody to be tried again is a good end. Somebody, of whom nobody is there, is another result than was meant, or another inventory: the
// files of the next ones would be replaced by nothing.
void RunPreparation::checkRerun(const SelectionOptions &select, bool isEmpty) const
{
    if (!select.only || select.only->isEmpty())
        return;
    const QString result = options.value(QStringLiteral("rerun")).value_or(QString());
    if (const QString warning = strangersTo(selection->inventory(), *select.only, result); !warning.isEmpty())
        print(QStringLiteral("collector: %1\n").arg(warning).toUtf8());
    SelectionOptions whole = select;
    whole.shard = {}; // a part of them may have nobody
    if (isEmpty && isNobodyIn(*Selection::make(selection->inventory().shared_from_this(), whole).selection))
        throw UsageError(QStringLiteral("--rerun %1: no host that is to be tried again matches --limit").arg(result));
}

// A run writes the hosts that it was asked for and no others. Whoever means to write them over the result that named them has scripts that
// do; where they are none, nothing would be left of it.
void RunPreparation::guardResult(const QString &result, bool hasHosts)
{
    const auto over = outputOver(result, outputs);
    if (!over)
        return;
    if (!hasHosts) {
        sparesFiles = true;
        outputs.removeIf([](const OutputSpec &output) { return isFile(output); });
        print(
            QStringLiteral("collector: --rerun %1: no host is to be tried again; %1 stays as it is, and so do all files that are outputs\n")
                .arg(result)
                .toUtf8());
        return;
    }
    QStringList files{result};
    for (const OutputSpec &output : outputs) {
        if (isFile(output) && output.path != over->path)
            files.append(QString::fromLocal8Bit(output.path));
    }
    const Retry retry = Retry::of(files);
    print(QStringLiteral("collector: --rerun %1: %2 will have the hosts of this run alone; to keep the others: %3%4\n")
              .arg(result, QString::fromLocal8Bit(over->path), retry.options,
                   retry.joining.isEmpty() ? QString() : QStringLiteral(", then ") + retry.joining)
              .toUtf8());
}

void RunPreparation::readSshConfigs()
{
    if (!usesShell()) {
        sshConfig = std::make_shared<const SshConfig>();
        return;
    }
    sshConfig = readSshConfig(options);
    InputGuard(options, outputs).checkSshConfig(*sshConfig);
    if (const QStringList words = sshConfig->unsupportedWords(); !words.isEmpty())
        print(QStringLiteral("collector: words of ssh_config without effect here: %1\n").arg(words.join(QStringLiteral(", "))).toUtf8());
}

void RunPreparation::gatherCredentials()
{
    if (!usesShell()) {
        LoginCredentials::forgo(options);
        credentials = std::make_shared<Credentials>();
        return;
    }
    LoginCredentials gathered = LoginCredentials::gather(options, *sshConfig, std::move(m_environmentPassword));
    credentials = std::move(gathered.credentials);
    agent = std::move(gathered.agent);
}

// Inventory, patterns and shard are compared by whoever goes on; what a file holds that they name is not.
std::function<void(const std::function<void(QByteArrayView)> &)> RunPreparation::eachSelectedOnResume() const
{
    const QStringList limit = options.values(QStringLiteral("limit"));
    const bool namesFile = std::any_of(limit.begin(), limit.end(), [](const QString &pattern) { return pattern.contains(u'@'); });
    const auto result = options.value(QStringLiteral("rerun"));
    if (result && outputOver(*result, outputs)) // what the interrupted run itself wrote over says no more who was asked for
        return {};
    if (!result && !namesFile)
        return {};
    return [selection = selection](const std::function<void(QByteArrayView)> &use) {
        for (quint64 index = 0; index < selection->candidates(); ++index) {
            if (const auto host = selection->at(index))
                use(host->name());
        }
    };
}

RunInfo RunPreparation::describe(qint64 nowMs) const
{
    RunInfo info;
    info.id = makeRunId(nowMs, quint16(QRandomGenerator::global()->generate()));
    info.startedMs = nowMs;
    for (const auto &plugin : selected.plugins)
        info.plugins.push_back({plugin.manifest, plugin.sha256});
    for (const CoreOption &option : coreOptions()) {
        if (option.name.isEmpty() || !options.has(option.name))
            continue;
        if (option.argument.isEmpty())
            info.options.insert(option.name, true);
        else if (option.isRepeatable)
            info.options.insert(option.name, QJsonArray::fromStringList(options.values(option.name)));
        else
            info.options.insert(option.name, options.value(option.name).value_or(QString()));
    }
    const QJsonObject given = selected.options->given();
    for (auto it = given.begin(); it != given.end(); ++it)
        info.options.insert(it.key(), it.value());
    info.secretOptions = selected.options->secrets();
    info.inventorySha256 = inventorySha256;
    info.scriptSha256 = selected.scriptSha256;
    info.shard = shardText;
    info.hosts = selection->candidates();
    return info;
}

} // namespace collector
