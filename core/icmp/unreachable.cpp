#include "icmp/unreachable.h"

#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace collector {

// RFC 792, RFC 1812 5.2.7.1. A protocol or port that is unreachable is what firewalls answer to an echo (REJECT's default).
static EchoCause causeOf4(int type, int code)
{
    if (type == ICMP_TIME_EXCEEDED)
        return EchoCause::NoRoute;
    if (type != ICMP_DEST_UNREACH)
        return EchoCause::None;
    switch (code) {
    case ICMP_PROT_UNREACH:
    case ICMP_PORT_UNREACH:
    case ICMP_NET_ANO:
    case ICMP_HOST_ANO:
    case ICMP_PKT_FILTERED:
        return EchoCause::Prohibited;
    case ICMP_FRAG_NEEDED:
        return EchoCause::None;
    default:
        return EchoCause::NoRoute;
    }
}

// RFC 4443 3.1: codes 5 and 6 are kinds of 1.
static EchoCause causeOf6(int type, int code)
{
    constexpr int sourcePolicy = 5;
    constexpr int rejectRoute = 6;
    if (type == ICMP6_TIME_EXCEEDED)
        return EchoCause::NoRoute;
    if (type != ICMP6_DST_UNREACH)
        return EchoCause::None;
    switch (code) {
    case ICMP6_DST_UNREACH_ADMIN:
    case ICMP6_DST_UNREACH_NOPORT:
    case sourcePolicy:
    case rejectRoute:
        return EchoCause::Prohibited;
    default:
        return EchoCause::NoRoute;
    }
}

EchoCause unreachableCause(const sock_extended_err &error)
{
    switch (error.ee_origin) {
    case SO_EE_ORIGIN_ICMP:
        return causeOf4(error.ee_type, error.ee_code);
    case SO_EE_ORIGIN_ICMP6:
        return causeOf6(error.ee_type, error.ee_code);
    default:
        return EchoCause::None;
    }
}

static int connectError(const EchoAddress &address, bool mayBroadcast)
{
    const int descriptor = socket(address.isV4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return errno;
    const int on = mayBroadcast;
    setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    sockaddr_in6 name;
    const socklen_t length = address.toSocket(name, 9);
    const int error = connect(descriptor, reinterpret_cast<const sockaddr *>(&name), length) == 0 ? 0 : errno;
    close(descriptor);
    return error;
}

EchoCause routeVerdict(const EchoAddress &address)
{
    switch (connectError(address, false)) {
    case 0:
        return EchoCause::None;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL: // no source address that would do
    case ENETDOWN:
    case ENODEV:
        return EchoCause::NoRoute;
    case EACCES:
        // A broadcast address, unless it is a route of type prohibit.
        return connectError(address, true) == 0 ? EchoCause::BadAddress : EchoCause::Prohibited;
    case EINVAL: // a route of type blackhole: what is no address at all has been refused before (EchoAddress::isPingable)
    case EAFNOSUPPORT:
        return EchoCause::NoRoute;
    default:
        return EchoCause::LocalLimit;
    }
}

} // namespace collector
