#include "icmp/echodesk.h"

#include "icmp/echonotice.h"

#include <algorithm>

namespace collector {

EchoDesk::EchoDesk(EchoService &service, Reactor &reactor, std::function<void()> onRoom)
    : m_reactor(reactor),
      m_self(std::make_shared<EchoDesk *>(this)),
      m_onRoom(std::move(onRoom))
{
    // To be called on the ping thread: has `method` called on ours, if we are still there.
    const auto message = [self = m_self, inbox = reactor.inbox()](void (EchoDesk::*method)()) {
        return [self, inbox, method] {
            inbox->send([self, method] {
                if (*self)
                    ((*self)->*method)();
            });
        };
    };
    EchoMailbox::Calls calls{message(&EchoDesk::takeResults), {}};
    if (m_onRoom)
        calls.onRoom = message(&EchoDesk::roomAgain);
    m_mailbox = service.openMailbox(std::move(calls));
}

EchoDesk::~EchoDesk()
{
    *m_self = nullptr;
    if (m_mailbox)
        m_mailbox->close();
}

void EchoDesk::takeResults()
{
    m_mailbox->takeResults(m_results);
    for (const EchoResult &result : m_results) {
        const auto index = uint32_t(result.token);
        const Place &place = m_places[index];
        if (!place.wait || place.generation != uint32_t(result.token >> 32))
            continue; // withdrawn while it came
        SeriesWait &wait = *place.wait;
        wait.m_result = result;
        leave(result.token);
        wait.m_isEntered = false;
        m_reactor.schedule(wait.m_waiter);
    }
}

uint64_t EchoDesk::enter(SeriesWait &wait)
{
    if (m_free.empty()) {
        m_free.push_back(uint32_t(m_places.size()));
        m_places.emplace_back();
    }
    const uint32_t index = m_free.back();
    m_free.pop_back();
    m_places[index].wait = &wait;
    return uint64_t(m_places[index].generation) << 32 | index;
}

void EchoDesk::leave(uint64_t token)
{
    const auto index = uint32_t(token);
    m_places[index].wait = nullptr;
    ++m_places[index].generation;
    m_free.push_back(index);
}

static EchoMethod methodOf(PingRequest::Method method)
{
    switch (method) {
    case PingRequest::Method::Icmp:
        return EchoMethod::Icmp;
    case PingRequest::Method::Tcp:
        return EchoMethod::Tcp;
    case PingRequest::Method::Auto:
        break;
    }
    return EchoMethod::Auto;
}

EchoDesk::SeriesWait::SeriesWait(EchoDesk &desk, const EchoAddress &address, const PingRequest &request) : m_desk(desk)
{
    m_request.address = address;
    m_request.count = uint16_t(std::clamp(request.count, 1, int(EchoRequest::maxCount)));
    m_request.interval = request.interval;
    m_request.wait = request.wait;
    m_request.method = methodOf(request.method);
    m_request.tcpPort = request.tcpPort;
}

EchoDesk::SeriesWait::~SeriesWait()
{
    if (!m_isEntered)
        return;
    m_desk.leave(m_request.token);
    m_desk.m_mailbox->withdraw(m_request.token);
}

void EchoDesk::SeriesWait::await_suspend(std::coroutine_handle<> handle)
{
    m_waiter.suspend(handle);
    if (!m_desk.m_mailbox) { // more workers than there are mailboxes
        m_result.cause = EchoCause::LocalLimit;
        m_desk.m_reactor.schedule(m_waiter);
        return;
    }
    m_request.token = m_desk.enter(*this);
    m_isEntered = true;
    m_desk.m_mailbox->submit(m_request);
}

PingReply EchoDesk::SeriesWait::await_resume() const
{
    return pingReply(m_result);
}

static Cause causeOf(EchoCause cause)
{
    switch (cause) {
    case EchoCause::None:
        return Cause::None;
    case EchoCause::NoReply:
        return Cause::NoReply;
    case EchoCause::NoRoute:
        return Cause::NoRoute;
    case EchoCause::Prohibited:
        return Cause::Prohibited;
    case EchoCause::BadAddress:
        return Cause::BadAddress;
    case EchoCause::LocalLimit:
    case EchoCause::NotPermitted:
        break;
    }
    return Cause::LocalLimit;
}

PingReply pingReply(const EchoResult &result)
{
    PingReply reply;
    reply.isTcp = result.method == EchoMethod::Tcp;
    reply.sent = result.sent;
    reply.received = result.received;
    reply.minimum = result.rttMin;
    reply.average = result.rttAvg;
    reply.maximum = result.rttMax;
    if (result.ttl != 0)
        reply.ttl = result.ttl;
    reply.cause = causeOf(result.cause);
    if (result.cause == EchoCause::NotPermitted && reply.isTcp)
        reply.advice = QStringLiteral("this process may open no TCP socket: what confines it (seccomp, the sandbox of a container or of a "
                                      "systemd unit, SELinux) has to allow it");
    else if (result.cause == EchoCause::LocalLimit && reply.isTcp)
        reply.advice = QStringLiteral("this machine let no connection out: its own firewall, or no descriptor, port or memory is left for "
                                      "one; a higher `ulimit -n` or a lower --rate may help");
    else if (result.cause == EchoCause::NotPermitted)
        reply.advice =
            QStringLiteral("this process may not use ICMP; ") + icmpPermissionAdvice() + QStringLiteral(", or use --method auto");
    else if (result.cause == EchoCause::LocalLimit)
        reply.advice = QStringLiteral("this machine refused to send: its own firewall, or a full queue, neighbour or connection table "
                                      "(net.ipv4.neigh.default.gc_thresh3, nf_conntrack_max); a lower --rate may help");
    return reply;
}

} // namespace collector
