#include "net/reactor.h"

#include <QThread>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr int eventsAPoll = 256;
constexpr auto longestShare = 8ms;      // of a turn spent on resuming, before Qt has its turn
constexpr auto longestBlindness = 30ms; // without a look at the descriptors
constexpr auto countedShare = 250ms;    // of a long turn: the rest was our own lag and is no host's fault

enum class Tag : uint64_t { Inbox = ~uint64_t(0), Timer = ~uint64_t(1), Again = ~uint64_t(2) };

uint64_t tag(int fd, uint32_t generation)
{
    return uint64_t(generation) << 32 | uint32_t(fd);
}

void add(int epoll, int fd, Tag tag)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = uint64_t(tag);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

class StopWatch
{
public:
    explicit StopWatch(steady_clock::time_point start) : m_last(start) {}
    steady_clock::time_point lap(std::chrono::nanoseconds &longest)
    {
        const auto now = steady_clock::now();
        longest = std::max<std::chrono::nanoseconds>(longest, now - m_last);
        return m_last = now;
    }

private:
    steady_clock::time_point m_last;
};

void drain(int fd)
{
    uint64_t count = 0;
    [[maybe_unused]] const auto got = read(fd, &count, sizeof count);
}

} // namespace

Reactor::Reactor(QObject *parent)
    : QObject(parent),
      m_epoll(epoll_create1(EPOLL_CLOEXEC)),
      m_timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      m_again(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_notifier(m_epoll, QSocketNotifier::Read),
      m_inbox(std::make_shared<Inbox>()),
      m_lastReading(steady_clock::now())
{
    add(m_epoll, m_inbox->descriptor(), Tag::Inbox);
    add(m_epoll, m_timer, Tag::Timer);
    add(m_epoll, m_again, Tag::Again);
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] { turn(); });
}

Reactor::~Reactor()
{
    Q_ASSERT(QThread::currentThread() == thread());
    m_notifier.setEnabled(false);
    m_inbox->close();
    close(m_epoll);
    close(m_timer);
    close(m_again);
}

