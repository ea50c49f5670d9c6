#include "net/tcpconnect.h"

#include <linux/errqueue.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto headStart = 250ms;   // RFC 8305, section 5
constexpr auto unansweredFor = 20s; // unacknowledged data of ours, then the kernel gives the peer up
constexpr int firstProbe = 15;      // seconds of silence
constexpr int probeInterval = 10;   // seconds
constexpr int keptForFiles = 16;    // descriptors that no connection takes: known_hosts, keys, name lookups need them

template<typename Value>
void setOption(int descriptor, int level, int name, Value value)
{
    setsockopt(descriptor, level, name, &value, sizeof value);
}

QString place(const SocketAddress &peer)
{
    const QString literal = QString::fromLatin1(peer.toLiteral());
    return (peer.isIPv6() ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(literal).arg(peer.port());
}

// The kernel gives the lowest number that is free.
bool isKeptForFiles(int descriptor)
{
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > rlim_t(keptForFiles) * 2 &&
           rlim_t(descriptor) + keptForFiles >= limit.rlim_cur;
}

bool isZoneMissing(const SocketAddress &peer)
{
    if (!peer.isIPv6())
        return false;
    const auto &address = *reinterpret_cast<const sockaddr_in6 *>(peer.data());
    return IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr) && address.sin6_scope_id == 0;
}

// Whether a firewall had "prohibited" sent, which errno does not tell from a host that is down. IPv6 has an errno of its own for it.
// RFC 1812, 5.2.7.1. "Port unreachable" (REJECT's default) is what a host without the service may send as well: refused.
bool isRejected(int descriptor)
{
    alignas(cmsghdr) std::array<char, 256> control;
    msghdr message{nullptr, 0, nullptr, 0, control.data(), control.size(), 0};
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return false;
    for (cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        sock_extended_err error{};
        if (part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_RECVERR || part->cmsg_len < CMSG_LEN(sizeof error))
            continue;
        memcpy(&error, CMSG_DATA(part), sizeof error);
        constexpr std::array codes{ICMP_NET_ANO, ICMP_HOST_ANO, ICMP_PKT_FILTERED};
        return error.ee_origin == SO_EE_ORIGIN_ICMP && error.ee_type == ICMP_DEST_UNREACH &&
               std::find(codes.begin(), codes.end(), int(error.ee_code)) != codes.end();
    }
    return false;
}

