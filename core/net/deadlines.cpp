#include "net/deadlines.h"

namespace collector {

Deadlines::~Deadlines()
{
    for (const Entry &entry : m_heap)
        entry.timer->m_heap = nullptr;
}

void Deadlines::start(Timer &timer, Deadline deadline)
{
    if (deadline == never) {
        stop(timer);
        return;
    }
    if (!timer.m_heap) {
        timer.m_heap = this;
        m_heap.push_back({});
        rise(m_heap.size() - 1, {deadline, &timer});
    } else if (deadline < m_heap[timer.m_position].deadline) {
        rise(timer.m_position, {deadline, &timer});
    } else {
        sink(timer.m_position, {deadline, &timer});
    }
}

void Deadlines::stop(Timer &timer)
{
    if (!timer.m_heap)
        return;
    timer.m_heap = nullptr;
    const size_t hole = timer.m_position;
    const Entry last = m_heap.back();
    m_heap.pop_back();
    if (hole == m_heap.size())
        return;
    if (hole > 0 && last.deadline < m_heap[(hole - 1) / 2].deadline)
        rise(hole, last);
    else
        sink(hole, last);
}

void Deadlines::expire(Deadline now)
{
    while (!m_heap.empty() && m_heap.front().deadline <= now) {
        Timer &timer = *m_heap.front().timer;
        stop(timer);
        timer.expired();
    }
}

void Deadlines::place(size_t position, Entry entry)
{
    m_heap[position] = entry;
    entry.timer->m_position = position;
}

void Deadlines::rise(size_t position, Entry entry)
{
    while (position > 0 && entry.deadline < m_heap[(position - 1) / 2].deadline) {
        place(position, m_heap[(position - 1) / 2]);
        position = (position - 1) / 2;
    }
    place(position, entry);
}

void Deadlines::sink(size_t position, Entry entry)
{
    for (;;) {
        size_t child = 2 * position + 1;
        if (child >= m_heap.size())
            break;
        if (child + 1 < m_heap.size() && m_heap[child + 1].deadline < m_heap[child].deadline)
            ++child;
        if (entry.deadline <= m_heap[child].deadline)
            break;
        place(position, m_heap[child]);
        position = child;
    }
    place(position, entry);
}

} // namespace collector
