#include "cli/run.h"

#include "cli/logging.h"
#include "cli/rerun.h"
#include "output/audit.h"
#include "output/endtext.h"
#include "output/leftjournal.h"
#include "output/livefile.h"
#include "plugin/loadguard.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QRandomGenerator>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace collector {

namespace {

// Who tells a process and then its group, as timeout(1) does, has meant one signal.
constexpr std::chrono::milliseconds sameSignal{200};

// The clock that --deadline may name is looked at so often: it can be set, and a timer does not count the time of a machine's sleep.
constexpr std::chrono::milliseconds betweenLooks{1000};

} // namespace

Run::Run(RunPreparation &preparation)
    : m_preparation(preparation),
      m_seed(QRandomGenerator::global()->generate64()),
      m_progress(preparation.options),
      m_signals([this](int signal) { received(signal); })
{
    m_deadline.setSingleShot(true);
    m_deadline.setTimerType(Qt::PreciseTimer);
    connect(&m_deadline, &QTimer::timeout, this, &Run::watchDeadline);
    logThrough([this](const QByteArray &line) { m_progress.say(line); });
}

Run::~Run()
{
    m_engine.reset(); // its workers use all that follows
    m_transports.reset();
    m_sinks.reset();
    m_crashNotes.reset();
    logThrough({});
}

void Run::start()
{
    openOutputs();
    sendToAudit(auditStart(*m_info, auditWho()));
    m_sinceFirstHost.start();
    startEngine();
    m_progress.start(m_info->id, [this] { return sample(); });
}

void Run::openOutputs()
{
    const RunOptions &options = m_preparation.options;
    RunInfo info = m_preparation.describe(QDateTime::currentMSecsSinceEpoch());
    WriterSetup setup;
    setup.outputs = m_preparation.outputs;
    if (options.has(QStringLiteral("resume")) && !m_preparation.sparesFiles) {
        QString error;
        const auto interrupted = findInterruptedRun(setup.outputs, &error);
        if (!error.isEmpty())
            throw UsageError(error);
        const bool retriesFailed = options.has(QStringLiteral("retry-failed"));
        // A run that tried every host is over, however few were ok: to go on with it would be to contact nobody, each night anew. Unless
        // what there is shall be accepted.
        const bool goesOn = retriesFailed || options.has(QStringLiteral("accept-partial"));
        for (const QByteArray &other : otherJournals(setup.outputs)) {
            if (goesOn || !hasEnded(other))
                throw UsageError(
                    QStringLiteral("the journal %1 is of an interrupted run whose first -o was the file beside it: name that -o "
                                   "first to go on with it; without --resume it is put aside")
                        .arg(QFile::decodeName(other)));
        }
        if (!interrupted)
            lookElsewhere(goesOn);
        if (interrupted && (goesOn || !hasEnded(journalPath(setup.outputs)))) {
            info.id = interrupted->runId;
            info.startedMs = interrupted->startedMs;
            m_seed = interrupted->seed;
            setup.eachSelected = m_preparation.eachSelectedOnResume();
            setup.resume = retriesFailed ? WriterSetup::Resume::RetryFailed : WriterSetup::Resume::Yes;
        }
    } else if (options.has(QStringLiteral("retry-failed")) && !options.has(QStringLiteral("resume"))) {
        throw UsageError(QStringLiteral("--retry-failed goes with --resume"));
    }
    m_end.minimumOkPercent = options.number(QStringLiteral("min-ok"), 0, 100).value_or(0);
    m_info = std::make_shared<RunInfo>(std::move(info));
    setup.run = m_info;
    setup.seed = m_seed;
    setup.columns = options.value(QStringLiteral("columns")).value_or(QString());
    if (isatty(STDOUT_FILENO))
        setup.tableWidth = terminalSize(STDOUT_FILENO).first;
    setup.onTerminal = [this](const std::function<void()> &write) { m_progress.aside(write); };
    setup.guardsFormulas =
        options.choice(QStringLiteral("csv-guard"), {QStringLiteral("on"), QStringLiteral("off")}).value_or(QStringLiteral("on")) == u"on";
    if (const auto mode = options.value(QStringLiteral("output-mode"))) {
        bool isNumber = false;
        setup.newFileMode = mode_t(mode->toUInt(&isNumber, 8));
        if (!isNumber || setup.newFileMode > 0777)
            throw UsageError(QStringLiteral("--output-mode takes permissions in octal such as 0640, not \"%1\"").arg(*mode));
    }
    if (const auto summary = options.value(QStringLiteral("summary"))) {
        setup.summaryPath = QFile::encodeName(*summary);
        // Of a variable that is not set there would be none, and of `-` a file of that name.
        if (summary->isEmpty() || namedDescriptor(setup.summaryPath) >= 0)
            throw UsageError(QStringLiteral("--summary takes the name of a file, not \"%1\"").arg(*summary));
    }
    setup.warn = [this](const QString &text) { say(text); };
    // Before anything on the disk is changed: a slip in these must not cost the journal that --resume would go on from.
    m_order = makeOrder();
    m_maxAuthFailures = int(options.integer(QStringLiteral("max-auth-failures"), 1, 1'000'000).value_or(3));
    setup.onRoom = [this] { m_sinks->wakeAll(); };
    setup.onFailure = [this](const QString &reason) {
        QMetaObject::invokeMethod(
            this, [this, reason] { outputFailed(reason); }, Qt::QueuedConnection);
    };
    QString error;
    m_writer = Writer::open(std::move(setup), &error);
    if (!m_writer)
        throw UsageError(error);
    m_crashNotes = std::make_unique<CrashNotes>(m_writer->journalDescriptor());
    m_strayOutput.emplace();
    m_sinks = std::make_unique<RunSinks>(*m_writer, std::function<void(const Record &)>());
}

