#include "icmp/echoloop.h"

#include "icmp/clock.h"
#include "icmp/echodoorbell.h"
#include "icmp/echonotice.h"
#include "icmp/unreachable.h"

#include <QRandomGenerator>

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace collector {

static constexpr int64_t nsPerMs = 1'000'000;
static constexpr int64_t napTime = nsPerMs / 5; // while packets come and go: many at once cost less than each for itself
static constexpr int64_t forever = INT64_MAX;
static constexpr int64_t withdrawEvery = 10 * nsPerMs; // each costs a look at all that is in flight

enum Source : uint32_t { FromIcmp4, FromIcmp6, FromProbes, FromDoorbell };

static int makeEpoll()
{
    const int descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return descriptor;
}

static void watch(int epoll, int operation, int descriptor, uint32_t events, Source source)
{
    epoll_event event{events, {.u32 = source}};
    if (epoll_ctl(epoll, operation, descriptor, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

static SipKey randomKey()
{
    auto *random = QRandomGenerator::system();
    return {random->generate64(), random->generate64()};
}

EchoLoop::EchoLoop(double rate, std::shared_ptr<EchoDoorbell> doorbell)
    : m_doorbell(std::move(doorbell)),
      m_key(randomKey()),
      m_epoll(makeEpoll()),
      m_now(steadyNow()),
      m_ledger(m_now),
      m_pacer(rate, m_now),
      m_probes(m_now)
{
    watch(m_epoll, EPOLL_CTL_ADD, m_doorbell->descriptor(), EPOLLIN, FromDoorbell);
    watch(m_epoll, EPOLL_CTL_ADD, m_probes.descriptor(), EPOLLIN, FromProbes);
}

EchoLoop::~EchoLoop()
{
    close(m_epoll);
}

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
        watch(m_epoll, EPOLL_CTL_ADD, outlet.socket->descriptor(), EPOLLIN, Source(lane));
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
    const uint64_t before = m_ledger.counters.sent + m_ledger.counters.answered;
    receive();
    takeOutcomes();
    if (!m_mayHaveMore) {
        for (Outlet &outlet : m_outlets)
            noticeOverflow(outlet);
        m_ledger.expire(m_now);
        m_probes.expire(m_now);
    }
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
    if (left <= 0) {
        poll(0);
    } else if (m_wasBusy) {
        const int64_t time = std::min(left, napTime);
        const timespec nap{0, long(time)};
        nanosleep(&nap, nullptr);
        poll(0);
    } else {
        m_doorbell->lieDown();
        poll(m_doorbell->hasRung() ? 0 : left);
        m_doorbell->getUp();
    }
}

void EchoLoop::poll(int64_t timeout)
{
    std::array<epoll_event, 4> events;
    const timespec time{time_t(timeout / 1'000'000'000), long(timeout % 1'000'000'000)};
    const int ready = epoll_pwait2(m_epoll, events.data(), int(events.size()), timeout == forever ? nullptr : &time, nullptr);
    for (int i = 0; i < ready; ++i) {
        const auto &event = events[size_t(i)];
        if (event.data.u32 > FromIcmp6)
            continue;
        Outlet &outlet = m_outlets[event.data.u32];
        if (event.events & EPOLLERR)
            outlet.hasComplaints = true;
        if (event.events & EPOLLOUT)
            setBlocked(outlet, false);
    }
}

void EchoLoop::setBlocked(Outlet &outlet, bool isBlocked)
{
    if (outlet.isBlocked == isBlocked)
        return;
    outlet.isBlocked = isBlocked;
    const uint32_t events = isBlocked ? EPOLLIN | EPOLLOUT : EPOLLIN;
    watch(m_epoll, EPOLL_CTL_MOD, outlet.socket->descriptor(), events, Source(&outlet - m_outlets.data()));
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
        if (results.empty())
            continue;
        if (m_mailboxes[size_t(i)])
            m_mailboxes[size_t(i)]->deliver(results);
        results.clear();
    }
}

} // namespace collector
