#include "engine/hostrun.h"

#include "engine/loopevent.h"
#include "net/localrun.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

using std::chrono::steady_clock;

qint64 milliseconds(steady_clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

bool isBeforeSession(Cause cause)
{
    return cause >= Cause::Dns && cause <= Cause::NoReply;
}

// What may pass by itself. Never a refused login or a wrong host key.
bool mayPass(Cause cause)
{
    switch (cause) {
    case Cause::Dns:
    case Cause::Refused:
    case Cause::ConnectTimeout:
    case Cause::Reset:
    case Cause::RateLimited:
    case Cause::HandshakeTimeout:
    case Cause::JumpFailed:
    case Cause::NoReply:
    case Cause::ConnectionLost: // the caller has seen to it that no command was sent
        return true;
    default:
        return false;
    }
}

QString wordless(const JobResult &result)
{
    return QStringLiteral("the plugin %1 does not say why").arg(QString::fromUtf8(result.facts.manifest().name));
}

} // namespace

Status statusOf(Cause cause)
{
    if (isBeforeSession(cause))
        return Status::Unreachable;
    switch (cause) {
    case Cause::None:
        return Status::Ok;
    case Cause::UnsupportedConnection:
    case Cause::Excluded:
        return Status::Skipped;
    case Cause::Interrupted:
    case Cause::NotAttempted:
        return Status::Cancelled;
    default:
        return Status::Failed;
    }
}

// What the running job is given.
class HostRun::Context final : public JobContext
{
public:
    Context(HostRun &run, int job) : m_run(run), m_job(job) {}

    RunningJob running;

    // Throws JobError (bad_variable).
    void takeOptions() { m_ownOptions = m_run.m_host->ownOptions(m_job); }

    const Host &host() const override { return *m_run.m_host; }
    const Options &options() const override { return m_ownOptions ? *m_ownOptions : m_run.m_worker.plan.jobs()[size_t(m_job)].options; }
    Facts &facts() override { return result().facts; }
    const Facts *factsOf(QByteArrayView plugin) const override
    {
        for (size_t i = 0; i < m_run.m_results.size(); ++i) {
            if (m_run.m_hasEnded[qsizetype(i)] && m_run.m_results[i].facts.manifest().name == plugin)
                return &m_run.m_results[i].facts;
        }
        return nullptr;
    }
    RemoteShell &shell() override
    {
        require(Manifest::Use::Shell);
        return m_run.shell();
    }
    Pinger &pinger() override
    {
        require(Manifest::Use::Ping);
        return m_run.pinger();
    }
    Task<std::unique_ptr<TcpStream>> connectTcp(quint16 port, std::chrono::milliseconds timeout) override
    {
        require(Manifest::Use::Tcp);
        return m_run.m_worker.transport.connectTcp(*m_run.m_host, m_run.m_progress, port, timeout);
    }
    Task<QByteArray> resolve() override
    {
        require(Manifest::Use::Tcp);
        return m_run.m_worker.transport.resolve(*m_run.m_host, m_run.m_progress);
    }
    Task<ShellReply> runLocally(LocalProgram program) override
    {
        require(Manifest::Use::Program);
        m_run.m_progress.isCommandSent = true; // nor does a program run twice
        return runLocalProgram(m_run.m_worker.reactor, m_run.m_worker.pool, m_run.m_worker.programs, std::move(program));
    }
    Task<> sleep(std::chrono::milliseconds duration) override
    {
        Reactor &reactor = m_run.m_worker.reactor;
        co_await reactor.sleepUntil(reactor.after(duration));
    }
    std::unique_ptr<Event> makeEvent() override { return std::make_unique<LoopEvent>(m_run.m_worker.reactor); }
    QObject *worker() override { return &m_run.m_worker.reactor; }
    Task<std::shared_ptr<void>> qtSocket() override
    {
        require(Manifest::Use::Tcp);
        Gate::Pass pass = co_await m_run.m_worker.qtSockets.enter(m_run.m_worker.reactor);
        co_return std::make_shared<Gate::Pass>(std::move(pass));
    }
    void setPartial(Cause cause, const QString &message) override
    {
        JobResult &own = result();
        if (own.status == Status::Partial)
            return; // the first reason counts
        own.status = Status::Partial;
        own.cause = recordedCause(cause);
        own.message = message.isEmpty() ? wordless(own) : message;
        if (m_run.m_shell)
            own.message += m_run.m_shell->remarkOn(own.cause);
    }

protected:
    Task<> runBlocking(std::function<void()> function) override
    {
        return offload(m_run.m_worker.reactor, m_run.m_worker.pool, std::move(function));
    }

private:
    JobResult &result() const { return m_run.m_results[size_t(m_job)]; }
    void require(Manifest::Use use) const { result().facts.manifest().require(use); }

