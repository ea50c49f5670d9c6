#include "net/socketaddress.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace collector {

std::optional<SocketAddress> SocketAddress::fromLiteral(const QByteArray &text, quint16 port)
{
    sockaddr_in v4{};
    if (inet_pton(AF_INET, text.constData(), &v4.sin_addr) == 1 && !text.contains('\0')) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        return SocketAddress(v4);
    }
    const qsizetype percent = text.indexOf('%');
    sockaddr_in6 v6{};
    if (text.contains('\0') || inet_pton(AF_INET6, (percent < 0 ? text : text.left(percent)).constData(), &v6.sin6_addr) != 1)
        return std::nullopt;
    if (percent >= 0) {
        const QByteArray zone = text.mid(percent + 1);
        bool isNumber = false;
        v6.sin6_scope_id = zone.toUInt(&isNumber);
        if (!isNumber)
            v6.sin6_scope_id = if_nametoindex(zone.constData());
        if (v6.sin6_scope_id == 0)
            return std::nullopt;
    }
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return SocketAddress(v6);
}

bool SocketAddress::looksLikeLiteral(QByteArrayView text)
{
    const auto isNumeric = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    return text.contains(':') || std::all_of(text.begin(), text.end(), isNumeric);
}

void SocketAddress::setPort(quint16 port)
{
    if (isIPv6())
        m_address.v6.sin6_port = htons(port);
    else
        m_address.v4.sin_port = htons(port);
}

QByteArray SocketAddress::toLiteral() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!isIPv6()) {
        inet_ntop(AF_INET, &m_address.v4.sin_addr, text.data(), text.size());
        return QByteArray(text.data());
    }
    inet_ntop(AF_INET6, &m_address.v6.sin6_addr, text.data(), text.size());
    QByteArray literal(text.data());
    if (m_address.v6.sin6_scope_id) {
        std::array<char, IF_NAMESIZE> zone{};
        literal += '%';
        literal += if_indextoname(m_address.v6.sin6_scope_id, zone.data()) ? QByteArray(zone.data())
                                                                           : QByteArray::number(m_address.v6.sin6_scope_id);
    }
    return literal;
}

bool operator==(const SocketAddress &a, const SocketAddress &b)
{
    if (a.family() != b.family() || a.port() != b.port())
        return false;
    if (!a.isIPv6())
        return a.m_address.v4.sin_addr.s_addr == b.m_address.v4.sin_addr.s_addr;
    return a.m_address.v6.sin6_scope_id == b.m_address.v6.sin6_scope_id &&
           memcmp(&a.m_address.v6.sin6_addr, &b.m_address.v6.sin6_addr, sizeof(in6_addr)) == 0;
}

} // namespace collector
