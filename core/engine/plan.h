// Plan: hosts × jobs, as decided before the first host. Immutable but for the position of the next host, which workers take
// by themselves. Any thread.

#pragma once

#include "engine/hostsource.h"
#include "engine/order.h"

#include <collector/job.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace collector {

struct PlannedJob
{
    std::shared_ptr<const Manifest> manifest;
    Job *job = nullptr; // outlives the plan
    Options options;    // as on the command line
};

struct RunLimits
{
    int threads = 1;
    int concurrency = 500;                           // hosts in flight, all workers together
    double rate = 200;                               // starts a second, all workers together; 0: no limit
    std::chrono::milliseconds timeout{60'000};       // one attempt at one host
    int retries = 1;                                 // further attempts
    int pingRetries = 2;                             // further attempts after no_reply
    bool isOnlyAlive = false;                        // others start only where `ping` had an answer
    std::chrono::milliseconds retryDelay{5000};      // before the second attempt; doubles
    std::chrono::milliseconds roomPatience{120'000}; // while no host has room here: after it they are given up
    std::chrono::milliseconds roomDelay{1000};       // before a host that met a limit of this machine is tried again; doubles
};

class Plan
{
public:
    Plan(std::shared_ptr<const HostSource> source, Order order, std::vector<PlannedJob> jobs, RunLimits limits);

    [[nodiscard]] const HostSource &source() const { return *m_source; }
    [[nodiscard]] const std::vector<PlannedJob> &jobs() const { return m_jobs; }
    // Those of the jobs, for Facts; valid as long as the plan. Copies are not counted: a count that all workers change for each
    // host is a cache line that they take from each other (core/decisions/nothing-counted-in-common.md).
    [[nodiscard]] const std::vector<std::shared_ptr<const Manifest>> &manifests() const { return m_manifests; }
    // Numbers of the jobs in the order in which they run on a host: as -p names them, but each behind those that its manifest
    // names in `after`.
    [[nodiscard]] const std::vector<int> &runningOrder() const { return m_runningOrder; }
    // As given, but no more threads than hosts may be in flight.
    [[nodiscard]] const RunLimits &limits() const { return m_limits; }
    [[nodiscard]] quint64 count() const { return m_order.count(); }
    [[nodiscard]] quint64 indexAt(quint64 position) const { return m_order.at(position); }

    // The next positions, [first, last): at most `most`, and fewer towards the end, so that workers end together. Empty: all
    // have been taken.
    [[nodiscard]] std::pair<quint64, quint64> take(int most) const;
    [[nodiscard]] quint64 taken() const { return std::min(m_next.load(std::memory_order_relaxed), count()); }

    // The number of the job `ping`; -1: it is not among them.
    [[nodiscard]] int pingJob() const { return m_pingJob; }

private:
    std::shared_ptr<const HostSource> m_source;
    Order m_order;
    std::vector<PlannedJob> m_jobs;
    std::vector<std::shared_ptr<const Manifest>> m_manifests;
    std::vector<int> m_runningOrder;
    RunLimits m_limits;
    int m_pingJob = -1;
    alignas(64) mutable std::atomic<quint64> m_next = 0; // on a cache line of its own: all else is only read
};

} // namespace collector
