#include "icmp/echosocket.h"

#include "icmp/echo.h"
#include "icmp/echofilter.h"
#include "icmp/unreachable.h"

#include <QRandomGenerator>

#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace collector {

static constexpr int mostPendingErrors = 16; // in a row: each takes a packet that has come since the one before

struct EchoSocket::Buffers
{
    // Out: everything but packet and address is filled in once.
    std::array<EchoPacket, batch> packets;
    std::array<sockaddr_in6, batch> to{};
    std::array<iovec, batch> outVectors{};
    std::array<mmsghdr, batch> out{};
    // In: an IP header with options, our packet and what tells that there is more than that.
    struct alignas(cmsghdr) Control
    {
        std::array<char, 160> bytes;
    };
    std::array<std::array<char, 192>, batch> data;
    std::array<Control, batch> control;
    std::array<sockaddr_in6, batch> from{};
    std::array<iovec, batch> inVectors{};
    std::array<mmsghdr, batch> in{};
    std::array<Answer, batch> answers;
    std::array<Complaint, batch> complaints;
};

static bool setOption(int descriptor, int level, int name, int value)
{
    return setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

// As large as we may: a reply takes 768 bytes there, so the usual 208 KiB hold 256 of them.
static void growBuffers(int descriptor)
{
    constexpr int in = 32 << 20;
    constexpr int out = 8 << 20;
    if (!setOption(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, in))
        setOption(descriptor, SOL_SOCKET, SO_RCVBUF, in);
    if (!setOption(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, out))
        setOption(descriptor, SOL_SOCKET, SO_SNDBUF, out);
}

std::unique_ptr<EchoSocket> EchoSocket::open(Family family, int *error)
{
    const int domain = family == Family::V4 ? AF_INET : AF_INET6;
    const int protocol = family == Family::V4 ? int(IPPROTO_ICMP) : int(IPPROTO_ICMPV6);
    for (const Kind kind : {Kind::Datagram, Kind::Raw}) {
        const int type = kind == Kind::Datagram ? SOCK_DGRAM : SOCK_RAW;
        const int descriptor = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
        if (descriptor < 0) {
            *error = errno;
            continue;
        }
        std::unique_ptr<EchoSocket> result(new EchoSocket(descriptor, family, kind));
        if (result->configure())
            return result;
        *error = errno;
    }
    return nullptr;
}

EchoSocket::EchoSocket(int descriptor, Family family, Kind kind)
    : m_descriptor(descriptor),
      m_family(family),
      m_kind(kind),
      m_buffers(std::make_unique<Buffers>())
{
    Buffers &b = *m_buffers;
    const uint8_t type = family == Family::V4 ? uint8_t(ICMP_ECHO) : uint8_t(ICMP6_ECHO_REQUEST);
    for (size_t i = 0; i < batch; ++i) {
        b.packets[i].type = type;
        b.outVectors[i] = {&b.packets[i], sizeof(EchoPacket)};
        b.out[i].msg_hdr = {&b.to[i], 0, &b.outVectors[i], 1, nullptr, 0, 0};
        b.inVectors[i] = {b.data[i].data(), b.data[i].size()};
        b.in[i].msg_hdr = {&b.from[i], 0, &b.inVectors[i], 1, b.control[i].bytes.data(), 0, 0};
    }
}

EchoSocket::~EchoSocket()
{
    close(m_descriptor);
}

bool EchoSocket::configure()
{
    if (m_kind == Kind::Raw && !setFilter())
        return false;
    const bool isV4 = m_family == Family::V4;
    const bool isSet =
        setOption(m_descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1) &&
        (isV4 ? setOption(m_descriptor, IPPROTO_IP, IP_RECVERR, 1) &&
                    (m_kind == Kind::Raw || setOption(m_descriptor, IPPROTO_IP, IP_RECVTTL, 1)) // raw: it is in the header
              : setOption(m_descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1) && setOption(m_descriptor, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    if (!isSet)
        return false;
    growBuffers(m_descriptor);
    // Our packets fit any path, and bear "do not fragment" as it is. Said in so many words, the kernel need not find an identification for
    // each, which may meet no other of that address in the last while: a tenth of what an echo costs, a cache line of a large table.
    if (isV4)
        setOption(m_descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    if (m_kind == Kind::Raw)
        return true;

    // The port that the kernel picks is the identifier it puts into every packet.
    sockaddr_in6 name{};
    socklen_t length = isV4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    name.sin6_family = isV4 ? AF_INET : AF_INET6;
    if (bind(m_descriptor, reinterpret_cast<const sockaddr *>(&name), length) != 0)
        return false;
    if (getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&name), &length) != 0)
        return false;
    m_identifier = name.sin6_port; // at the same place in both forms
    return true;
}

bool EchoSocket::setFilter()
{
    m_identifier = htons(uint16_t(QRandomGenerator::system()->bounded(1, 65536)));
    return m_family == Family::V4 ? filterEchoReplies4(m_descriptor, ntohs(m_identifier))
                                  : filterEchoReplies6(m_descriptor, ntohs(m_identifier));
}

void EchoSocket::stage(int index, const EchoAddress &to, const EchoStamp &stamp, uint64_t cookie, uint16_t sequence)
{
    const auto i = size_t(index);
    EchoPacket &packet = m_buffers->packets[i];
    packet.identifier = m_identifier;
    packet.sequence = htons(sequence);
    packet.write(stamp, cookie);
    packet.checksum = 0;
    if (m_family == Family::V4 && m_kind == Kind::Raw)
        packet.checksum = internetChecksum(packet);
    m_buffers->out[i].msg_hdr.msg_namelen = to.toSocket(m_buffers->to[i]);
}

EchoSocket::Sent EchoSocket::send(int packets)
{
    Sent result;
    while (result.packets < packets) {
        mmsghdr *next = m_buffers->out.data() + result.packets;
        const int sent = sendmmsg(m_descriptor, next, unsigned(packets - result.packets), MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            result.error = errno;
            break;
        }
        result.packets += sent;
    }
    return result;
}

int EchoSocket::receiveBatch(int flags)
{
    Buffers &b = *m_buffers;
    for (mmsghdr &message : b.in) {
        message.msg_hdr.msg_namelen = sizeof(sockaddr_in6);
        message.msg_hdr.msg_controllen = sizeof(Buffers::Control);
        message.msg_hdr.msg_flags = 0;
    }
    // A pending error, of whatever address, is told before what has been received, and once: the error queue has it as well.
    for (int attempt = 0; attempt < mostPendingErrors; ++attempt) {
        const int got = recvmmsg(m_descriptor, b.in.data(), batch, MSG_DONTWAIT | flags, nullptr);
        if (got >= 0)
            return got;
        if (errno == EAGAIN)
            break;
    }
    return 0;
}

static const cmsghdr *findControl(msghdr &message, int level, int type)
{
    for (cmsghdr *control = CMSG_FIRSTHDR(&message); control; control = CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level == level && control->cmsg_type == type)
            return control;
    }
    return nullptr;
}

template<typename T>
static T controlValue(const cmsghdr *control)
{
    T value{};
    std::memcpy(&value, CMSG_DATA(control), sizeof value);
    return value;
}

std::span<const EchoSocket::Answer> EchoSocket::receive()
{
    Buffers &b = *m_buffers;
    const bool isV4 = m_family == Family::V4;
    const int got = receiveBatch(0);
    for (size_t i = 0; i < size_t(got); ++i) {
        Answer &answer = b.answers[i];
        answer = {};
        msghdr &message = b.in[i].msg_hdr;
        answer.from = EchoAddress::fromSocket(reinterpret_cast<const sockaddr *>(&b.from[i]));
        const auto reply = message.msg_flags & MSG_TRUNC ? std::nullopt : readEchoReply({b.data[i].data(), b.in[i].msg_len}, wire());
        if (!reply)
            continue;
        answer.isWhole = true;
        answer.reply = *reply;
        for (cmsghdr *control = CMSG_FIRSTHDR(&message); control; control = CMSG_NXTHDR(&message, control)) {
            if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_TIMESTAMPNS) {
                const auto stamp = controlValue<timespec>(control);
                answer.arrivedAt = int64_t(stamp.tv_sec) * 1'000'000'000 + stamp.tv_nsec;
            } else if (isV4 ? control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TTL
                            : control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT) {
                answer.reply.ttl = uint8_t(controlValue<int>(control));
            }
        }
    }
    return {b.answers.data(), size_t(got)};
}

EchoSocket::Complaints EchoSocket::receiveComplaints()
{
    Buffers &b = *m_buffers;
    const bool isV4 = m_family == Family::V4;
    const int got = receiveBatch(MSG_ERRQUEUE);
    size_t count = 0;
    for (size_t i = 0; i < size_t(got); ++i) {
        const cmsghdr *control =
            isV4 ? findControl(b.in[i].msg_hdr, IPPROTO_IP, IP_RECVERR) : findControl(b.in[i].msg_hdr, IPPROTO_IPV6, IPV6_RECVERR);
        const auto echo = readReturnedEcho({b.data[i].data(), b.in[i].msg_len}, wire());
        const EchoCause cause = control ? unreachableCause(controlValue<sock_extended_err>(control)) : EchoCause::None;
        if (echo && cause != EchoCause::None)
            b.complaints[count++] = {EchoAddress::fromSocket(reinterpret_cast<const sockaddr *>(&b.from[i])), *echo, cause};
    }
    return {{b.complaints.data(), count}, got};
}

uint32_t EchoSocket::overflowed() const
{
    std::array<uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t length = sizeof info;
    if (getsockopt(m_descriptor, SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0)
        return 0;
    return info[SK_MEMINFO_DROPS];
}

} // namespace collector