// --resume finds nothing to go on from: all hosts would be asked once more, and nobody be told.
void Run::lookElsewhere(bool alsoEnded)
{
    const auto left = findRunElsewhere(m_preparation.outputs, m_preparation.options.values(QStringLiteral("output")), alsoEnded);
    if (!left)
        return;
    const QString journal = QFile::decodeName(left->journal);
    const QString its = printable(left->outputs.toUtf8(), 1000); // foreign bytes, as the whole journal
    if (left->isOfOutput)
        throw UsageError(
            QStringLiteral("the journal %1 is of a run that did not end, and had %2: give all of these to go on with it; without "
                           "--resume, or once that journal is removed, this run begins anew")
                .arg(journal, its));
    say(QStringLiteral(
            "the run of the journal %1 did not end, and is not gone on with: -o is another file by now, and this run begins anew; "
            "with %2 it would have gone on")
            .arg(journal, its));
}

void Run::startEngine()
{
    const RunPreparation &preparation = m_preparation;
    InventorySource::Setup source;
    source.selection = preparation.selection;
    source.jobs = preparation.selected.options;
    source.needsConnection = preparation.usesShell();
    if (m_writer->done().size() > 0)
        source.isDone = [this](const QByteArray &host) { return m_writer->done().contains(host); };
    for (const CrashNote &crash : m_writer->crashes())
        source.crashed.insert(crash.host,
                              QStringLiteral("the plugin %1 ended the interrupted run on this host (signal %2): it was passed over; "
                                             "--rerun with this result, and another -o, tries it again")
                                  .arg(printable(crash.plugin, 40))
                                  .arg(crash.signal));
    source.recordedVariables = preparation.recordedVariables;

    std::vector<PlannedJob> jobs;
    for (size_t i = 0; i < preparation.selected.plugins.size(); ++i)
        jobs.push_back(
            {preparation.selected.plugins[i].manifest, preparation.selected.plugins[i].job, preparation.selected.options->common(int(i))});
    RunLimits limits = preparation.limits;
    const quint64 hosts = preparation.selection->candidates();
    limits.threads = int(std::clamp<quint64>(hosts / 4, 1, quint64(limits.threads))); // a handful of hosts needs no crowd
    const auto plan =
        std::make_shared<Plan>(std::make_shared<InventorySource>(std::move(source)), std::move(m_order), std::move(jobs), limits);

    HostTransports::Setup transports;
    transports.settings = preparation.settings;
    transports.pingRate = preparation.pingRate;
    transports.ssh.maxAuthFailures = m_maxAuthFailures;
    transports.ssh.mark = QByteArrayLiteral("collector-") + m_info->id;
    transports.ssh.isExcluded = [selection = preparation.selection](const QHostAddress &address) {
        return selection->isExcludedAddress(address);
    };
    m_transports = std::make_unique<HostTransports>(std::move(transports));
    m_transports->ssh().agent = preparation.agent;
    m_transports->ssh().knownHostsAppender = std::make_shared<KnownHostsAppender>();
    if (isatty(STDERR_FILENO)) { // as for passphrases
        const auto makeWay = [this](TerminalQuestions::Draw draw) {
            m_progress.makeWay(std::move(draw));
            m_sinks->wakeAll(); // others may be started beside those that wait for the answer
        };
        m_questions = std::make_shared<TerminalQuestions>(TerminalQuestions::Setup{makeWay});
    }
    m_transports->ssh().questions = m_questions;

    m_writer->start();
    m_engine = std::make_unique<Engine>(plan, *m_transports, *m_sinks);
    m_engine->warn = [this](const QString &text) { say(text); };
    m_engine->tellPace = [this](const QString &text) {
        if (!m_progress.isQuiet())
            say(text);
    };
    watchDeadline(); // which may have come while the inventory was read, or a password waited for: then nobody is contacted
    m_engine->start([this] { engineFinished(); });
}

