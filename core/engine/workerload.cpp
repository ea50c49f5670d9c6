// How a worker bears what it has in flight: its window under strain, its signs of life, what held its loop, the clocks that it reads for
// many at once, and when those come back that have to wait.

#include "engine/worker.h"

#include <QLoggingCategory>

#include <algorithm>

namespace collector {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

Q_LOGGING_CATEGORY(loopLog, "collector.loop")

constexpr auto lookEvery = 250ms;  // at how far behind the loop is
constexpr int longestRoomWait = 4; // doublings of the time to the next try

} // namespace

// Behind are both a turn that takes long and a queue of those who are ready: whoever sleeps must pass through both.
Task<> Worker::watchStrain()
{
    Reactor &reactor = *m_reactor.load();
    for (;;) {
        const auto before = steady_clock::now();
        co_await reactor.sleepUntil(reactor.after(lookEvery));
        if (m_isAbandoned)
            co_return;
        const int size = m_window.size();
        m_window.look(reactor.now(), steady_clock::now() - before - lookEvery, m_transport->connects());
        publishWindow();
        if (m_window.size() > size)
            fillLater();
    }
}

void Worker::publishWindow()
{
    m_counters.window.store(m_window.size(), std::memory_order_relaxed);
    m_counters.leastWindow.store(m_window.least(), std::memory_order_relaxed);
    for (int i = 0; i < strainCount; ++i)
        m_counters.cuts[size_t(i)].store(m_window.cuts(Strain(i)), std::memory_order_relaxed);
}

// What the hosts that are started next need of the clocks: reading them was a tenth of what a host that does nothing costs.
steady_clock::time_point Worker::readClocks()
{
    m_readAt = steady_clock::now();
    m_wallAhead = std::chrono::system_clock::now().time_since_epoch() - m_readAt.time_since_epoch();
    m_timeUp = m_reactor.load()->after(m_setup.plan->limits().timeout);
    return m_readAt;
}

Deadline Worker::timeUp(const HostRun &run)
{
    if (run.startedAt() - m_readAt > 1ms)
        readClocks();
    return m_timeUp;
}

void Worker::askForSign()
{
    if (!m_owesSign.exchange(true))
        m_inbox->send([this] { m_owesSign = false; });
}

// What held the loop longest (-vv): nothing of ours may for 50 ms.
void Worker::logLongest() const
{
    const Reactor::Longest &longest = m_reactor.load()->longest();
    const auto ms = [](std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); };
    qCDebug(loopLog, "a turn took at most %.1f ms: looking %.1f, deadlines %.1f, a coroutine %.1f, a call %.1f", ms(longest.turn),
            ms(longest.look), ms(longest.deadlines), ms(longest.coroutine), ms(longest.call));
}

Deadline Worker::retryAt(int attempt)
{
    // 5, 10, 20 s …, each by up to a quarter longer: hosts that failed together do not come back together.
    m_jitter = m_jitter * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto base = m_setup.plan->limits().retryDelay * (1 << std::min(attempt - 1, 8));
    return m_reactor.load()->after(base + base * ((m_jitter >> 40) & 0xff) / 1024);
}

// 1, 2, 4, 8, 16, 16 … seconds.
Deadline Worker::roomAt(int refusals) const
{
    return m_reactor.load()->after(m_setup.plan->limits().roomDelay * (1 << std::min(refusals, longestRoomWait)));
}

} // namespace collector