    HostRun &m_run;
    const int m_job;
    std::optional<Options> m_ownOptions; // nothing: those of the command line
};

HostRun::HostRun(const HostRunHost &worker, std::unique_ptr<PlannedHost> host, int attempt, int slot)
    : m_worker(worker),
      m_host(std::move(host)),
      m_start(steady_clock::now()),
      m_lastEnd(m_start),
      m_startedMs(milliseconds(m_start.time_since_epoch() + worker.wallAhead)),
      m_attempt(attempt),
      m_slot(slot)
{
    m_results.reserve(worker.plan.jobs().size());
    for (const auto &manifest : worker.plan.manifests())
        m_results.push_back({Facts(manifest), Status::Ok, Cause::None, {}, 0});
    m_hasEnded.resize(qsizetype(m_results.size()), 0);
}

// The coroutine first: what it awaits lives in the members.
HostRun::~HostRun()
{
    m_task.reset();
}

void HostRun::start(std::function<void()> whenOver)
{
    QString message;
    const Cause refusal = m_host->refusal(&message);
    if (refusal != Cause::None) {
        --m_attempt; // this one is none
        cut(refusal, message);
        return;
    }
    m_whenOver = std::move(whenOver);
    m_hasBegun = true;
    m_isStarting = true;
    m_task.emplace(runJobs());
    m_task->start();
    collector::runningJob = nullptr;
    m_worker.reactor.setRunningPlace(0);
    m_isStarting = false;
}

Task<> HostRun::runJobs()
{
    for (const int job : m_worker.plan.runningOrder()) {
        if (isToBeRun(job)) {
            JobResult &result = m_results[size_t(job)];
            begin(job);
            try {
                m_context->takeOptions();
                co_await m_worker.plan.jobs()[size_t(job)].job->run(*m_context);
                m_hasEnded[job] = 1;
            } catch (const JobError &error) {
                end(result, error.cause(), error.message().isEmpty() ? wordless(result) : error.message());
            } catch (const std::exception &error) {
                end(result, Cause::PluginError,
                    QStringLiteral("the plugin %1 threw: %2; to end a job, throw JobError(cause, message)")
                        .arg(QString::fromUtf8(result.facts.manifest().name), printable(error.what())));
            } catch (...) {
                end(result, Cause::PluginError,
                    QStringLiteral("the plugin %1 threw what is no std::exception; throw JobError(cause, message)")
                        .arg(QString::fromUtf8(result.facts.manifest().name)));
            }
            endedJob(result);
        }
        // Another attempt is made at the whole host: no further job is tried over what has just failed, and may pass.
        if (willRetry() || metLocalLimit())
            break;
    }
    for (size_t i = 0; i < m_results.size(); ++i) {
        if (!m_hasEnded[qsizetype(i)])
            end(m_results[i], m_results[size_t(m_running)].cause, m_results[size_t(m_running)].message);
    }
    m_running = -1;
    m_isOver = true;
    if (!m_isStarting)
        m_whenOver();
}

// With --only-alive, a host that did not answer the ping is not troubled further.
bool HostRun::isToBeRun(int job)
{
    const int ping = m_worker.plan.pingJob();
    if (!m_worker.plan.limits().isOnlyAlive || job == ping || ping < 0 || m_results[size_t(ping)].status == Status::Ok)
        return true;
    JobResult &result = m_results[size_t(job)];
    end(result, m_results[size_t(ping)].cause, QStringLiteral("not tried: the host did not answer the ping (--only-alive)"));
    result.status = Status::Skipped;
    return false;
}

void HostRun::begin(int job)
{
    m_running = job;
    collector::runningJob = nullptr;
    m_context = std::make_unique<Context>(*this, job);
    RunningJob &running = m_context->running;
    const QByteArray &plugin = m_results[size_t(job)].facts.manifest().name;
    running.host = m_host->name();
    running.plugin = QByteArray::fromRawData(plugin.constData(), plugin.size()); // no count of its users: Plan::manifests()
    running.place = place(m_slot, job);
    collector::runningJob = &running;
    m_worker.reactor.setRunningPlace(running.place);
}