// The kernel says of that what it says where no port is left: a datagram socket does not want for the same ones.
bool isWithoutSource(const SocketAddress &peer)
{
    const int descriptor = ::socket(peer.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    const bool isIt = connect(descriptor, peer.data(), peer.size()) != 0 && errno == EADDRNOTAVAIL;
    close(descriptor);
    return isIt;
}

// No port is taken yet (IP_BIND_ADDRESS_NO_PORT): it is the address.
JobError bindError(int error, const SocketAddress &source, const SocketAddress &peer)
{
    if (error != EADDRNOTAVAIL)
        return connectError(error, peer);
    return JobError(Cause::BadVariable,
                    QStringLiteral("%1 is no address of this machine; check BindAddress").arg(QString::fromLatin1(source.toLiteral())));
}

// The first one's family first, then each in turn.
std::vector<SocketAddress> alternating(std::vector<SocketAddress> peers)
{
    std::vector<SocketAddress> result;
    result.reserve(peers.size());
    const auto sameFamily = [&peers](const SocketAddress &peer) { return peer.family() == peers.front().family(); };
    auto other = std::stable_partition(peers.begin() + 1, peers.end(), sameFamily);
    const auto end = other;
    for (auto one = peers.begin(); one != end || other != peers.end();) {
        if (one != end)
            result.push_back(*one++);
        if (other != peers.end())
            result.push_back(*other++);
    }
    return result;
}

// Connections to several addresses under way, all in an epoll set of their own.
class Race
{
public:
    Race(Reactor &reactor, std::vector<SocketAddress> peers, std::optional<SocketAddress> source)
        : m_reactor(reactor),
          m_peers(std::move(peers)),
          m_source(source),
          m_set(reactor, epoll_create1(EPOLL_CLOEXEC))
    {
    }

    [[nodiscard]] int descriptor() const { return m_set.descriptor(); }
    [[nodiscard]] const SocketAddress &firstPeer() const { return m_peers.front(); }
    [[nodiscard]] bool isMoreToStart() const { return m_started.size() < m_peers.size(); }

    // Starts the next one that can be started at all. Throws when nothing is left that may yet succeed.
    void startNext()
    {
        if (m_set.descriptor() < 0) // what nobody watches would be looked at for ever
            throw connectError(EMFILE, firstPeer());
        while (isMoreToStart()) {
            const size_t index = m_started.size();
            m_started.emplace_back();
            try {
                m_started[index] = startConnect(m_reactor, m_peers[index], m_source);
            } catch (const JobError &error) {
                noteFailure(index, error);
                continue;
            }
            epoll_event event{};
            event.events = EPOLLOUT;
            event.data.u64 = index;
            epoll_ctl(m_set.descriptor(), EPOLL_CTL_ADD, m_started[index].descriptor(), &event);
            ++m_underWay;
            return;
        }
        if (m_underWay == 0)
            throw JobError(*m_firstFailure);
    }

    // The one that has been made, if any. Starts another for each that has failed.
    [[nodiscard]] std::optional<Connected> winner()
    {
        std::array<epoll_event, 8> events{};
        const int count = epoll_wait(m_set.descriptor(), events.data(), int(events.size()), 0);
        for (int i = 0; i < count; ++i) {
            const size_t index = events[size_t(i)].data.u64;
            OwnedSocket &socket = m_started[index];
            const auto failure = connectFailure(socket.descriptor(), m_peers[index]);
            if (!failure) {
                epoll_ctl(m_set.descriptor(), EPOLL_CTL_DEL, socket.descriptor(), nullptr);
                return Connected{std::move(socket), m_peers[index]};
            }
            noteFailure(index, *failure);
            socket = OwnedSocket();
            --m_underWay;
            startNext();
        }
        return std::nullopt;
    }

private:
    // That of the first address counts, whichever fails first.
    void noteFailure(size_t index, const JobError &error)
    {
        if (m_firstFailure && m_failedFirst < index)
            return;
        m_firstFailure.emplace(error);
        m_failedFirst = index;
    }

    Reactor &m_reactor;
    const std::vector<SocketAddress> m_peers;
    const std::optional<SocketAddress> m_source;
    std::vector<OwnedSocket> m_started; // by index of the peer
    int m_underWay = 0;
    std::optional<JobError> m_firstFailure;
    size_t m_failedFirst = 0; // whose it is
    OwnedSocket m_set;
};

} // namespace

OwnedSocket &OwnedSocket::operator=(OwnedSocket &&other) noexcept
{
    OwnedSocket previous(std::move(*this));
    m_reactor = other.m_reactor;
    m_descriptor = std::exchange(other.m_descriptor, -1);
    return *this;
}

OwnedSocket::~OwnedSocket()
{
    if (m_descriptor < 0)
        return;
    m_reactor->forget(m_descriptor);
    ::close(m_descriptor);
}

