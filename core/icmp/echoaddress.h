// EchoAddress: an IPv4 or IPv6 address with its zone, in 20 bytes. A value; any thread.

#pragma once

#include <QByteArray>

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <optional>

namespace collector {

struct EchoAddress
{
    std::array<uint8_t, 16> bytes{}; // network order; IPv4 as ::ffff:a.b.c.d
    uint32_t scope = 0;              // interface index; only of a link-local address

    // A literal: `10.0.0.7`, `2001:db8::1`, `fe80::1%eth0`, `fe80::1%2`. Nothing if it is none, or the zone does not exist.
    [[nodiscard]] static std::optional<EchoAddress> fromText(QByteArrayView text);
    [[nodiscard]] static EchoAddress fromV4(uint32_t hostOrder);
    // Of a family other than the two: the unspecified address.
    [[nodiscard]] static EchoAddress fromSocket(const sockaddr *address);

    [[nodiscard]] bool isV4() const;
    [[nodiscard]] bool isLinkLocal() const; // of IPv6
    // Whether an echo to it makes sense at all: neither unspecified, nor multicast, nor the limited broadcast, nor link-local
    // without a zone. Whether it is a subnet's broadcast only the kernel knows.
    [[nodiscard]] bool isPingable() const;

    // Fills either form; returns its length.
    socklen_t toSocket(sockaddr_in6 &storage, uint16_t port = 0) const;

    friend bool operator==(const EchoAddress &, const EchoAddress &) = default;
};
static_assert(sizeof(EchoAddress) == 20);

} // namespace collector
