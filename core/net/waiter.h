// Waiter: a coroutine that waits for something on a reactor, as a node of its ready list.
//
// Every awaitable of this room holds one. Whatever happens (readiness, a deadline, a result from another thread) only moves
// the waiter to the ready list; the reactor resumes from there, never from within a callback. Its destructor, as of the
// coroutine that holds it, takes it off again. On the reactor's thread only.

#pragma once

#include "model/runningjob.h"

#include <atomic>
#include <coroutine>
#include <utility>

namespace collector {

class Waiter
{
public:
    Waiter() = default;
    Waiter(const Waiter &) = delete;
    Waiter &operator=(const Waiter &) = delete;
    ~Waiter()
    {
        unlink();
        release();
    }

    void suspend(std::coroutine_handle<> handle)
    {
        release();
        m_handle = handle;
        m_job = runningJob;
        if (m_job)
            ++m_job->waits;
    }
    [[nodiscard]] bool isReady() const { return m_next != nullptr; }

private:
    friend class ReadyList;

    RunningJob *release()
    {
        if (m_job)
            --m_job->waits;
        return std::exchange(m_job, nullptr);
    }
    void unlink()
    {
        if (!m_next)
            return;
        m_next->m_previous = m_previous;
        m_previous->m_next = m_next;
        m_next = m_previous = nullptr;
    }

    std::coroutine_handle<> m_handle;
    RunningJob *m_job = nullptr; // whose coroutine it is: to be told in the note of a crash
    Waiter *m_next = nullptr;    // on a ready list, a ring; null: on none
    Waiter *m_previous = nullptr;
};

// The waiters that are to be resumed, first come first served.
class ReadyList
{
public:
    ReadyList() { m_ring.m_next = m_ring.m_previous = &m_ring; }
    ~ReadyList()
    {
        while (!isEmpty())
            m_ring.m_next->unlink();
        m_ring.m_next = m_ring.m_previous = nullptr;
    }
    ReadyList(const ReadyList &) = delete;
    ReadyList &operator=(const ReadyList &) = delete;

    [[nodiscard]] bool isEmpty() const { return m_ring.m_next == &m_ring; }

    // To be resumed at its turn. One that is on the list already stays where it is.
    void append(Waiter &waiter)
    {
        if (waiter.m_next)
            return;
        waiter.m_previous = m_ring.m_previous;
        waiter.m_next = &m_ring;
        m_ring.m_previous->m_next = &waiter;
        m_ring.m_previous = &waiter;
    }

    // Takes the first off and resumes it, unless its job is over. It may be gone when this returns.
    void resumeFirst()
    {
        Waiter &waiter = *m_ring.m_next;
        waiter.unlink();
        if (waiter.m_job && waiter.m_job->isOver)
            return;
        runningJob = waiter.release();
        m_running.store(runningJob ? runningJob->place : 0, std::memory_order_relaxed);
        waiter.m_handle.resume();
        runningJob = nullptr;
        m_running.store(0, std::memory_order_relaxed);
    }

    // The place of the job that is being resumed (RunningJob); 0: of none. Read by any thread.
    std::atomic<quint64> &running() { return m_running; }
    [[nodiscard]] quint64 runningPlace() const { return m_running.load(std::memory_order_relaxed); }

private:
    Waiter m_ring;
    std::atomic<quint64> m_running = 0;
};

} // namespace collector