JobError connectError(int error, const SocketAddress &peer)
{
    const auto failed = [&peer](Cause cause, const QString &what) { return JobError(cause, what.arg(place(peer))); };
    switch (error) {
    case ECONNREFUSED:
        return failed(
            Cause::Refused,
            QStringLiteral("%1 refuses connections, or a firewall does; does its service (sshd, for SSH) run there, on this port?"));
    case ETIMEDOUT:
        return failed(Cause::ConnectTimeout, QStringLiteral("%1 does not answer; is the host up, does a firewall drop the packets?"));
    case EHOSTUNREACH: // also of a host in our own network that nobody answers for
    case EHOSTDOWN:
        return failed(Cause::NoRoute,
                      QStringLiteral("%1 is unreachable: the host is down, or there is no route to it; check address and network"));
    case ENETUNREACH:
    case ENETDOWN:
    case ENODEV:
        return failed(Cause::NoRoute, QStringLiteral("there is no route to %1; check address and network"));
    case EACCES:
    case EPERM:
        return failed(Cause::Prohibited, QStringLiteral("a firewall prohibits connections to %1"));
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
        return failed(Cause::Reset, QStringLiteral("%1 resets the connection"));
    case EINVAL:
        if (isZoneMissing(peer))
            return failed(Cause::BadAddress, QStringLiteral("%1 may be on any link: name the one that is meant, as in fe80::1%eth0"));
        return failed(Cause::NoRoute, QStringLiteral("this machine's routes throw away what is for %1 (blackhole); check them"));
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
        return failed(Cause::BadAddress, QStringLiteral("%1 is no address that can be connected to"));
    case EADDRNOTAVAIL:
        return failed(Cause::LocalLimit,
                      QStringLiteral("no local port is left for %1; widen net.ipv4.ip_local_port_range, lower --concurrency"));
    case EMFILE:
    case ENFILE:
        return failed(Cause::LocalLimit,
                      QStringLiteral("no descriptor is left for %1; raise the limit (ulimit -n) or lower --concurrency"));
    case ENOBUFS:
    case ENOMEM:
        return failed(Cause::LocalLimit, QStringLiteral("the kernel has no memory left for a connection to %1; lower --concurrency"));
    default:
        return failed(Cause::NoRoute, QStringLiteral("%1: ") + QString::fromLocal8Bit(strerror(error)));
    }
}

JobError connectTimeout(const SocketAddress &peer, std::chrono::milliseconds after)
{
    return JobError(Cause::ConnectTimeout,
                    QStringLiteral("%1 did not answer within %2 ms; is the host up, does a firewall drop the packets? (--connect-timeout)")
                        .arg(place(peer))
                        .arg(after.count()));
}

OwnedSocket startConnect(Reactor &reactor, const SocketAddress &peer, const std::optional<SocketAddress> &source)
{
    OwnedSocket socket(reactor, ::socket(peer.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = socket.descriptor();
    if (fd < 0)
        throw connectError(errno, peer);
    if (isKeptForFiles(fd))
        throw connectError(EMFILE, peer);
    setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    setOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, firstProbe);
    setOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, probeInterval);
    setOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, unsigned(std::chrono::milliseconds(unansweredFor).count()));
    if (source && source->family() == peer.family()) {
        setOption(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        if (bind(fd, source->data(), source->size()) != 0)
            throw bindError(errno, *source, peer);
    }
    if (connect(fd, peer.data(), peer.size()) == 0 || errno == EINPROGRESS)
        return socket;
    const int error = errno;
    if (error == EADDRNOTAVAIL && isWithoutSource(peer))
        throw JobError(Cause::NoRoute,
                       QStringLiteral("this machine has no address from which %1 can be reached; check its interfaces").arg(place(peer)));
    throw connectError(error, peer);
}

std::optional<JobError> connectFailure(int descriptor, const SocketAddress &peer)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error == 0)
        return std::nullopt;
    return connectError(isRejected(descriptor) ? EACCES : error, peer);
}

Task<Connected> connectToAny(Reactor &reactor, std::vector<SocketAddress> peers, std::optional<SocketAddress> source,
                             std::chrono::milliseconds timeout)
{
    const Deadline deadline = reactor.after(timeout);
    Race race(reactor, alternating(std::move(peers)), source);
    race.startNext();
    for (;;) {
        const Deadline next = race.isMoreToStart() ? std::min(deadline, reactor.after(headStart)) : deadline;
        const Reactor::Wake wake = co_await reactor.ready(race.descriptor(), EPOLLIN, next);
        if (wake == Reactor::Wake::Expired) {
            if (next == deadline)
                throw connectTimeout(race.firstPeer(), timeout);
            race.startNext();
            continue;
        }
        if (auto winner = race.winner())
            co_return std::move(*winner);
    }
}

bool isConnected(int descriptor)
{
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    return getpeername(descriptor, reinterpret_cast<sockaddr *>(&peer), &size) == 0;
}

} // namespace collector
