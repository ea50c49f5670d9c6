// EchoLoop's packets: what comes in and what goes out.

#include "icmp/clock.h"
#include "icmp/echoloop.h"
#include "icmp/echonotice.h"
#include "icmp/unreachable.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace collector {

static constexpr int64_t nsPerMs = 1'000'000;
static constexpr int receiveRounds = 64;
static constexpr int sendRounds = 4;
// Of EchoLedger::postpone's 40: a full queue is waited for some 40 s, what others of this machine hold some 6 s, a firewall of our own is
// asked four more times.
static constexpr int queueFull = 1;
static constexpr int wanting = 4;
static constexpr int forbidden = 8;

void EchoLoop::receive()
{
    m_mayHaveMore = false;
    for (Outlet &outlet : m_outlets) {
        if (!outlet.socket)
            continue;
        const bool hasCome = outlet.hasAnswers || outlet.hasComplaints;
        if (outlet.hasAnswers)
            m_mayHaveMore |= receiveFrom(outlet);
        if (outlet.hasComplaints)
            receiveComplaints(outlet);
        if (hasCome) // where something found no room, there was something to be read
            noticeOverflow(outlet);
    }
}

// Whether there may be more.
bool EchoLoop::receiveFrom(Outlet &outlet)
{
    for (int round = 0; round < receiveRounds; ++round) {
        const auto answers = outlet.socket->receive();
        if (answers.empty())
            return false;
        const int64_t now = steadyNow();
        const int64_t wallAhead = wallNow() - now;
        for (const EchoSocket::Answer &answer : answers) {
            const EchoReply &reply = answer.reply;
            if (!answer.isWhole || echoCookie(m_key, answer.from, reply.stamp) != reply.cookie) {
                ++m_ledger.counters.foreign;
                continue;
            }
            // The wall's clock may have been set since the kernel stamped it: then our own reading is the better one.
            const int64_t longest = now - reply.stamp.sentAt;
            int64_t rtt = answer.arrivedAt - wallAhead - reply.stamp.sentAt;
            if (rtt < 0 || rtt > longest)
                rtt = longest;
            m_ledger.answered(reply.stamp, answer.from, std::chrono::nanoseconds(rtt), reply.ttl);
        }
        // A complaint that comes meanwhile cuts the batch short.
        if (answers.size() < size_t(EchoSocket::batch) && !outlet.hasComplaints)
            return false;
    }
    return true;
}

// Whether there were any, ours or not.
bool EchoLoop::receiveComplaints(Outlet &outlet)
{
    outlet.hasComplaints = false;
    const auto received = outlet.socket->receiveComplaints();
    for (const EchoSocket::Complaint &complaint : received.ours) {
        const ReturnedEcho &echo = complaint.echo;
        if (!echo.isWhole)
            m_ledger.complainedOfLatest(outlet.slotBySequence[echo.sequence], complaint.to, complaint.cause);
        else if (echoCookie(m_key, complaint.to, echo.stamp) == echo.cookie)
            m_ledger.complained(echo.stamp, complaint.cause);
        else
            ++m_ledger.counters.foreign;
    }
    return received.all > 0;
}

void EchoLoop::noticeOverflow(Outlet &outlet)
{
    const uint32_t overflowed = outlet.socket->overflowed();
    if (overflowed == outlet.overflowed)
        return;
    m_ledger.overflowed(overflowed - outlet.overflowed, m_now);
    if (outlet.overflowed == 0)
        noticeReceiveOverflow();
    outlet.overflowed = overflowed;
}

void EchoLoop::takeOutcomes()
{
    if (m_probes.isIdle())
        return;
    for (const ConnectProbes::Outcome &outcome : m_probes.takeOutcomes()) {
        const EchoStamp stamp{0, outcome.id.slot, outcome.id.generation, outcome.id.number};
        if (outcome.cause == EchoCause::None)
            m_ledger.answeredProbe(stamp, outcome.rtt);
        else if (outcome.cause != EchoCause::NoReply)
            m_ledger.complained(stamp, outcome.cause);
    }
}

void EchoLoop::sendAll()
{
    // Whoever is first may take all that the rate allows: after it, the next one is. Else hosts of another lane would wait until their
    // time is over, as long as this one has any.
    const int first = m_firstLane;
    bool hasSent = false;
    for (int i = 0; i < EchoLedger::lanes; ++i) {
        const int number = (first + i) % EchoLedger::lanes;
        const uint64_t before = m_ledger.counters.sent;
        sendFrom(Lane(number));
        if (m_ledger.counters.sent != before && !std::exchange(hasSent, true))
            m_firstLane = (number + 1) % EchoLedger::lanes;
    }
}

