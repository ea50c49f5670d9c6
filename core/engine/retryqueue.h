// RetryQueue: the hosts that wait for their next attempt, as an index and two counts each; no slot, no frame. On one thread.

#pragma once

#include "net/deadlines.h"

#include <queue>
#include <vector>

namespace collector {

class RetryQueue
{
public:
    struct Entry
    {
        Deadline due;
        quint64 index;
        int attempt;      // the one that is to come
        int refusals = 0; // how often this machine had no room for it
    };

    void add(Entry entry) { m_entries.push(entry); }
    [[nodiscard]] bool isEmpty() const { return m_entries.empty(); }
    [[nodiscard]] size_t count() const { return m_entries.size(); }
    [[nodiscard]] Deadline due() const { return m_entries.empty() ? never : m_entries.top().due; }
    Entry take()
    {
        const Entry entry = m_entries.top();
        m_entries.pop();
        return entry;
    }

private:
    struct Later
    {
        bool operator()(const Entry &a, const Entry &b) const { return a.due > b.due; }
    };
    std::priority_queue<Entry, std::vector<Entry>, Later> m_entries;
};

} // namespace collector
