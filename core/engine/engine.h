// Engine: carries a plan out: its workers, and the watchdog over them. Main thread.

#pragma once

#include "engine/plan.h"
#include "engine/recordsink.h"
#include "engine/transport.h"
#include "engine/worker.h"
#include "net/gate.h"
#include "net/offload.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <set>
#include <vector>

namespace collector {

class Engine : public QObject
{
public:
    // `transports` and `sinks` outlive the engine.
    Engine(std::shared_ptr<const Plan> plan, TransportFactory &transports, RecordSinkFactory &sinks);
    ~Engine() override;

    // Starts the workers. `whenFinished` is called on the main thread, once: every host has its record with the sinks. Throws
    // std::system_error where there is no thread for one of them.
    void start(std::function<void()> whenFinished);

    // Ends the run early: hosts in flight end with `cause`, the rest as not_attempted, with this message. Before start(): all of them.
    void stop(Cause cause, const QString &message);
    [[nodiscard]] bool isStopped() const { return m_isStopped; }

    struct Counts
    {
        quint64 total = 0; // candidates: an upper bound of the hosts
        quint64 done = 0;
        quint64 inFlight = 0;
        quint64 waiting = 0;    // for another attempt
        quint64 missing = 0;    // candidates that have no record, and were not left out: at the end, none
        quint64 window = 0;     // so many may be in flight now
        quint64 fullWindow = 0; // and so many if nothing is short
        Slowdowns slowdowns;
    };
    [[nodiscard]] Counts counts() const;

    // For the watchdog's messages to the log.
    std::function<void(const QString &)> warn;
    // That fewer hosts are taken at a time than might be, why, and that it is over.
    std::function<void(const QString &)> tellPace;
    // How long one call may hold a worker before it is told of, and before the worker is given up.
    std::chrono::milliseconds silenceToWarn{5'000};
    std::chrono::milliseconds silenceToAbandon{30'000};

private:
    std::unique_ptr<Worker> makeWorker(size_t number, PendingHosts::Hosts pending);
    void workerIdle(const Worker *idle);
    void watch();
    void watchPace();
    [[nodiscard]] int windowOf(size_t worker) const;

    std::shared_ptr<const Plan> m_plan;
    TransportFactory &m_transports;
    RecordSinkFactory &m_sinks;
    ThreadPool m_pool; // before the workers: destroyed after them
    Gate m_programs;
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::vector<Worker *> m_abandoned; // leaked: their threads hang
    std::function<void()> m_whenFinished;
    QTimer m_watchdog;
    Cause m_stopCause = Cause::None;
    QString m_stopMessage;
    std::set<const Worker *> m_idle;
    std::vector<std::chrono::nanoseconds> m_silences; // of each worker, while it owes a sign
    std::chrono::nanoseconds m_watchedAt{};           // steady clock
    Slowdowns m_told;                                 // of these the person knows
    std::array<bool, strainCount> m_isTold{};
    bool m_isStopped = false;
};

} // namespace collector
