#include "engine/worker.h"

#include "engine/calltimer.h"

#include <QRandomGenerator>

#include <algorithm>
#include <cerrno>
#include <future>
#include <system_error>
#include <utility>

namespace collector {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Queue = PendingHosts::Queue;

constexpr int mostQtSockets = 64;   // Qt polls every one of them on every turn
constexpr auto longestFill = 4ms;   // of a turn spent on starting hosts
constexpr int mostRefusals = 10;    // of a host by this machine: two minutes, longer than ports stay used after a connection
constexpr auto longestHold = 15min; // whoever has not logged in by then is not there, and what hangs may not hold a run

} // namespace

// A place for a host in flight.
struct Worker::Slot : DueRow::Node
{
    explicit Slot(int place) : number(place) {}

    const int number; // of the slot, in the ledger
    std::optional<HostRun> run;
    quint64 index = 0;
    int attempt = 0;
    int refusals = 0;
    std::chrono::nanoseconds held{0};           // time that it was given beyond its own
    std::unique_ptr<Deadlines::Timer> moreTime; // likewise; null: none so far
    bool isQueued = false;                      // among those that are over
};

Worker::Worker(Setup setup)
    : m_setup(std::move(setup)),
      m_ledger(2 * m_setup.window), // beside as many that wait for somebody
      m_pending(std::move(m_setup.pending)),
      m_qtSockets(mostQtSockets),
      m_pace(m_setup.rate),
      m_window(m_setup.window, m_setup.plan->limits().roomPatience),
      m_jitter(QRandomGenerator::global()->generate64())
{
    if (m_setup.stopCause != Cause::None)
        m_stop = Stop{m_setup.stopCause, m_setup.stopMessage};
    publishWindow();
}

Worker::~Worker()
{
    join();
}

void Worker::start()
{
    std::promise<void> isReady;
    QObject::connect(&m_thread, &QThread::started, [this, &isReady] {
        auto *reactor = new Reactor;
        m_inbox = reactor->inbox();
        m_reactor.store(reactor);
        m_transport = m_setup.transports.make(*reactor);
        m_transport->onRoom = [this] { fillLater(); };
        m_fillTimer = std::make_unique<CallTimer>([this] { fillLater(); });
        m_timeRuns.emplace(*reactor, [this](DueRow::Node &node) { timeRanOut(static_cast<Slot &>(node)); });
        m_strainWatch.emplace(watchStrain());
        m_strainWatch->start();
        isReady.set_value();
        fillLater();
    });
    QObject::connect(&m_thread, &QThread::finished, [this] {
        m_slots.clear();
        m_strainWatch.reset();
        m_fillTimer.reset();
        m_timeRuns.reset();
        logLongest();
        if (!m_leaked.empty()) {
            for (auto &slot : m_leaked)
                (void)slot.release();
            (void)m_transport.release();
            m_reactor.store(nullptr);
            return;
        }
        m_transport.reset();
        delete m_reactor.exchange(nullptr);
    });
    m_thread.setObjectName(QStringLiteral("worker"));
    m_thread.start();
    if (!m_thread.isRunning()) // Qt has said why
        throw std::system_error(EAGAIN, std::generic_category(), "a worker's thread");
    isReady.get_future().wait();
}

void Worker::join()
{
    if (m_isAbandoned)
        return;
    m_thread.quit();
    m_thread.wait();
}

void Worker::stop(Cause cause, const QString &message)
{
    m_inbox->send([this, stop = Stop{cause, message}] { m_reactor.load()->later([this, stop] { stopNow(stop); }); });
}

void Worker::wake()
{
    if (m_inbox)
        m_inbox->send([this] { fillLater(); });
}

void Worker::fillLater()
{
    if (std::exchange(m_isFillDue, true))
        return;
    m_reactor.load()->later([this] {
        m_isFillDue = false;
        fill();
    });
}

// From the loop: ends what is over, starts what fits.
void Worker::fill()
{
    m_ending.swap(m_over);
    for (Slot *slot : m_ending)
        endHost(*slot);
    m_ending.clear();
    const auto start = readClocks();
    // Given up, the run goes on or has ended without this one. A job may have held us in its very first step, so that we look each time.
    for (int count = 1; !m_isAbandoned && startNext(); ++count) {
        if (count % 16 == 0 && readClocks() - start > longestFill) {
            fillLater();
            break;
        }
    }
    if (m_isAbandoned)
        return;
    m_counters.waiting.store(m_pending.waiting(), std::memory_order_relaxed);
    flush();
    checkIdle();
}

