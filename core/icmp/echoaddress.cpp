#include "icmp/echoaddress.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace collector {

static constexpr std::array<uint8_t, 12> mappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static EchoAddress mapped(const void *networkOrder)
{
    EchoAddress address;
    std::copy(mappedPrefix.begin(), mappedPrefix.end(), address.bytes.begin());
    std::memcpy(address.bytes.data() + 12, networkOrder, 4);
    return address;
}

static std::optional<uint32_t> zoneIndex(const char *zone)
{
    if (const unsigned index = if_nametoindex(zone))
        return index;
    uint32_t index = 0;
    const char *end = zone + std::strlen(zone);
    if (const auto read = std::from_chars(zone, end, index); read.ec != std::errc() || read.ptr != end || index == 0)
        return {};
    return index;
}

std::optional<EchoAddress> EchoAddress::fromText(QByteArrayView text)
{
    std::array<char, INET6_ADDRSTRLEN + IF_NAMESIZE + 1> buffer;
    if (text.isEmpty() || size_t(text.size()) >= buffer.size() || text.contains('\0'))
        return {};
    std::copy(text.begin(), text.end(), buffer.begin());
    buffer[size_t(text.size())] = '\0';

    if (in_addr v4; inet_pton(AF_INET, buffer.data(), &v4) == 1)
        return mapped(&v4);
    char *zone = std::strchr(buffer.data(), '%');
    if (zone)
        *zone++ = '\0';
    EchoAddress address;
    if (inet_pton(AF_INET6, buffer.data(), address.bytes.data()) != 1)
        return {};
    if (!zone)
        return address;
    const auto index = zoneIndex(zone);
    if (!index)
        return {};
    if (address.isLinkLocal())
        address.scope = *index;
    return address;
}

EchoAddress EchoAddress::fromV4(uint32_t hostOrder)
{
    const uint32_t networkOrder = htonl(hostOrder);
    return mapped(&networkOrder);
}

EchoAddress EchoAddress::fromSocket(const sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return mapped(&reinterpret_cast<const sockaddr_in *>(address)->sin_addr);
    EchoAddress result;
    if (address->sa_family != AF_INET6)
        return result;
    const auto *v6 = reinterpret_cast<const sockaddr_in6 *>(address);
    std::memcpy(result.bytes.data(), &v6->sin6_addr, 16);
    if (result.isLinkLocal())
        result.scope = v6->sin6_scope_id;
    return result;
}

bool EchoAddress::isV4() const
{
    return std::memcmp(bytes.data(), mappedPrefix.data(), mappedPrefix.size()) == 0;
}

bool EchoAddress::isLinkLocal() const
{
    return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool EchoAddress::isPingable() const
{
    if (isV4()) {
        const bool isLimitedBroadcast = std::all_of(bytes.begin() + 12, bytes.end(), [](uint8_t byte) { return byte == 0xff; });
        return bytes[12] != 0 && (bytes[12] & 0xf0) != 0xe0 && !isLimitedBroadcast;
    }
    const bool isUnspecified = std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
    return !isUnspecified && bytes[0] != 0xff && (!isLinkLocal() || scope != 0);
}

socklen_t EchoAddress::toSocket(sockaddr_in6 &storage, uint16_t port) const
{
    static_assert(sizeof(sockaddr_in) <= sizeof(sockaddr_in6));
    storage = {};
    if (isV4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, bytes.data() + 12, 4);
        std::memcpy(&storage, &v4, sizeof v4);
        return sizeof v4;
    }
    storage.sin6_family = AF_INET6;
    storage.sin6_port = htons(port);
    storage.sin6_scope_id = scope;
    std::memcpy(&storage.sin6_addr, bytes.data(), 16);
    return sizeof storage;
}

} // namespace collector
