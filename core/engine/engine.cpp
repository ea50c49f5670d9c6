#include "engine/engine.h"

#include "engine/culprit.h"
#include "net/localrun.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

constexpr int poolThreads = 8; // for plugins that block
constexpr int mostLost = 56;   // of their steps that hang, which have others in their threads' places
constexpr std::chrono::milliseconds patienceAtEnd(1000);

std::chrono::nanoseconds steadyNow()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace

Engine::Engine(std::shared_ptr<const Plan> plan, TransportFactory &transports, RecordSinkFactory &sinks)
    : m_plan(std::move(plan)),
      m_transports(transports),
      m_sinks(sinks),
      m_pool(poolThreads, "blocking", mostLost),
      m_programs(mostLocalPrograms)
{
    connect(&m_watchdog, &QTimer::timeout, this, &Engine::watch);
}

Engine::~Engine()
{
    m_pool.abandon(patienceAtEnd); // every host has its record: a step that hangs must not hold the end of the run
}

// Its share: together they have what --concurrency says, no more.
int Engine::windowOf(size_t worker) const
{
    const RunLimits &limits = m_plan->limits();
    return limits.concurrency / limits.threads + (int(worker) < limits.concurrency % limits.threads ? 1 : 0);
}

std::unique_ptr<Worker> Engine::makeWorker(size_t number, PendingHosts::Hosts pending)
{
    // The sink must be able to wake a worker that is made after it.
    auto slot = std::make_shared<std::atomic<Worker *>>(nullptr);
    const int workers = m_plan->limits().threads;
    Worker::Setup setup{
        m_plan,
        m_transports,
        m_sinks.make([slot] {
            if (Worker *worker = slot->load())
                worker->wake();
        }),
        m_pool,
        m_programs,
        windowOf(number),
        m_plan->limits().rate / workers,
        [this, slot] {
            QMetaObject::invokeMethod(
                this, [this, slot] { workerIdle(slot->load()); }, Qt::QueuedConnection);
        },
        std::move(pending),
        m_stopCause,
        m_stopMessage,
    };
    auto worker = std::make_unique<Worker>(std::move(setup));
    slot->store(worker.get());
    return worker;
}

void Engine::start(std::function<void()> whenFinished)
{
    m_whenFinished = std::move(whenFinished);
    for (int i = 0; i < m_plan->limits().threads; ++i)
        m_workers.push_back(makeWorker(size_t(i), {}));
    for (const auto &worker : m_workers)
        worker->start();
    m_silences.assign(m_workers.size(), {});
    m_watchedAt = steadyNow();
    m_watchdog.start(std::min(std::chrono::milliseconds(1000), silenceToWarn / 2));
}

void Engine::stop(Cause cause, const QString &message)
{
    if (std::exchange(m_isStopped, true))
        return;
    m_stopCause = cause;
    m_stopMessage = message;
    for (const auto &worker : m_workers)
        worker->stop(cause, message);
}

Engine::Counts Engine::counts() const
{
    Counts counts;
    counts.total = m_plan->count();
    counts.fullWindow = quint64(m_plan->limits().concurrency);
    quint64 leftOut = 0;
    const auto add = [&counts, &leftOut](const WorkerCounters &worker) {
        leftOut += worker.leftOut.load(std::memory_order_relaxed);
        counts.done += worker.done.load(std::memory_order_relaxed);
        counts.inFlight += quint64(std::max(0, worker.inFlight.load(std::memory_order_relaxed)));
        counts.waiting += worker.waiting.load(std::memory_order_relaxed);
        counts.window += quint64(worker.window.load(std::memory_order_relaxed));
        for (size_t i = 0; i < strainCount; ++i)
            counts.slowdowns.times[i] += worker.cuts[i].load(std::memory_order_relaxed);
    };
    for (const auto &worker : m_workers)
        add(worker->counters());
    for (const Worker *worker : m_abandoned)
        add(worker->counters());
    counts.missing = counts.total - std::min(counts.total, counts.done + leftOut);
    for (const auto &worker : m_workers)
        counts.slowdowns.leastInFlight += counts.slowdowns.isAny() ? quint64(worker->counters().leastWindow.load()) : 0;
    return counts;
}

// What a worker that was given up says is of no account.
void Engine::workerIdle(const Worker *idle)
{
    m_idle.insert(idle);
    if (!std::all_of(m_workers.begin(), m_workers.end(), [this](const auto &one) { return m_idle.contains(one.get()); }))
        return;
    m_watchdog.stop();
    watchPace();
    for (const auto &worker : m_workers)
        worker->join();
    if (m_whenFinished)
        std::exchange(m_whenFinished, {})();
}

// Each reason once, until there is no restraint any more: who sees it oscillate learns nothing by being told each time.
void Engine::watchPace()
{
    static constexpr std::array<const char *, strainCount> reasons{
        "this machine has no descriptor, port or buffer left (ulimit -n, ip_local_port_range)",
        "packets are lost on the way from here, or hosts fall silent all at once", "this machine does not keep up"};
    const Counts now = counts();
    for (size_t i = 0; i < strainCount; ++i) {
        if (now.slowdowns.times[i] == m_told.times[i])
            continue;
        // A window that all hosts fit in holds nobody back; who is refused something is held back whatever the other workers have.
        const bool isHeldBack = Strain(i) == Strain::LocalLimit || now.window < now.total;
        const bool isNews = isHeldBack && !std::exchange(m_isTold[i], true);
        m_told.times[i] = now.slowdowns.times[i];
        if (isNews && tellPace)
            tellPace(QStringLiteral("slower: %1: at most %2 hosts in flight for now, not %3")
                         .arg(QLatin1String(reasons[i]))
                         .arg(now.window)
                         .arg(now.fullWindow));
    }
    if (now.window < now.fullWindow || std::none_of(m_isTold.begin(), m_isTold.end(), [](bool isTold) { return isTold; }))
        return;
    m_isTold = {};
    if (tellPace)
        tellPace(QStringLiteral("no longer slower: up to %1 hosts in flight again").arg(now.window));
}

void Engine::watch()
{
    watchPace();
    // What passes while the process is stopped (Ctrl-Z), or while this thread does not get its turn, is no silence of a worker's.
    const auto now = steadyNow();
    const auto passed = std::min<std::chrono::nanoseconds>(now - std::exchange(m_watchedAt, now), 2 * m_watchdog.intervalAsDuration());
    for (size_t number = 0; number < m_workers.size(); ++number) {
        std::unique_ptr<Worker> &worker = m_workers[number];
        std::chrono::nanoseconds &silence = m_silences[number];
        silence = worker->owesSign() ? silence + passed : std::chrono::nanoseconds(0);
        worker->askForSign();
        if (silence < silenceToWarn)
            continue;
        const double seconds = std::chrono::duration<double>(silence).count();
        const QString who = culprit(*m_plan, worker->ledger(), worker->runningPlace());
        if (silence < silenceToAbandon) {
            if (warn)
                warn(QStringLiteral("%1 has held a worker for %2 s without yielding").arg(who).arg(seconds, 0, 'f', 0));
            continue;
        }
        const QString message =
            QStringLiteral("a worker was given up: %1 held it for %2 s without yielding; what computes for long or blocks "
                           "belongs into co_await job.blocking(…)")
                .arg(who)
                .arg(seconds, 0, 'f', 0);
        if (warn)
            warn(message);
        PendingHosts::Hosts pending = worker->abandon(message);
        m_abandoned.push_back(worker.release());
        silence = {};
        worker = makeWorker(number, std::move(pending));
        worker->start();
    }
}

} // namespace collector