bool Worker::startNext()
{
    if (!m_setup.sink->hasRoom())
        return false;
    Reactor &reactor = *m_reactor.load();
    const int waiting = std::min(m_transport->waitingForSomebody(), m_window.size());
    const int inFlight = inHand() - waiting;
    const int place = freePlace();
    const auto enter = [this, place](quint64 index) { m_ledger.enter(place, index); };
    if (m_stop) {
        // What is left of the plan is not attempted, and gets its records.
        if (const auto entry = m_pending.next(Queue::Refused, never, enter))
            giveUp(place, entry->index, entry->attempt - 1);
        else if (const auto retry = m_pending.next(Queue::Retries, never, enter))
            giveUp(place, retry->index, retry->attempt - 1);
        else if (const auto index = m_pending.nextOfPlan(*m_setup.plan, m_setup.window, enter))
            giveUp(place, *index, 0);
        else
            return false;
        return true;
    }
    if (inFlight >= m_window.size() || !m_transport->hasRoom())
        return false;
    if (reactor.now() < m_window.pausedUntil()) {
        reactor.startTimer(*m_fillTimer, m_window.pausedUntil());
        return false;
    }
    // A start that the pace allows must find a host, or the tokens would be lost: look first.
    if (!m_pace.isDue(reactor.now())) {
        reactor.startTimer(*m_fillTimer, reactor.after(m_pace.wait()));
        return false;
    }
    // First those that we had no room for, or a machine that is full would go through its whole inventory for nothing.
    if (const auto entry = m_pending.next(Queue::Refused, reactor.now(), enter)) {
        startHost(place, entry->index, entry->attempt, entry->refusals);
        return true;
    }
    if (const auto index = m_pending.nextOfPlan(*m_setup.plan, m_window.size() - inFlight, enter)) {
        startHost(place, *index, 1, 0);
        return true;
    }
    if (const auto entry = m_pending.next(Queue::Retries, reactor.now(), enter)) {
        startHost(place, entry->index, entry->attempt, entry->refusals);
        return true;
    }
    if (const Deadline due = m_pending.due(); due != never)
        reactor.startTimer(*m_fillTimer, due);
    return false;
}

void Worker::wait(const Slot &slot, PendingHosts::Queue queue, RetryQueue::Entry entry)
{
    m_pending.add(queue, entry, [this, &slot] { return m_ledger.strikeOut(slot.number, slot.index); });
    m_counters.waiting.store(m_pending.waiting(), std::memory_order_relaxed);
}

PendingHosts::Hosts Worker::abandon(const QString &message)
{
    m_isAbandoned.store(true);
    const std::lock_guard lock(m_recordLock);
    PendingHosts::Hosts pending = m_pending.takeAll(); // first: from now on every host is there, or in the ledger
    for (int slot = 0; slot < m_ledger.count(); ++slot) {
        const quint64 entry = m_ledger.entry(slot);
        if (entry == 0 || !m_ledger.strikeOut(slot, entry - 1))
            continue;
        std::unique_ptr<PlannedHost> host = m_setup.plan->source().at(entry - 1);
        if (host)
            put(recordWithoutRun(*m_setup.plan, *host, 1, Cause::Internal, message));
        else
            m_counters.leftOut.fetch_add(1, std::memory_order_relaxed);
    }
    m_setup.sink->flush();
    m_counters.inFlight.store(0);
    m_counters.waiting.store(0);
    m_counters.window.store(0);
    return pending;
}

// The number of the slot that the next host will have.
int Worker::freePlace()
{
    if (m_free.empty()) {
        m_free.push_back(int(m_slots.size()));
        m_slots.push_back(std::make_unique<Slot>(int(m_slots.size())));
    }
    return m_free.back();
}

