#include "icmp/echoanswer.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

#include <algorithm>
#include <cstring>

namespace collector {

std::optional<EchoReply> readEchoReply(std::span<const char> bytes, const EchoWire &wire)
{
    EchoReply reply;
    if (wire.hasIpHeader) {
        if (bytes.size() < sizeof(iphdr))
            return std::nullopt;
        reply.ttl = uint8_t(bytes[offsetof(iphdr, ttl)]);
        bytes = bytes.subspan(std::min(bytes.size(), size_t(bytes[0] & 15) * 4));
    }
    EchoPacket packet;
    if (bytes.size() != sizeof packet)
        return std::nullopt;
    std::memcpy(&packet, bytes.data(), sizeof packet);
    const uint8_t type = wire.isV4 ? uint8_t(ICMP_ECHOREPLY) : uint8_t(ICMP6_ECHO_REPLY);
    if (packet.type != type || packet.code != 0 || packet.identifier != wire.identifier)
        return std::nullopt;
    reply.stamp = packet.stamp();
    reply.cookie = packet.cookieOfIt();
    return reply;
}

std::optional<ReturnedEcho> readReturnedEcho(std::span<const char> bytes, const EchoWire &wire)
{
    constexpr size_t header = 8; // what RFC 792 promises of our packet
    if (bytes.size() < header)
        return std::nullopt;
    EchoPacket packet;
    std::memcpy(&packet, bytes.data(), std::min(bytes.size(), sizeof packet));
    const uint8_t type = wire.isV4 ? uint8_t(ICMP_ECHO) : uint8_t(ICMP6_ECHO_REQUEST);
    if (packet.type != type || packet.identifier != wire.identifier)
        return std::nullopt;
    ReturnedEcho echo;
    echo.sequence = ntohs(packet.sequence);
    if (bytes.size() >= sizeof packet) {
        echo.isWhole = true;
        echo.stamp = packet.stamp();
        echo.cookie = packet.cookieOfIt();
    }
    return echo;
}

} // namespace collector
