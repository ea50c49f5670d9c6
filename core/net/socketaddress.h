// SocketAddress: an IPv4 or IPv6 address with a port, as the kernel takes it. A plain value; any thread.

#pragma once

#include <QByteArray>
#include <QHostAddress>

#include <sys/socket.h>

#include <netinet/in.h>

#include <optional>

namespace collector {

enum class AddressFamily { Any, IPv4, IPv6 };

class SocketAddress
{
public:
    SocketAddress() = default;
    explicit SocketAddress(const sockaddr_in &address) : m_address{.v4 = address} {}
    explicit SocketAddress(const sockaddr_in6 &address) : m_address{.v6 = address} {}

    // `10.0.0.7`, `2001:db8::1`, `fe80::1%eth0` or `fe80::1%2`. Nothing if it is a name, or a zone that there is not. Asks no server.
    [[nodiscard]] static std::optional<SocketAddress> fromLiteral(const QByteArray &text, quint16 port = 0);

    // Whether it can only be meant as a literal, well formed or not: a name is never looked up that looks like one.
    [[nodiscard]] static bool looksLikeLiteral(QByteArrayView text);

    [[nodiscard]] bool isIPv6() const { return m_address.any.sa_family == AF_INET6; }
    [[nodiscard]] int family() const { return m_address.any.sa_family; }
    [[nodiscard]] const sockaddr *data() const { return &m_address.any; }
    [[nodiscard]] socklen_t size() const { return isIPv6() ? sizeof m_address.v6 : sizeof m_address.v4; }

    [[nodiscard]] quint16 port() const { return ntohs(isIPv6() ? m_address.v6.sin6_port : m_address.v4.sin_port); }
    void setPort(quint16 port);

    [[nodiscard]] QByteArray toLiteral() const; // without the port
    [[nodiscard]] QHostAddress toHostAddress() const { return QHostAddress(&m_address.any); }

    friend bool operator==(const SocketAddress &a, const SocketAddress &b);

private:
    union
    {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6{};
    } m_address;
};

} // namespace collector
