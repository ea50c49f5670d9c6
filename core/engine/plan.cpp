#include "engine/plan.h"

#include <algorithm>

namespace collector {

namespace {

constexpr quint64 mostAtOnce = 64;

// Depth first over `after`; a cycle is cut where it closes.
void place(int job, const std::vector<PlannedJob> &jobs, std::vector<char> &isSeen, std::vector<int> &order)
{
    if (std::exchange(isSeen[size_t(job)], 1))
        return;
    for (const QByteArray &name : jobs[size_t(job)].manifest->after) {
        const auto before = std::find_if(jobs.begin(), jobs.end(), [&](const PlannedJob &other) { return other.manifest->name == name; });
        if (before != jobs.end())
            place(int(before - jobs.begin()), jobs, isSeen, order);
    }
    order.push_back(job);
}

} // namespace

Plan::Plan(std::shared_ptr<const HostSource> source, Order order, std::vector<PlannedJob> jobs, RunLimits limits)
    : m_source(std::move(source)),
      m_order(std::move(order)),
      m_jobs(std::move(jobs)),
      m_limits(limits)
{
    m_limits.concurrency = std::max(1, m_limits.concurrency);
    m_limits.threads = std::clamp(m_limits.threads, 1, m_limits.concurrency); // each has a place for a host
    std::vector<char> isSeen(m_jobs.size());
    for (const PlannedJob &job : m_jobs)
        m_manifests.emplace_back(std::shared_ptr<const Manifest>(), job.manifest.get());
    for (int job = 0; job < int(m_jobs.size()); ++job) {
        if (m_jobs[size_t(job)].manifest->name == "ping")
            m_pingJob = job;
    }
    if (m_limits.isOnlyAlive && m_pingJob >= 0)
        place(m_pingJob, m_jobs, isSeen, m_runningOrder);
    for (int job = 0; job < int(m_jobs.size()); ++job)
        place(job, m_jobs, isSeen, m_runningOrder);
}

std::pair<quint64, quint64> Plan::take(int most) const
{
    const quint64 left = count() - taken();
    const quint64 share = std::clamp<quint64>(left / quint64(m_limits.threads * 4), 1, mostAtOnce);
    const quint64 want = std::min<quint64>(share, quint64(std::max(most, 1)));
    const quint64 first = m_next.fetch_add(want, std::memory_order_relaxed);
    return {std::min(first, count()), std::min(first + want, count())};
}

} // namespace collector
