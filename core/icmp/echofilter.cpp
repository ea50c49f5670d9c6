#include "icmp/echofilter.h"

#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <span>

namespace collector {

static bool attach(int descriptor, std::span<sock_filter> code)
{
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

bool filterEchoReplies4(int descriptor, uint16_t identifier)
{
    const icmp_filter types{~(1u << ICMP_ECHOREPLY)};
    if (setsockopt(descriptor, SOL_RAW, ICMP_FILTER, &types, sizeof types) != 0)
        return false;
    sock_filter code[] = {
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), // the packet begins with its IP header, 4 * (first byte & 15) long
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),  BPF_STMT(BPF_RET | BPF_K, 0),
    };
    return attach(descriptor, code);
}

bool filterEchoReplies6(int descriptor, uint16_t identifier)
{
    icmp6_filter types;
    ICMP6_FILTER_SETBLOCKALL(&types);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &types);
    if (setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof types) != 0)
        return false;
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4), // the packet begins with its ICMPv6 header
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    return attach(descriptor, code);
}

} // namespace collector