Order Run::makeOrder() const
{
    const RunOptions &options = m_preparation.options;
    const quint64 count = m_preparation.selection->candidates();
    const QString order =
        options.choice(QStringLiteral("order"), {QStringLiteral("spread"), QStringLiteral("inventory"), QStringLiteral("oldest")})
            .value_or(QStringLiteral("spread"));
    const auto since = options.value(QStringLiteral("since"));
    if (since && order != u"oldest")
        throw UsageError(QStringLiteral("--since goes with --order oldest"));
    if (order == u"spread")
        return Order::spread(count, m_seed);
    if (order == u"inventory")
        return Order::asListed(count);
    if (!since)
        throw UsageError(QStringLiteral("--order oldest needs --since RESULT, which says how old each host's data is"));
    if (count > 50'000'000)
        throw UsageError(QStringLiteral("--order oldest keeps every host in memory; these are too many: use --order spread"));
    const QHash<QByteArray, qint64> ages = [&] {
        const SignalsEndUs interruptible; // a pipe may keep us waiting
        return agesOf(*since);
    }();
    std::vector<std::pair<qint64, quint32>> byAge;
    for (quint64 index = 0; index < count; ++index) {
        const auto host = m_preparation.selection->at(index);
        byAge.emplace_back(host ? ages.value(host->name(), -1) : -1, quint32(index));
    }
    std::stable_sort(byAge.begin(), byAge.end());
    std::vector<quint32> indices;
    indices.reserve(byAge.size());
    for (const auto &[age, index] : byAge)
        indices.push_back(index);
    return Order::explicitly(std::move(indices));
}

void Run::received(int signal)
{
    if (signal == SIGUSR1) {
        m_progress.tell();
        return;
    }
    if (m_end.signal != 0 && m_sinceSignal.elapsed() < sameSignal.count())
        return;
    if (m_end.signal != 0) { // the second one: at once, the journal stays
        if (m_writer)
            m_writer->leaveJournalAlone();
        _exit(128 + signal);
    }
    m_end.signal = signal;
    m_sinceSignal.start();
    say(m_isFinishing ? QStringLiteral("every host is done, the outputs are being written; once more to end at once")
                      : QStringLiteral("interrupted: no new hosts; once more to end at once"));
    stopEngine(QStringLiteral("the run was interrupted"));
}

