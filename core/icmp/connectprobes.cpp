#include "icmp/connectprobes.h"

#include "icmp/clock.h"
#include "icmp/unreachable.h"

#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace collector {

// Half of what this process may open, so that the SSH sessions beside it find descriptors too.
static int windowSize()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return int(std::clamp<rlim_t>(limit.rlim_cur / 2, 16, 10'000));
}

static int makeEpoll()
{
    const int descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return descriptor;
}

ConnectProbes::ConnectProbes(int64_t now) : m_epoll(makeEpoll()), m_most(windowSize()), m_wheel(m_table, now) {}

ConnectProbes::~ConnectProbes()
{
    for (const Probe &probe : m_table.probes) {
        if (probe.descriptor >= 0)
            close(probe.descriptor);
    }
    close(m_epoll);
}

static void configure(int descriptor, bool isV4)
{
    const int on = 1;
    const linger reset{1, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    setsockopt(descriptor, IPPROTO_TCP, TCP_SYNCNT, &on, sizeof on);
    if (isV4)
        setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on); // says which unreachable it was
    else
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

// What the router said, where errno alone cannot tell a firewall from a missing route.
static EchoCause queuedCause(int descriptor, EchoCause otherwise)
{
    alignas(cmsghdr) char control[256];
    char data[64];
    iovec vector{data, sizeof data};
    msghdr message{nullptr, 0, &vector, 1, control, sizeof control, 0};
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return otherwise;
    for (cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        const bool isError = (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR) ||
                             (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR);
        if (!isError)
            continue;
        sock_extended_err error{};
        std::memcpy(&error, CMSG_DATA(part), sizeof error);
        if (const EchoCause cause = unreachableCause(error); cause != EchoCause::None)
            return cause;
    }
    return otherwise;
}

// No port, descriptor or memory: there may be some later. No port is also what it is called where there is no source address to be had.
static bool isWant(int error)
{
    return error == EADDRNOTAVAIL || error == EAGAIN || error == ENOBUFS || error == ENOMEM || error == EMFILE || error == ENFILE;
}

static bool isAnswer(int error)
{
    return error == 0 || error == ECONNREFUSED || error == ECONNRESET;
}

// The cause that a connection's error stands for; None: somebody answered. A reset or refusal comes from the host itself.
static EchoCause causeOf(int descriptor, int error)
{
    switch (error) {
    case 0:
    case ECONNRESET:
        return EchoCause::None;
    case ECONNREFUSED:
        return queuedCause(descriptor, EchoCause::None); // also what becomes of a firewall's "port unreachable"
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
        return queuedCause(descriptor, EchoCause::NoRoute);
    case EACCES:
        return queuedCause(descriptor, EchoCause::Prohibited);
    default:
        return EchoCause::NoReply;
    }
}

ConnectProbes::Start ConnectProbes::start(const Id &id, const EchoAddress &address, uint16_t port, std::chrono::nanoseconds wait)
{
    if (m_open >= m_most)
        return Start::Full;
    const int descriptor = socket(address.isV4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        if (errno != EAFNOSUPPORT)
            return isWant(errno) ? whenWanting() : Start::Forbidden;
        m_immediate.push_back({id, {}, EchoCause::NoRoute});
        return Start::Begun;
    }
    configure(descriptor, address.isV4());
    sockaddr_in6 name;
    const socklen_t length = address.toSocket(name, port);
    const int64_t begun = steadyNow();
    const int error = connect(descriptor, reinterpret_cast<const sockaddr *>(&name), length) == 0 ? 0 : errno;
    if (error != EINPROGRESS) {
        // What is no answer is this machine's word. What the routes say is the address's; the rest is ours.
        const EchoCause cause = isAnswer(error) ? causeOf(descriptor, error) : routeVerdict(address);
        close(descriptor);
        if (!isAnswer(error) && (cause == EchoCause::None || cause == EchoCause::LocalLimit))
            return isWant(error) ? whenWanting() : Start::Refused;
        m_immediate.push_back({id, std::chrono::nanoseconds(steadyNow() - begun), cause});
        return Start::Begun;
    }

    if (m_free.empty()) {
        m_free.push_back(uint32_t(m_table.probes.size()));
        m_table.probes.emplace_back();
    }
    const uint32_t index = m_free.back();
    m_free.pop_back();
    m_table.probes[index] = {id, descriptor, begun, begun + wait.count(), {}};
    m_wheel.add(index);
    ++m_open;
    epoll_event event{EPOLLOUT, {.u32 = index}};
    epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event);
    return Start::Begun;
}

std::span<const ConnectProbes::Outcome> ConnectProbes::takeOutcomes()
{
    constexpr int most = 256;
    const int64_t now = steadyNow();
    m_outcomes.clear();
    m_outcomes.swap(m_immediate);
    // All there are: what is left would be given up by expire(), though it was decided in time.
    epoll_event events[most];
    for (int ready = most; ready == most;) {
        ready = epoll_wait(m_epoll, events, most, 0);
        for (int i = 0; i < ready; ++i) {
            const uint32_t index = events[i].data.u32;
            const Probe &probe = m_table.probes[index];
            int error = 0;
            socklen_t length = sizeof error;
            getsockopt(probe.descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
            m_outcomes.push_back({probe.id, roundTrip(probe, error, now), causeOf(probe.descriptor, error)});
            m_wheel.remove(index);
            release(index);
        }
    }
    return m_outcomes;
}

// The kernel's own measure, where it has one: of a connection that was made. Else until now, which may be long after, where the thread did
// not get its turn; that is no reason to call late what has not been given up.
std::chrono::nanoseconds ConnectProbes::roundTrip(const Probe &probe, int error, int64_t now)
{
    const std::chrono::nanoseconds seen(std::min(now, probe.dueAt) - probe.sentAt);
    tcp_info info{};
    socklen_t length = sizeof info;
    const bool isMeasured = error == 0 && getsockopt(probe.descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_rtt > 0;
    return isMeasured ? std::min<std::chrono::nanoseconds>(seen, std::chrono::microseconds(info.tcpi_rtt)) : seen;
}

void ConnectProbes::expire(int64_t now)
{
    m_wheel.advance(now, [this](uint32_t index) { release(index); });
}

void ConnectProbes::release(uint32_t index)
{
    close(m_table.probes[index].descriptor);
    m_table.probes[index].descriptor = -1;
    m_free.push_back(index);
    --m_open;
}

} // namespace collector