void Reactor::watch(int fd, uint32_t events, ReadyWait &wait)
{
    if (size_t(fd) >= m_watches.size())
        m_watches.resize(size_t(fd) + 64);
    Watch &watch = m_watches[size_t(fd)];
    Q_ASSERT(!watch.wait);
    watch.wait = &wait;
    if (watch.events == events)
        return;
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag(fd, watch.generation);
    epoll_ctl(m_epoll, watch.events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    watch.events = events;
}

void Reactor::widen(int fd, uint32_t events)
{
    if (fd < 0 || size_t(fd) >= m_watches.size())
        return;
    Watch &watch = m_watches[size_t(fd)];
    if (!watch.wait || !watch.events || (watch.events | events) == watch.events)
        return;
    epoll_event event{};
    event.events = watch.events | events;
    event.data.u64 = tag(fd, watch.generation);
    epoll_ctl(m_epoll, EPOLL_CTL_MOD, fd, &event);
    watch.events = event.events;
}

void Reactor::withdraw(int fd, const ReadyWait &wait)
{
    if (size_t(fd) < m_watches.size() && m_watches[size_t(fd)].wait == &wait)
        m_watches[size_t(fd)].wait = nullptr;
}

void Reactor::forget(int fd)
{
    if (fd < 0 || size_t(fd) >= m_watches.size())
        return;
    Watch &watch = m_watches[size_t(fd)];
    if (watch.events)
        epoll_ctl(m_epoll, EPOLL_CTL_DEL, fd, nullptr);
    ReadyWait *const wait = watch.wait;
    watch = {nullptr, 0, watch.generation + 1};
    if (wait)
        schedule(wait->m_waiter);
}

void Reactor::schedule(Waiter &waiter)
{
    m_ready.append(waiter);
    ring();
}

void Reactor::startTimer(Deadlines::Timer &timer, Deadline deadline)
{
    m_deadlines.start(timer, deadline);
    ring(); // outside a turn nobody would look at the heap
}

void Reactor::later(std::function<void()> function)
{
    m_later.push_back(std::move(function));
    ring();
}

Deadline Reactor::afterNanoseconds(std::chrono::nanoseconds duration) const
{
    const auto sinceReading = std::min<std::chrono::nanoseconds>(steady_clock::now() - m_lastReading, countedShare);
    const Deadline base = m_now + sinceReading;
    return duration >= never - base ? never : base + duration;
}

// While a turn goes on it looks for itself; otherwise the epoll set is made readable.
void Reactor::ring()
{
    if (m_isTurning || std::exchange(m_isRung, true))
        return;
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = write(m_again, &one, sizeof one);
}

void Reactor::advanceClock(std::chrono::nanoseconds most)
{
    const auto reading = steady_clock::now();
    m_now += std::min<std::chrono::nanoseconds>(reading - m_lastReading, most);
    m_lastReading = reading;
}

bool Reactor::poll()
{
    std::array<epoll_event, eventsAPoll> events;
    const int count = epoll_wait(m_epoll, events.data(), eventsAPoll, 0);
    for (int i = 0; i < count; ++i) {
        const uint64_t data = events[size_t(i)].data.u64;
        switch (Tag(data)) {
        case Tag::Inbox:
            for (auto &message : m_inbox->takeAll())
                message();
            continue;
        case Tag::Timer:
            drain(m_timer);
            m_armed = never;
            continue;
        case Tag::Again:
            drain(m_again);
            m_isRung = false;
            continue;
        }
        const auto fd = uint32_t(data);
        Watch &watch = m_watches[fd];
        if (watch.generation != uint32_t(data >> 32))
            continue; // closed, and its number given to another, within this turn
        if (watch.wait) {
            m_ready.append(watch.wait->m_waiter);
        } else if (watch.events) {
            // Nobody waits: level-triggered, it would be reported for ever.
            epoll_ctl(m_epoll, EPOLL_CTL_DEL, int(fd), nullptr);
            watch.events = 0;
        }
    }
    return count == eventsAPoll;
}

void Reactor::turn()
{
    m_isTurning = true;
    // Asleep until the next deadline is time that counts; what is above was spent elsewhere on this thread, or stopped.
    advanceClock(m_armed == never ? std::chrono::nanoseconds::max()
                                  : std::max<std::chrono::nanoseconds>(m_armed - m_now, 0ns) + countedShare);
    const auto start = m_lastReading;
    StopWatch watch(start);
    for (;;) {
        // Who is ready already would be reported again, each time: level-triggered, a long list would cost its square. So first
        // come those, unless somebody else has waited to be seen for long.
        bool isMore = true;
        if (m_ready.isEmpty() || m_now - m_lastPoll > longestBlindness) {
            isMore = poll();
            m_lastPoll = m_now;
        }
        watch.lap(m_longest.look);
        // Under a flood readiness never ends: then only what is long overdue expires.
        m_deadlines.expire(isMore ? m_now - countedShare : m_now);
        watch.lap(m_longest.deadlines);
        bool isShareUsed = false;
        while (!m_ready.isEmpty() && !isShareUsed) {
            m_ready.resumeFirst();
            isShareUsed = watch.lap(m_longest.coroutine) - start > longestShare;
        }
        for (auto &function : std::exchange(m_later, {})) {
            function();
            watch.lap(m_longest.call);
        }
        if (isShareUsed || (m_ready.isEmpty() && m_later.empty()))
            break; // what else is readable comes with the next turn: the epoll set is
    }
    m_longest.turn = std::max<std::chrono::nanoseconds>(m_longest.turn, steady_clock::now() - start);
    advanceClock(countedShare);
    m_isTurning = false;
    if (!m_ready.isEmpty() || !m_later.empty())
        ring();
    armTimer();
}

void Reactor::armTimer()
{
    const Deadline next = m_deadlines.next();
    if (next == m_armed)
        return;
    m_armed = next;
    itimerspec spec{};
    if (next != never) {
        const auto wait = std::max<std::chrono::nanoseconds>(next - m_now, 1us);
        spec.it_value.tv_sec = wait / 1s;
        spec.it_value.tv_nsec = (wait % 1s).count();
    }
    timerfd_settime(m_timer, 0, &spec, nullptr);
}

void Reactor::ReadyWait::await_suspend(std::coroutine_handle<> handle)
{
    m_waiter.suspend(handle);
    m_reactor.watch(m_fd, m_events, *this);
    if (m_deadline != never)
        m_reactor.startTimer(*this, m_deadline);
}

void Reactor::ReadyWait::expired()
{
    m_reactor.withdraw(m_fd, *this);
    if (!m_waiter.isReady())
        m_wake = Wake::Expired;
    m_reactor.schedule(m_waiter);
}

void Reactor::SleepWait::await_suspend(std::coroutine_handle<> handle)
{
    m_waiter.suspend(handle);
    m_reactor.startTimer(*this, m_deadline);
}

} // namespace collector