void Run::stopEngine(const QString &why)
{
    if (m_questions)
        m_questions->close();
    if (m_engine)
        m_engine->stop(Cause::Interrupted, why);
}

void Run::watchDeadline()
{
    if (!m_preparation.deadline)
        return;
    const auto left = m_preparation.deadline->left(std::chrono::milliseconds(m_sinceFirstHost.elapsed()));
    if (left.count() <= 0)
        deadlineCame();
    else
        m_deadline.start(std::min(left, betweenLooks));
}

void Run::deadlineCame()
{
    m_end.deadlinePassed = true;
    say(QStringLiteral("the deadline has come: no new hosts"));
    stopEngine(QStringLiteral("the deadline of the run came"));
}

void Run::outputFailed(const QString &reason)
{
    say(reason);
    m_saidFailure = reason;
    m_end.hasInternalError = true;
    stopEngine(QStringLiteral("an output could not be written"));
}

void Run::engineFinished()
{
    m_isFinishing = true;
    m_deadline.stop();
    if (m_questions)
        m_questions->close(); // nobody waits for the answer
    m_progress.stop();
    RunFinish finish;
    finish.end = m_end;
    finish.finishedMs = QDateTime::currentMSecsSinceEpoch();
    const auto &hostKeys = m_transports->ssh().knownHostsAppender;
    for (const QString &problem : hostKeys->finish())
        say(problem);
    for (const QString &warning : m_preparation.settings->warnings())
        say(warning);
    finish.hostKeysAdded = quint64(hostKeys->added());
    const Engine::Counts counts = m_engine->counts();
    finish.slowdowns = counts.slowdowns;
    finish.end.missing = counts.missing;
    if (counts.missing > 0) // never, unless we have a defect: then nothing may look whole
        say(QStringLiteral("internal error: %1 hosts have no record; the same command with --resume asks them").arg(counts.missing));
    finish.acceptsPartial = m_preparation.options.has(QStringLiteral("accept-partial"));
    m_writer->finish(finish, [this](const RunOutcome &outcome) {
        QMetaObject::invokeMethod(
            this, [this, outcome] { over(outcome); }, Qt::QueuedConnection);
    });
}

void Run::over(const RunOutcome &outcome)
{
    m_isOver = true;
    m_exitStatus = outcome.exitStatus;
    sendToAudit(auditEnd(*m_info, outcome.counts, m_exitStatus, m_progress.elapsedMs()));
    if (!m_progress.isQuiet()) {
        const auto [width, lines] = terminalSize(STDERR_FILENO);
        m_progress.say(endText(outcome, m_progress.elapsedMs(), {width, lines, m_progress.usesColor()}).toUtf8());
    } else if (!outcome.error.isEmpty() && outcome.error != m_saidFailure) {
        say(outcome.error);
    }
    QCoreApplication::exit(m_exitStatus);
}

ProgressSample Run::sample() const
{
    const Engine::Counts engine = m_engine->counts();
    ProgressSample sample;
    sample.counts = m_writer->counts();
    sample.total = engine.total;
    sample.done = sample.counts.hosts();
    sample.inFlight = engine.inFlight;
    sample.waiting = engine.waiting;
    sample.window = engine.window;
    sample.isSlowed = engine.window < engine.fullWindow;
    return sample;
}

void Run::say(const QString &text)
{
    m_progress.say(QByteArrayLiteral("collector: ") + text.toUtf8() + '\n');
}

int runCollector(const RunOptions &options)
{
    setUpLogging(options);
    RunPreparation preparation(options);
    int exitStatus = 0;
    {
        Run run(preparation);
        run.start();
        while (!run.isOver())
            QCoreApplication::exec(); // again, where a plugin has called QCoreApplication::quit()
        exitStatus = run.exitStatus();
    }
    QList<QByteArray> plugins;
    for (const auto &plugin : preparation.selected.plugins)
        plugins.append(plugin.manifest->name);
    guardEnd(plugins, exitStatus);
    return exitStatus;
}

} // namespace collector
