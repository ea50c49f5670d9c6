#include "engine/engine.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

constexpr int poolThreads = 8; // for plugins that block

std::chrono::nanoseconds steadyNow()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace

Engine::Engine(std::shared_ptr<const Plan> plan, TransportFactory &transports, RecordSinkFactory &sinks)
    : m_plan(std::move(plan)),
      m_transports(transports),
      m_sinks(sinks),
      m_pool(poolThreads, "blocking")
{
    connect(&m_watchdog, &QTimer::timeout, this, &Engine::watch);
}

Engine::~Engine()
{
    if (!m_abandoned.empty())
        m_pool.abandon();
}

std::unique_ptr<Worker> Engine::makeWorker(Worker::Pending pending)
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
        std::max(1, (m_plan->limits().concurrency + workers - 1) / workers),
        m_plan->limits().rate / workers,
        [this] {
            QMetaObject::invokeMethod(
                this, [this] { workerIdle(); }, Qt::QueuedConnection);
        },
        std::move(pending),
    };
    auto worker = std::make_unique<Worker>(std::move(setup));
    slot->store(worker.get());
    return worker;
}

void Engine::start(std::function<void()> whenFinished)
{
    m_whenFinished = std::move(whenFinished);
    for (int i = 0; i < m_plan->limits().threads; ++i)
        m_workers.push_back(makeWorker({}));
    for (const auto &worker : m_workers)
        worker->start();
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
    const auto add = [&counts](const WorkerCounters &worker) {
        counts.done += worker.done.load(std::memory_order_relaxed);
        counts.inFlight += quint64(std::max(0, worker.inFlight.load(std::memory_order_relaxed)));
        counts.waiting += worker.waiting.load(std::memory_order_relaxed);
    };
    for (const auto &worker : m_workers)
        add(worker->counters());
    for (const Worker *worker : m_abandoned)
        add(worker->counters());
    return counts;
}

void Engine::workerIdle()
{
    if (++m_idle < int(m_workers.size()))
        return;
    m_watchdog.stop();
    for (const auto &worker : m_workers)
        worker->join();
    if (m_whenFinished)
        std::exchange(m_whenFinished, {})();
}

void Engine::watch()
{
    for (auto &worker : m_workers) {
        const int64_t started = worker->turnStarted();
        if (started == 0)
            continue;
        const auto silence = steadyNow() - std::chrono::nanoseconds(started);
        if (silence < silenceToWarn)
            continue;
        const double seconds = std::chrono::duration<double>(silence).count();
        if (silence < silenceToAbandon) {
            if (warn)
                warn(QStringLiteral("a worker has been held for %1 s by a call that does not yield").arg(seconds, 0, 'f', 0));
            continue;
        }
        const QString message = QStringLiteral("a worker was given up: a call held it for %1 s without yielding; a plugin that "
                                               "computes for long or blocks belongs into co_await blocking(…)")
                                    .arg(seconds, 0, 'f', 0);
        if (warn)
            warn(message);
        Worker::Pending pending = worker->abandon(message);
        m_abandoned.push_back(worker.release());
        worker = makeWorker(std::move(pending));
        worker->start();
        if (m_isStopped)
            worker->stop(m_stopCause, m_stopMessage);
    }
}

} // namespace collector
