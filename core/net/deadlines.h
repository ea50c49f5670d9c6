// Deadlines: the one heap of timers of a worker. A timer is a node in its owner; starting, moving and stopping it cost the
// logarithm of how many there are. On one thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace collector {

// Time as a reactor counts it: steady, but a turn of the loop that took long counts only in part (Reactor::now), so that
// our own overload is never reported as a host's timeout.
struct ReactorClock
{
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<ReactorClock>;
    static constexpr bool is_steady = true;
};

using Deadline = ReactorClock::time_point;
inline constexpr Deadline never = Deadline::max();

class Deadlines
{
public:
    class Timer
    {
    public:
        Timer() = default;
        Timer(const Timer &) = delete;
        Timer &operator=(const Timer &) = delete;
        virtual ~Timer()
        {
            if (m_heap)
                m_heap->stop(*this);
        }
        [[nodiscard]] bool isRunning() const { return m_heap != nullptr; }

    protected:
        virtual void expired() = 0; // the timer has been stopped; it may be started again, or destroyed

    private:
        friend class Deadlines;
        Deadlines *m_heap = nullptr;
        size_t m_position = 0;
    };

    Deadlines() = default;
    Deadlines(const Deadlines &) = delete;
    Deadlines &operator=(const Deadlines &) = delete;
    ~Deadlines();

    // Starts the timer, or moves it. `never` stops it.
    void start(Timer &timer, Deadline deadline);
    void stop(Timer &timer);

    [[nodiscard]] Deadline next() const { return m_heap.empty() ? never : m_heap.front().deadline; }
    // Tells every timer whose time has come, earliest first.
    void expire(Deadline now);

private:
    struct Entry
    {
        Deadline deadline;
        Timer *timer;
    };
    void place(size_t position, Entry entry);
    void rise(size_t position, Entry entry);
    void sink(size_t position, Entry entry);

    std::vector<Entry> m_heap; // binary, smallest first; each timer knows its position
};

} // namespace collector
