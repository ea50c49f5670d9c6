// HostRun: one attempt at one host: its jobs, one after the other, over one connection; and the record that comes of it.
//
// Lives outside the coroutine that it runs, so whoever destroys that (deadline, interrupt) still has what was learnt. On one
// worker's thread.

#pragma once

#include "engine/plan.h"
#include "engine/transport.h"
#include "model/record.h"
#include "model/runningjob.h"
#include "net/gate.h"
#include "net/offload.h"
#include "net/reactor.h"

#include <collector/job.h>

#include <QVarLengthArray>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace collector {

// What a host's run needs of its worker.
struct HostRunHost
{
    Reactor &reactor;
    Transport &transport;
    ThreadPool &pool;
    Gate &programs;  // local programs at once, of all workers
    Gate &qtSockets; // of Qt's, at once on this worker
    const Plan &plan;
    std::chrono::nanoseconds wallAhead{0}; // of the wall's clock over the steady one
};

class HostRun
{
public:
    // `slot`: its place at the worker, which with the number of the running job makes RunningJob::place.
    HostRun(const HostRunHost &worker, std::unique_ptr<PlannedHost> host, int attempt, int slot);
    ~HostRun();
    HostRun(const HostRun &) = delete;
    HostRun &operator=(const HostRun &) = delete;

    // Starts the jobs. `whenOver` is called, within the reactor's turn, once they have all ended, unless they end within this
    // call. Before that the run may be destroyed at any time, but only from the loop.
    void start(std::function<void()> whenOver);
    [[nodiscard]] bool isOver() const { return m_isOver; }
    // Whether its jobs were begun at all: the host was not refused beforehand.
    [[nodiscard]] bool hasBegun() const { return m_hasBegun; }

    [[nodiscard]] std::chrono::steady_clock::time_point startedAt() const { return m_start; }

    // Ends what still runs: the coroutine is destroyed, the running job gets this cause, those that had not begun as well.
    // From the loop only.
    void cut(Cause cause, const QString &message);

    // Whether this host is to be tried again: what it has met may pass, no command was sent, and attempts are left.
    [[nodiscard]] bool willRetry();

    // Whether it got no further than to a limit of this machine: no descriptor, no port. That is no attempt of the host's.
    [[nodiscard]] bool metLocalLimit();

    // As it stands now.
    [[nodiscard]] const Progress &progress();

    // The record, once over: the run has nothing left afterwards.
    [[nodiscard]] Record takeRecord();

    // Whether a job left coroutines behind that are not the run's to destroy. They are never resumed, but what they refer to must stay:
    // a run that has leaked is not to be destroyed.
    [[nodiscard]] bool hasLeaked() const { return !m_leaked.empty(); }

    [[nodiscard]] static quint64 place(int slot, int job) { return (quint64(slot) + 1) << 16 | quint64(job); }
    [[nodiscard]] static int slotOf(quint64 place) { return int(place >> 16) - 1; }
    [[nodiscard]] static int jobOf(quint64 place) { return int(place & 0xffff); }

private:
    class Context;

    Task<> runJobs();
    [[nodiscard]] bool isToBeRun(int job);
    void endedJob(JobResult &result);
    void end(JobResult &result, Cause cause, const QString &message);
    void begin(int job);
    void checkForLeaks();
    [[nodiscard]] RemoteShell &shell();
    [[nodiscard]] Pinger &pinger();

    HostRunHost m_worker;
    std::unique_ptr<PlannedHost> m_host;
    Progress m_progress;
    std::unique_ptr<HostShell> m_shell;
    std::unique_ptr<Pinger> m_pinger;
    std::vector<JobResult> m_results;               // by number of the job
    QVarLengthArray<char, 8> m_hasEnded;            // likewise
    std::unique_ptr<Context> m_context;             // of the job that runs, or ran last
    std::vector<std::unique_ptr<Context>> m_leaked; // of jobs that left coroutines behind
    std::function<void()> m_whenOver;
    std::optional<Task<>> m_task;
    std::chrono::steady_clock::time_point m_start;
    std::chrono::steady_clock::time_point m_lastEnd; // of a job; where none has ended yet, the start
    qint64 m_startedMs;
    int m_attempt;
    int m_slot;
    int m_running = -1;
    bool m_hasBegun = false;
    bool m_isStarting = false;
    bool m_isOver = false;
};

// The record of a host that was given up without a run: every job ends with that cause.
[[nodiscard]] Record recordWithoutRun(const Plan &plan, const PlannedHost &host, int attempts, Cause cause, const QString &message);

// How a job that ends with this cause stands in the record.
[[nodiscard]] Status statusOf(Cause cause);

} // namespace collector
