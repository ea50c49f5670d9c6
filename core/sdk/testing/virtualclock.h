// VirtualClock: time that passes only when everybody waits. Coroutines wait for a moment of it, or for a wake-up; run() resumes them in
// order. Of JobTester; one thread.

#pragma once

#include <QtGlobal>

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <map>
#include <utility>

namespace collector {

class VirtualClock
{
public:
    using Time = std::chrono::milliseconds;

    class Wait;

    [[nodiscard]] Time now() const { return m_now; }
    // The moment so long from now; a time that is too long to be counted ends at the last of them.
    [[nodiscard]] Time in(Time duration) const { return duration > Time::max() - m_now ? Time::max() : m_now + duration; }
    [[nodiscard]] Wait until(Time time);
    [[nodiscard]] Wait after(Time duration);

    // How many coroutines wait.
    [[nodiscard]] size_t waits() const { return m_waits.size(); }

    // Resumes whoever is next, once time has come to it. False: nobody waits for a moment up to `last`.
    bool step(Time last);

private:
    friend class Wait;
    using Key = std::pair<Time, quint64>; // those of one moment in the order in which they came

    std::map<Key, std::coroutine_handle<>> m_waits;
    Time m_now{0};
    quint64 m_count = 0;
};

class VirtualClock::Wait
{
public:
    Wait(VirtualClock &clock, Time time) : m_clock(clock), m_key(time, 0) {}
    Wait(const Wait &) = delete;
    Wait &operator=(const Wait &) = delete;
    ~Wait() { m_clock.m_waits.erase(m_key); }

    // Whoever waits need not wait any longer.
    void wake()
    {
        auto wait = m_clock.m_waits.extract(m_key);
        if (wait.empty())
            return;
        m_key = {m_clock.m_now, ++m_clock.m_count};
        wait.key() = m_key;
        m_clock.m_waits.insert(std::move(wait));
    }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter)
    {
        m_key.second = ++m_clock.m_count;
        m_clock.m_waits.emplace(m_key, waiter);
    }
    void await_resume() const noexcept {}

private:
    VirtualClock &m_clock;
    Key m_key; // 0 until it waits: nobody's
};

inline VirtualClock::Wait VirtualClock::until(Time time)
{
    return {*this, time};
}

inline VirtualClock::Wait VirtualClock::after(Time duration)
{
    return {*this, in(duration)};
}

inline bool VirtualClock::step(Time last)
{
    const auto next = m_waits.begin();
    if (next == m_waits.end() || next->first.first > last)
        return false;
    m_now = std::max(m_now, next->first.first);
    const std::coroutine_handle<> waiter = next->second;
    m_waits.erase(next);
    waiter.resume();
    return true;
}

} // namespace collector