// Some batches a turn; what is left comes after the next look at the answers. One batch a turn had the workers and the writer woken for
// every 64 hosts, a large one would stamp its last packets long before they leave.
void EchoLoop::sendFrom(Lane lane)
{
    if (lane == Lane::Tcp) {
        sendProbes();
        return;
    }
    int rounds = sendRounds;
    while (rounds > 0 && sendBatch(lane))
        --rounds;
}

// Whether all of a full batch has left.
bool EchoLoop::sendBatch(Lane lane)
{
    Outlet &outlet = outletOf(lane);
    if (!m_ledger.hasReady(lane) || outlet.isBlocked || m_now < outlet.pausedUntil)
        return false;
    const int64_t now = steadyNow();
    const int most = m_pacer.allowance(now, EchoSocket::batch);
    std::array<uint32_t, EchoSocket::batch> slots;
    int staged = 0;
    for (; staged < most && m_ledger.hasReady(lane); ++staged) {
        const uint32_t slot = slots[size_t(staged)] = m_ledger.takeReady(lane);
        const EchoAddress &address = m_ledger.series(slot).address;
        const EchoStamp stamp = m_ledger.nextStamp(slot, now);
        const auto sequence = uint16_t(outlet.sequence + staged);
        outlet.socket->stage(staged, address, stamp, echoCookie(m_key, address, stamp), sequence);
        outlet.slotBySequence[sequence] = slot;
    }
    if (staged == 0)
        return false;

    const EchoSocket::Sent result = outlet.socket->send(staged);
    outlet.sequence = uint16_t(outlet.sequence + result.packets);
    m_pacer.spend(result.packets, now);
    for (int i = 0; i < result.packets; ++i)
        m_ledger.sent(slots[size_t(i)], now);
    if (result.packets > 0)
        outlet.pause = 0;
    for (int i = staged; i-- > result.packets + 1;)
        m_ledger.putBack(slots[size_t(i)]);
    if (result.error != 0)
        sendFailed(lane, slots[size_t(result.packets)], result.error);
    return result.packets == EchoSocket::batch;
}

void EchoLoop::sendFailed(Lane lane, uint32_t slot, int error)
{
    Outlet &outlet = outletOf(lane);
    switch (error) {
    case EAGAIN:
        m_ledger.putBack(slot);
        outlet.isBlocked = true;
        return;
    case ENOBUFS: // a queue of the interface, or the neighbour table, is full
    case ENOMEM:
        outlet.pause = std::clamp(outlet.pause * 2, nsPerMs, 64 * nsPerMs);
        outlet.pausedUntil = m_now + outlet.pause;
        m_ledger.postpone(slot, queueFull, m_now);
        return;
    case EPERM: // our own firewall, or its connection table is full
        m_ledger.postpone(slot, forbidden, m_now);
        return;
    default:
        break;
    }
    // It may be the pending error of another address: that one is in the error queue, and ours is asked of the routes.
    // Back it goes before that is read: a complaint may end the very series, one that we ask again.
    m_ledger.putBack(slot);
    if (receiveComplaints(outlet))
        return;
    slot = m_ledger.takeReady(lane); // the same: nothing has come between
    const EchoCause cause = routeVerdict(m_ledger.series(slot).address);
    if (cause == EchoCause::LocalLimit) // no descriptor to ask with: there may be one later
        m_ledger.postpone(slot, wanting, m_now);
    else if (cause != EchoCause::None)
        m_ledger.fail(slot, cause);
    else
        m_ledger.postpone(slot, forbidden, m_now);
}

void EchoLoop::sendProbes()
{
    if (!m_ledger.hasReady(Lane::Tcp) || m_now < m_probesPausedUntil)
        return;
    const int most = m_pacer.allowance(steadyNow(), EchoSocket::batch);
    int started = 0;
    for (; started < most && m_ledger.hasReady(Lane::Tcp); ++started) {
        const uint32_t slot = m_ledger.takeReady(Lane::Tcp);
        const Series &series = m_ledger.series(slot);
        const int64_t now = steadyNow();
        const EchoStamp stamp = m_ledger.nextStamp(slot, now);
        const auto result =
            m_probes.start({slot, stamp.generation, stamp.number}, series.address, series.tcpPort, std::chrono::milliseconds(series.wait));
        switch (result) {
        case ConnectProbes::Start::Begun:
            m_ledger.sent(slot, now);
            continue;
        case ConnectProbes::Start::Wanting:
            m_ledger.postpone(slot, wanting, m_now);
            continue;
        case ConnectProbes::Start::Refused:
            m_ledger.postpone(slot, forbidden, m_now);
            continue;
        case ConnectProbes::Start::Forbidden:
            m_ledger.fail(slot, EchoCause::NotPermitted);
            continue;
        case ConnectProbes::Start::Full:
            break;
        }
        // Room comes when others are decided or over; the host waits, it is not counted against it.
        m_ledger.putBack(slot);
        m_probesPausedUntil = m_now + nsPerMs;
        break;
    }
    m_pacer.spend(started, m_now);
}

} // namespace collector
