#include "icmp/echoloop.h"

#include "icmp/clock.h"
#include "icmp/echodoorbell.h"
#include "icmp/echonotice.h"
#include "icmp/unreachable.h"

#include <QRandomGenerator>

#include <poll.h>

#include <algorithm>
#include <ctime>

namespace collector {

static constexpr int64_t nsPerMs = 1'000'000;
static constexpr int64_t napTime = nsPerMs / 5; // while packets come and go: many at once cost less than each for itself
static constexpr int64_t forever = INT64_MAX;
static constexpr int64_t floodGrace = 1000 * nsPerMs;
static constexpr int64_t withdrawEvery = 10 * nsPerMs; // each costs a look at all that is in flight

static SipKey randomKey()
{
    auto *random = QRandomGenerator::system();
    return {random->generate64(), random->generate64()};
}

EchoLoop::EchoLoop(double rate, std::shared_ptr<EchoDoorbell> doorbell)
    : m_doorbell(std::move(doorbell)),
      m_key(randomKey()),
      m_now(steadyNow()),
      m_ledger(m_now),
      m_pacer(rate, m_now),
      m_probes(m_now)
{
}

EchoLoop::~EchoLoop() = default;

void EchoLoop::add(std::shared_ptr<EchoMailbox> mailbox, uint8_t index)
{
    m_mailboxes[index] = std::move(mailbox);
    m_mailboxCount = std::max(m_mailboxCount, index + 1);
}

// With the first request that needs them, so that a run without pings asks for nothing.
void EchoLoop::openSockets()
{
    m_socketsAreOpen = true;
    for (const Lane lane : {Lane::Icmp4, Lane::Icmp6}) {
        Outlet &outlet = outletOf(lane);
        outlet.socket = EchoSocket::open(lane == Lane::Icmp4 ? EchoSocket::Family::V4 : EchoSocket::Family::V6, &outlet.openError);
        if (!outlet.socket)
            continue;
        outlet.slotBySequence.resize(65536, SlotLink::none);
    }
    noticeMethod(m_outlets[0].socket.get(), m_outlets[1].socket.get(), m_outlets[0].openError);
}

EchoMethod EchoLoop::methodFor(const EchoRequest &request) const
{
    if (request.method == EchoMethod::Tcp)
        return EchoMethod::Tcp;
    const bool hasSocket = m_outlets[request.address.isV4() ? 0 : 1].socket != nullptr;
    // A machine without IPv6 has no socket for it either; that is no reason to try TCP, nor would TCP mind.
    return hasSocket || request.method == EchoMethod::Icmp ? EchoMethod::Icmp : EchoMethod::Tcp;
}

void EchoLoop::turn()
{
    sleep();
    m_now = steadyNow();
    poll(0); // after the clock: what has come until now counts before what is over now
    if (!m_ledger.hasReady(Lane::Icmp4) && !m_ledger.hasReady(Lane::Icmp6) && !m_ledger.hasReady(Lane::Tcp))
        m_pacer.rest(m_now); // until now there was nothing to send
    const uint64_t before = m_ledger.counters.sent + m_ledger.counters.answered;
    receive();
    takeOutcomes();
    // What is unread may be an answer in time. A flood that never ends, though, must not keep the others for ever.
    const int64_t over = m_mayHaveMore ? m_now - floodGrace : m_now;
    m_ledger.expire(over);
    m_probes.expire(over);
    collect();
    withdraw();
    sendAll();
    deliver();
    m_wasBusy = m_ledger.counters.sent + m_ledger.counters.answered != before;
}

int64_t EchoLoop::nextAt() const
{
    int64_t next = forever;
    if (m_hasWithdrawn)
        next = m_withdrawAt;
    if (const auto due = m_ledger.nextAt())
        next = std::min(next, *due);
    if (const auto due = m_probes.nextAt())
        next = std::min(next, *due);
    const int64_t paced = m_pacer.isLimited() ? m_pacer.nextAt() : 0;
    for (const Lane lane : {Lane::Icmp4, Lane::Icmp6}) {
        const Outlet &outlet = m_outlets[size_t(lane)];
        if (m_ledger.hasReady(lane) && !outlet.isBlocked)
            next = std::min(next, std::max(paced, outlet.pausedUntil));
    }
    if (m_ledger.hasReady(Lane::Tcp))
        next = std::min(next, std::max(paced, m_probesPausedUntil));
    if (m_mayHaveMore || m_probes.hasImmediate())
        next = 0;
    return next;
}

// Between two turns with traffic a nap without any wake-up gathers what comes; without traffic the thread lies down and everything wakes
// it.
void EchoLoop::sleep()
{
    const int64_t now = steadyNow();
    const int64_t left = nextAt() == forever ? forever : nextAt() - now;
    if (left <= 0)
        return;
    if (m_wasBusy) {
        const int64_t time = std::min(left, napTime);
        const timespec nap{0, long(time)};
        nanosleep(&nap, nullptr);
    } else {
        m_doorbell->lieDown();
        poll(m_doorbell->hasRung() ? 0 : left);
        m_doorbell->getUp();
    }
}

// By ppoll, not epoll: these are four descriptors, and a socket in an epoll set pays for it with each packet that comes.
void EchoLoop::poll(int64_t timeout)
{
    std::array<pollfd, 4> ready;
    ready[2] = {m_doorbell->descriptor(), POLLIN, 0};
    ready[3] = {m_probes.descriptor(), POLLIN, 0};
    for (size_t i = 0; i < m_outlets.size(); ++i) {
        const Outlet &outlet = m_outlets[i];
        ready[i] = {outlet.socket ? outlet.socket->descriptor() : -1, short(outlet.isBlocked ? POLLIN | POLLOUT : POLLIN), 0};
    }
    const timespec time{time_t(timeout / 1'000'000'000), long(timeout % 1'000'000'000)};
    ppoll(ready.data(), ready.size(), timeout == forever ? nullptr : &time, nullptr);
    for (size_t i = 0; i < m_outlets.size(); ++i) {
        Outlet &outlet = m_outlets[i];
        outlet.hasAnswers = ready[i].revents & POLLIN;
        outlet.hasComplaints = ready[i].revents & POLLERR;
        if (ready[i].revents & POLLOUT)
            outlet.isBlocked = false;
    }
}

void EchoLoop::collect()
{
    if (!m_doorbell->takeRing())
        return;
    for (int i = 0; i < m_mailboxCount; ++i) {
        const auto index = uint8_t(i);
        if (!m_mailboxes[index])
            continue;
        const bool isOpen = m_mailboxes[index]->collect(m_requests, m_tokens);
        if (!isOpen) {
            m_ledger.withdrawAll(index);
            m_withdrawn[index].clear();
            m_mailboxes[index].reset();
            continue;
        }
        for (const EchoRequest &request : m_requests) {
            if (!m_socketsAreOpen && request.method != EchoMethod::Tcp)
                openSockets();
            const EchoMethod method = methodFor(request);
            if (method == EchoMethod::Icmp && !m_outlets[request.address.isV4() ? 0 : 1].socket)
                m_ledger.refuse(request, index, method, EchoCause::NotPermitted);
            else
                m_ledger.begin(request, index, method);
        }
        if (!m_tokens.empty()) {
            m_withdrawn[index].insert(m_withdrawn[index].end(), m_tokens.begin(), m_tokens.end());
            m_hasWithdrawn = true;
        }
    }
}

void EchoLoop::withdraw()
{
    if (!m_hasWithdrawn || m_now < m_withdrawAt)
        return;
    for (int i = 0; i < m_mailboxCount; ++i) {
        auto &tokens = m_withdrawn[size_t(i)];
        if (tokens.empty())
            continue;
        std::sort(tokens.begin(), tokens.end());
        m_ledger.withdraw(uint8_t(i), tokens);
        tokens.clear();
    }
    m_hasWithdrawn = false;
    m_withdrawAt = m_now + withdrawEvery;
}

void EchoLoop::deliver()
{
    for (int i = 0; i < m_mailboxCount; ++i) {
        auto &results = m_ledger.results(uint8_t(i));
        if (const auto &mailbox = m_mailboxes[size_t(i)]) {
            if (!results.empty())
                mailbox->deliver(results);
            mailbox->setLeft(m_ledger.left(uint8_t(i)));
        }
        results.clear();
    }
}

} // namespace collector
