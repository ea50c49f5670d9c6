// Reactor: descriptors, deadlines and messages of one worker, in one epoll set behind one QSocketNotifier.
//
// Qt's dispatcher polls every notifier on every turn (1 ms a turn at 8,000 descriptors, ENGINE: Qt 6.4.2); an epoll descriptor
// is itself pollable, so one notifier stands for all. Made, used and destroyed on one thread, which runs a Qt event loop.
//
// A turn: messages of other threads, readiness, then deadlines (only once no readiness is left, so that data that has come
// counts before a timeout), then whoever became ready is resumed, for a few milliseconds; then Qt has its turn.

#pragma once

#include "net/deadlines.h"
#include "net/inbox.h"
#include "net/waiter.h"

#include <QObject>
#include <QSocketNotifier>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace collector {

class Reactor : public QObject
{
public:
    explicit Reactor(QObject *parent = nullptr);
    ~Reactor() override;

    // What a wait for a descriptor ended with.
    enum class Wake { Ready, Expired };

    class ReadyWait;
    class SleepWait;

    // Awaitable: until `fd` is ready for any of `events` (EPOLLIN, EPOLLOUT), hung up or in error, or the deadline has come.
    // One waiter a descriptor. Destroying the waiting coroutine withdraws the wait. Without a descriptor (-1) it ends at once, as ready.
    [[nodiscard]] ReadyWait ready(int fd, uint32_t events, Deadline deadline = never);

    // Awaitable: until the deadline.
    [[nodiscard]] SleepWait sleepUntil(Deadline deadline);

    // Whoever waits for `fd` now is woken by these events too. Nothing, if nobody does.
    void widen(int fd, uint32_t events);

    // To be called when `fd` is about to be closed, and again when its number is given to another, for a library may have closed it
    // without a word: whatever was known or is still reported of it is stale. Whoever waits for it is woken, and finds out.
    void forget(int fd);

    // For waits of other kinds: resumes the waiter at its turn.
    void schedule(Waiter &waiter);
    // Has `function` called from the loop, with no coroutine of this reactor on the stack: the place to destroy a root task.
    void later(std::function<void()> function);

    // Starts or moves a timer of the caller's own (`never` stops it). Told within a turn: it may not resume, but schedule().
    void startTimer(Deadlines::Timer &timer, Deadline deadline);
    // Reactor time: read at the start of each turn.
    [[nodiscard]] Deadline now() const { return m_now; }
    // So long from now; what is more than nanoseconds can count, as milliseconds::max() is, is never over.
    template<typename Rep, typename Period>
    [[nodiscard]] Deadline after(std::chrono::duration<Rep, Period> duration) const
    {
        using Given = std::chrono::duration<Rep, Period>;
        if (duration > std::chrono::duration_cast<Given>(std::chrono::nanoseconds::max()))
            return never;
        return afterNanoseconds(std::chrono::duration_cast<std::chrono::nanoseconds>(duration));
    }
    [[nodiscard]] const std::shared_ptr<Inbox> &inbox() const { return m_inbox; }

    // The longest that anything has held the loop so far: a turn, and what a turn consists of.
    struct Longest
    {
        std::chrono::nanoseconds turn{};
        std::chrono::nanoseconds look{};      // at messages and descriptors
        std::chrono::nanoseconds deadlines{}; // those that had come, told
        std::chrono::nanoseconds coroutine{}; // one, resumed
        std::chrono::nanoseconds call{};      // one, asked for by later()
    };
    [[nodiscard]] const Longest &longest() const { return m_longest; }
    // Whose coroutine runs now, as RunningJob::place has it; 0: nobody's. From any thread: for the watchdog.
    [[nodiscard]] quint64 runningPlace() const { return m_ready.runningPlace(); }
    // For who starts a job's coroutine, from the loop.
    void setRunningPlace(quint64 place) { m_ready.running().store(place, std::memory_order_relaxed); }

private:
    struct Watch
    {
        ReadyWait *wait = nullptr;
        uint32_t events = 0;     // what epoll is told; 0: not in the set
        uint32_t generation = 0; // tells a reused descriptor number from its predecessor
    };

    [[nodiscard]] Deadline afterNanoseconds(std::chrono::nanoseconds duration) const;
    void watch(int fd, uint32_t events, ReadyWait &wait);
    void withdraw(int fd, const ReadyWait &wait);
    void turn();
    void advanceClock(std::chrono::nanoseconds most);
    [[nodiscard]] bool poll();
    void armTimer();
    void ring();

    const int m_epoll;
    const int m_timer;
    const int m_again; // an eventfd that keeps the epoll set readable while there is more to do than fits a turn
    QSocketNotifier m_notifier;
    std::shared_ptr<Inbox> m_inbox;
    Deadlines m_deadlines;
    ReadyList m_ready;
    std::vector<std::function<void()>> m_later;
    std::vector<Watch> m_watches; // by descriptor
    std::chrono::steady_clock::time_point m_lastReading;
    Deadline m_now{};
    Deadline m_lastPoll{};
    Deadline m_armed = never;
    Longest m_longest;
    bool m_isRung = false;
    bool m_isTurning = false;
};

class Reactor::ReadyWait : private Deadlines::Timer
{
public:
    ReadyWait(Reactor &reactor, int fd, uint32_t events, Deadline deadline)
        : m_reactor(reactor),
          m_deadline(deadline),
          m_fd(fd),
          m_events(events)
    {
    }
    ~ReadyWait() override { m_reactor.withdraw(m_fd, *this); }

    bool await_ready() const noexcept { return m_fd < 0; }
    void await_suspend(std::coroutine_handle<> handle);
    Wake await_resume() const noexcept { return m_wake; }

private:
    friend class Reactor;
    void expired() override;

    Reactor &m_reactor;
    Waiter m_waiter;
    const Deadline m_deadline;
    const int m_fd;
    const uint32_t m_events;
    Wake m_wake = Wake::Ready;
};

class Reactor::SleepWait : private Deadlines::Timer
{
public:
    SleepWait(Reactor &reactor, Deadline deadline) : m_reactor(reactor), m_deadline(deadline) {}
    ~SleepWait() override = default;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    void await_resume() const noexcept {}

private:
    void expired() override { m_reactor.schedule(m_waiter); }

    Reactor &m_reactor;
    Waiter m_waiter;
    const Deadline m_deadline;
};

inline Reactor::ReadyWait Reactor::ready(int fd, uint32_t events, Deadline deadline)
{
    return {*this, fd, events, deadline};
}

inline Reactor::SleepWait Reactor::sleepUntil(Deadline deadline)
{
    return {*this, deadline};
}

} // namespace collector
