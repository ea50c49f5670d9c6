// Worker: one thread, its Qt event loop, its reactor, and the hosts that it has in flight. It takes hosts from the plan by
// itself, as many as its share of the window, the rate and the writer's credit allow; a host stays on its worker.
//
// Made on the main thread, then lives on its own; talks to the engine by its counters and two calls.

#pragma once

#include "engine/duerow.h"
#include "engine/hostrun.h"
#include "engine/ledger.h"
#include "engine/pace.h"
#include "engine/pendinghosts.h"
#include "engine/plan.h"
#include "engine/recordsink.h"
#include "engine/transport.h"
#include "engine/window.h"
#include "net/reactor.h"

#include <QThread>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace collector {

// What a worker counts for all to read.
struct WorkerCounters
{
    std::atomic<quint64> done = 0;    // hosts that have their record
    std::atomic<quint64> leftOut = 0; // of the plan, by the selection
    std::atomic<int> inFlight = 0;
    std::atomic<quint64> waiting = 0; // for another attempt
    std::atomic<int> window = 0;      // so many may be in flight now
    std::atomic<int> leastWindow = 0; // that it ever was
    std::array<std::atomic<quint64>, strainCount> cuts{};
};

class Worker
{
public:
    struct Setup
    {
        std::shared_ptr<const Plan> plan;
        TransportFactory &transports;
        std::unique_ptr<RecordSink> sink;
        ThreadPool &pool;
        Gate &programs;
        int window = 1;                 // hosts in flight
        double rate = 0;                // starts a second; 0: no limit
        std::function<void()> whenIdle; // from the worker's thread: nothing in flight, nothing left to take
        PendingHosts::Hosts pending{};  // what an abandoned worker left behind
        Cause stopCause = Cause::None;  // another: it is stopped from the start
        QString stopMessage{};
    };

    explicit Worker(Setup setup);
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // Throws std::system_error where there is no thread for it.
    void start();
    // Any thread. No new hosts; those in flight end with `cause`; of the rest each gets a record `not_attempted`.
    void stop(Cause cause, const QString &message);
    // Any thread: the writer has room again.
    void wake();
    // Ends the thread once its work is done; waits for it.
    void join();

    [[nodiscard]] const WorkerCounters &counters() const { return m_counters; }
    [[nodiscard]] const Ledger &ledger() const { return m_ledger; }
    // For the watchdog, any thread: asks the thread for a sign, and whether it still owes it. It owes one as long as anything holds it, in
    // a turn of its reactor or in a callback of Qt's.
    void askForSign();
    [[nodiscard]] bool owesSign() const { return m_owesSign; }
    // Likewise: whose coroutine runs now, as RunningJob::place has it; 0: nobody's.
    [[nodiscard]] quint64 runningPlace() const { return m_reactor.load() ? m_reactor.load()->runningPlace() : 0; }
    // For the watchdog: gives this worker up. From now on it touches neither plan nor sink, its thread is never waited for, and
    // the object must be leaked. Each host in flight gets a record `internal`; what was pending is for another worker.
    [[nodiscard]] PendingHosts::Hosts abandon(const QString &message);
    [[nodiscard]] RecordSink &sink() { return *m_setup.sink; }

private:
    struct Slot;
    struct Stop
    {
        Cause cause;
        QString message;
    };

    void fill();
    void fillLater();
    std::chrono::steady_clock::time_point readClocks();
    [[nodiscard]] Deadline timeUp(const HostRun &run);
    bool startNext();
    [[nodiscard]] int freePlace();
    void startHost(int place, quint64 index, int attempt, int refusals);
    void slotOver(Slot &slot);
    void endHost(Slot &slot);
    void giveUp(int place, quint64 index, int attempts);
    void wait(const Slot &slot, PendingHosts::Queue queue, RetryQueue::Entry entry);
    void put(Record &&record); // with the lock
    void flush();
    void stopNow(const Stop &stop);
    void timeRanOut(Slot &slot);
    void timeIsUp(Slot &slot);
    void checkIdle();
    [[nodiscard]] Deadline retryAt(int attempt);
    [[nodiscard]] Deadline roomAt(int refusals) const;
    [[nodiscard]] Task<> watchStrain();
    void publishWindow();
    void countInFlight();
    [[nodiscard]] int inHand() const { return int(m_slots.size()) - int(m_free.size()); } // hosts that have a slot
    void logLongest() const;

    Setup m_setup;
    QThread m_thread;
    std::atomic<Reactor *> m_reactor = nullptr;
    std::shared_ptr<Inbox> m_inbox; // the reactor's; set before start() returns
    std::unique_ptr<Transport> m_transport;
    Ledger m_ledger;
    WorkerCounters m_counters;
    std::atomic<bool> m_isAbandoned = false;
    std::atomic<bool> m_owesSign = false;
    // A host is struck out and its record given to the sink in one: who gives the worker up finds either both done or neither.
    std::mutex m_recordLock;
    PendingHosts m_pending;

    // Of the worker's thread.
    Gate m_qtSockets;
    std::vector<std::unique_ptr<Slot>> m_slots;
    std::vector<std::unique_ptr<Slot>> m_leaked; // their runs must outlive what a plugin left behind: never destroyed
    std::vector<int> m_free;
    std::vector<Slot *> m_over;   // ended in this turn
    std::vector<Slot *> m_ending; // of these, those that fill() has in hand; empty between its calls
    Pace m_pace;
    Window m_window;
    std::optional<Task<>> m_strainWatch;
    std::unique_ptr<Deadlines::Timer> m_fillTimer;
    std::optional<DueRow> m_timeRuns;               // of the hosts in flight
    std::chrono::steady_clock::time_point m_readAt; // readClocks(), as are the next two
    std::chrono::nanoseconds m_wallAhead{0};
    Deadline m_timeUp{}; // of a host that is started then
    std::optional<Stop> m_stop;
    quint64 m_jitter = 0;
    bool m_isFillDue = false;
    bool m_isIdleTold = false;
};

} // namespace collector