void HostRun::endedJob(JobResult &result)
{
    const auto now = steady_clock::now();
    result.elapsedMs = milliseconds(now - m_lastEnd);
    m_lastEnd = now;
    checkForLeaks();
}

// Once a job has ended, and its coroutine with it, nobody may wait in its name.
void HostRun::checkForLeaks()
{
    RunningJob &running = m_context->running;
    if (running.waits == 0)
        return;
    end(m_results[size_t(m_running)], Cause::PluginError,
        QStringLiteral(
            "the plugin %1 left a Task behind that still waits; await every Task (all(), first()), or destroy it, before run() ends")
            .arg(QString::fromUtf8(running.plugin)));
    running.isOver = true;
    m_leaked.push_back(std::move(m_context));
}

void HostRun::end(JobResult &result, Cause cause, const QString &message)
{
    result.status = statusOf(cause);
    result.cause = cause;
    result.message = message;
    m_hasEnded[&result - m_results.data()] = 1;
}

void HostRun::cut(Cause cause, const QString &message)
{
    m_task.reset();
    const auto now = steady_clock::now();
    if (m_running >= 0 && !m_hasEnded[m_running])
        m_results[size_t(m_running)].elapsedMs = milliseconds(now - m_lastEnd);
    m_lastEnd = now;
    for (size_t i = 0; i < m_results.size(); ++i) {
        if (!m_hasEnded[qsizetype(i)])
            end(m_results[i], cause, message);
    }
    if (m_running >= 0 && m_context)
        checkForLeaks();
    m_isOver = true;
}

const Progress &HostRun::progress()
{
    if (m_shell)
        m_shell->report(m_progress);
    return m_progress;
}

bool HostRun::willRetry()
{
    if (progress().isCommandSent)
        return false;
    bool mayRetry = false, isOnlySilence = true;
    for (const JobResult &result : m_results) {
        if (mayPass(result.cause)) {
            mayRetry = true;
            isOnlySilence = isOnlySilence && result.cause == Cause::NoReply;
        }
    }
    const RunLimits &limits = m_worker.plan.limits();
    return mayRetry && m_attempt <= (isOnlySilence ? limits.pingRetries : limits.retries);
}

// Of connections only: pings that this machine would not send have been tried again, patiently, where they are sent.
bool HostRun::metLocalLimit()
{
    if (progress().isCommandSent)
        return false;
    return std::any_of(m_results.begin(), m_results.end(), [](const JobResult &result) {
        const auto &uses = result.facts.manifest().uses;
        return result.cause == Cause::LocalLimit && (uses.contains(Manifest::Use::Shell) || uses.contains(Manifest::Use::Tcp));
    });
}

RemoteShell &HostRun::shell()
{
    if (!m_shell) {
        const Deadline end = m_worker.reactor.after(m_worker.plan.limits().timeout);
        m_progress.timeUp = end == never ? never : end - (steady_clock::now() - m_start);
        m_shell = m_worker.transport.makeShell(*m_host, m_progress);
    }
    return *m_shell;
}

Pinger &HostRun::pinger()
{
    if (!m_pinger)
        m_pinger = m_worker.transport.makePinger(*m_host, m_progress);
    return *m_pinger;
}

namespace {

Record recordOf(const PlannedHost &host)
{
    Record record;
    record.host = host.name();
    record.address = host.address();
    record.groupsJson = host.groupsJson();
    record.vars = host.recordedVariables();
    return record;
}

} // namespace

Record recordWithoutRun(const Plan &plan, const PlannedHost &host, int attempts, Cause cause, const QString &message)
{
    Record record = recordOf(host);
    record.attempts = attempts;
    for (const auto &manifest : plan.manifests())
        record.jobs.push_back({Facts(manifest), statusOf(cause), cause, message, 0});
    concludeFromJobs(record);
    return record;
}

Record HostRun::takeRecord()
{
    Record record = recordOf(*m_host);
    if (!progress().address.isEmpty())
        record.address = m_progress.address;
    if (m_attempt > 0)
        record.startedMs = m_startedMs;
    record.elapsedMs = milliseconds(m_lastEnd - m_start);
    record.attempts = m_attempt;
    record.jobs = std::move(m_results);
    record.connection = std::move(m_progress.connection);
    concludeFromJobs(record);
    return record;
}

} // namespace collector
