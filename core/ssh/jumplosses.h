// JumpLosses: how often each chain of jump hosts was lost in this run, over all workers. Thread-safe.

#pragma once

#include <QByteArray>
#include <QString>

#include <chrono>
#include <map>
#include <mutex>

namespace collector {

class JumpLosses
{
public:
    using Clock = std::chrono::steady_clock;

    struct Count
    {
        int losses = 0;
        QString reason; // of the last one
    };

    // A session that was begun then was lost, or never came about. Sessions that fall together count once: all workers lose theirs when a
    // jump host goes.
    void add(const QByteArray &chain, Clock::time_point begun, const QString &reason)
    {
        const std::lock_guard lock(m_mutex);
        Chain &entry = m_chains[chain];
        if (entry.count.losses > 0 && begun < entry.last)
            return;
        ++entry.count.losses;
        entry.count.reason = reason;
        entry.last = Clock::now();
    }

    [[nodiscard]] Count of(const QByteArray &chain) const
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_chains.find(chain);
        return found == m_chains.end() ? Count() : found->second.count;
    }

private:
    struct Chain
    {
        Count count;
        Clock::time_point last;
    };

    mutable std::mutex m_mutex;
    std::map<QByteArray, Chain> m_chains;
};

} // namespace collector