// Of a host that is in the ledger already.
void Worker::startHost(int place, quint64 index, int attempt, int refusals)
{
    std::unique_ptr<PlannedHost> host = m_setup.plan->source().at(index);
    if (!host) { // left out by the selection
        if (m_ledger.strikeOut(place, index))
            m_counters.leftOut.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    Reactor &reactor = *m_reactor.load();
    Slot &slot = *m_slots[size_t(place)];
    m_free.pop_back();
    slot.index = index;
    slot.attempt = attempt;
    slot.refusals = refusals;
    countInFlight();
    slot.run.emplace(HostRunHost{reactor, *m_transport, m_setup.pool, m_setup.programs, m_qtSockets, *m_setup.plan, m_wallAhead},
                     std::move(host), attempt, slot.number);
    slot.run->start([this, &slot] { slotOver(slot); });
    if (slot.run->hasBegun()) // who is left out or skipped is contacted by nobody, and costs the others no time
        m_pace.count();
    if (slot.run->isOver())
        endHost(slot);
    else
        m_timeRuns->append(slot, timeUp(*slot.run));
}

// What a host waited for others is given to it again.
void Worker::timeRanOut(Slot &slot)
{
    const std::chrono::nanoseconds more = slot.run->progress().held - slot.held;
    if (more < 1ms || slot.held > longestHold) {
        slotOver(slot);
        return;
    }
    slot.held += more;
    if (!slot.moreTime)
        slot.moreTime = std::make_unique<CallTimer>([this, &slot] { timeRanOut(slot); });
    m_reactor.load()->startTimer(*slot.moreTime, m_reactor.load()->after(more));
}

// Within a turn, perhaps with the run's own coroutine on the stack: what follows waits until it is not.
void Worker::slotOver(Slot &slot)
{
    if (!std::exchange(slot.isQueued, true))
        m_over.push_back(&slot);
    fillLater();
}

void Worker::endHost(Slot &slot)
{
    slot.isQueued = false;
    if (!slot.run)
        return;
    Reactor &reactor = *m_reactor.load();
    m_timeRuns->remove(slot);
    slot.moreTime.reset();
    slot.held = {};
    const bool isTimeUp = !slot.run->isOver();
    if (isTimeUp)
        timeIsUp(slot);
    const bool isOurs = slot.run->metLocalLimit();
    if (isOurs && !isTimeUp) // one that waited in vain for its turn met no limit that a smaller window would mend
        m_window.localLimit(inHand(), reactor.now());
    else if (!isOurs && slot.run->hasBegun())
        m_window.hostEnded();
    if (!m_stop && isOurs && slot.refusals < mostRefusals && !m_window.isHopeless(reactor.now()))
        wait(slot, Queue::Refused, {roomAt(slot.refusals), slot.index, slot.attempt, slot.refusals + 1});
    else if (!m_stop && slot.run->willRetry())
        wait(slot, Queue::Retries, {retryAt(slot.attempt), slot.index, slot.attempt + 1, slot.refusals});
    else if (const std::lock_guard lock(m_recordLock); m_ledger.strikeOut(slot.number, slot.index))
        put(slot.run->takeRecord());
    const int number = slot.number;
    if (slot.run->hasLeaked()) {
        m_leaked.push_back(std::move(m_slots[size_t(number)]));
        m_slots[size_t(number)] = std::make_unique<Slot>(number);
    } else {
        slot.run.reset();
    }
    m_free.push_back(number);
    countInFlight();
}

void Worker::timeIsUp(Slot &slot)
{
    const Progress &progress = slot.run->progress();
    const auto seconds = std::chrono::duration<double>(m_setup.plan->limits().timeout).count();
    const QString phase = progress.phase.isEmpty() ? QString() : QStringLiteral(" (in %1)").arg(QString::fromUtf8(progress.phase));
    slot.run->cut(progress.expiry,
                  QStringLiteral("not done within %1 s%2; raise --timeout if this host needs longer").arg(seconds).arg(phase));
}

// A host that was never tried, or waits for an attempt that will not come.
void Worker::giveUp(int place, quint64 index, int attempts)
{
    const std::lock_guard lock(m_recordLock);
    if (!m_ledger.strikeOut(place, index))
        return;
    const std::unique_ptr<PlannedHost> host = m_setup.plan->source().at(index);
    if (!host) {
        m_counters.leftOut.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    QString reason;
    const Cause refusal = host->refusal(&reason);
    if (refusal != Cause::None)
        put(recordWithoutRun(*m_setup.plan, *host, 0, refusal, reason));
    else
        put(recordWithoutRun(*m_setup.plan, *host, attempts, Cause::NotAttempted, m_stop->message));
}

void Worker::put(Record &&record)
{
    m_setup.sink->put(std::move(record));
    m_counters.done.store(m_counters.done.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); // the lock keeps others out
}

// A locked addition would wait for every write before it, of a host whose memory is cold.
void Worker::countInFlight()
{
    if (!m_isAbandoned)
        m_counters.inFlight.store(inHand(), std::memory_order_relaxed);
}

void Worker::flush()
{
    const std::lock_guard lock(m_recordLock);
    if (!m_isAbandoned)
        m_setup.sink->flush();
}

void Worker::stopNow(const Stop &stop)
{
    if (m_stop)
        return;
    m_stop = stop;
    for (const auto &slot : m_slots) {
        if (slot->run) {
            if (!slot->run->isOver())
                slot->run->cut(stop.cause, stop.message);
            endHost(*slot);
        }
    }
    m_over.clear();
    fillLater();
}

void Worker::checkIdle()
{
    if (inHand() != 0 || !m_pending.isOver())
        return;
    if (!std::exchange(m_isIdleTold, true))
        m_setup.whenIdle();
}

} // namespace collector
