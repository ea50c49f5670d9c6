#include "inventory/ipaddress.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <QtEndian>

#include <array>
#include <cstring>

namespace collector {

namespace {

constexpr qsizetype longestAddress = 64; // 45 characters of IPv6 and a zone

IpAddress fromV6Bytes(const void *bytes, quint32 scope)
{
    std::array<quint64, 2> halves;
    std::memcpy(halves.data(), bytes, sizeof halves);
    return IpAddress::v6(qFromBigEndian(halves[0]), qFromBigEndian(halves[1]), scope);
}

std::optional<quint32> parseNumber(QByteArrayView text, quint32 most)
{
    if (text.isEmpty() || text.size() > 3)
        return std::nullopt;
    quint32 number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        number = number * 10 + static_cast<quint32>(c - '0');
    }
    return number <= most ? std::optional(number) : std::nullopt;
}

std::optional<quint32> prefixOfMask(const IpAddress &mask)
{
    const quint32 bits = static_cast<quint32>(mask.low());
    if (mask.isV6() || (~bits & (~bits + 1)) != 0)
        return std::nullopt;
    return static_cast<quint32>(__builtin_popcount(bits));
}

AddressRange network(const IpAddress &address, quint32 prefix)
{
    if (!address.isV6()) {
        const quint32 hostBits = prefix == 0 ? ~0U : (prefix == 32 ? 0U : (1U << (32 - prefix)) - 1);
        const quint32 base = static_cast<quint32>(address.low()) & ~hostBits;
        return {IpAddress::v4(base), IpAddress::v4(base | hostBits)};
    }
    const quint64 highBits = prefix >= 64 ? 0 : (prefix == 0 ? ~0ULL : (1ULL << (64 - prefix)) - 1);
    const quint64 lowBits = prefix <= 64 ? ~0ULL : (prefix == 128 ? 0 : (1ULL << (128 - prefix)) - 1);
    return {IpAddress::v6(address.high() & ~highBits, address.low() & ~lowBits, address.scope()),
            IpAddress::v6(address.high() | highBits, address.low() | lowBits, address.scope())};
}

char *putOctet(char *out, quint32 octet)
{
    if (octet >= 100)
        *out++ = static_cast<char>('0' + octet / 100);
    if (octet >= 10)
        *out++ = static_cast<char>('0' + octet / 10 % 10);
    *out++ = static_cast<char>('0' + octet % 10);
    return out;
}

} // namespace

std::optional<IpAddress> IpAddress::parse(QByteArrayView text)
{
    if (text.size() < 2 || text.size() >= longestAddress)
        return std::nullopt;
    std::array<char, longestAddress> buffer;
    std::memcpy(buffer.data(), text.data(), static_cast<size_t>(text.size()));
    buffer[static_cast<size_t>(text.size())] = '\0';
    if (std::memchr(buffer.data(), '\0', static_cast<size_t>(text.size())))
        return std::nullopt;
    if (!std::strchr(buffer.data(), ':')) {
        in_addr address;
        if (inet_pton(AF_INET, buffer.data(), &address) != 1)
            return std::nullopt;
        return v4(ntohl(address.s_addr));
    }
    quint32 scope = 0;
    if (char *percent = std::strchr(buffer.data(), '%')) {
        *percent = '\0';
        scope = if_nametoindex(percent + 1);
        if (scope == 0)
            scope = parseNumber(QByteArrayView(percent + 1), 999).value_or(0);
        if (scope == 0)
            return std::nullopt;
    }
    in6_addr address;
    if (inet_pton(AF_INET6, buffer.data(), &address) != 1)
        return std::nullopt;
    return fromV6Bytes(&address, scope);
}

std::optional<IpAddress> IpAddress::fromSocketAddress(const sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        sockaddr_in in;
        std::memcpy(&in, address, sizeof in);
        return v4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 in;
        std::memcpy(&in, address, sizeof in);
        return fromV6Bytes(&in.sin6_addr, in.sin6_scope_id);
    }
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::fromHostAddress(const QHostAddress &address)
{
    if (address.protocol() == QAbstractSocket::IPv4Protocol)
        return v4(address.toIPv4Address());
    if (address.protocol() != QAbstractSocket::IPv6Protocol)
        return std::nullopt;
    const Q_IPV6ADDR bytes = address.toIPv6Address();
    return fromV6Bytes(&bytes, if_nametoindex(address.scopeId().toUtf8().constData()));
}

IpAddress IpAddress::unmapped() const
{
    const bool mapped = m_v6 && m_high == 0 && (m_low >> 32) == 0xffff;
    return mapped ? v4(static_cast<quint32>(m_low)) : *this;
}

IpAddress IpAddress::plus(quint64 offset) const
{
    IpAddress result = *this;
    result.m_low += offset;
    if (result.m_low < m_low)
        ++result.m_high;
    return result;
}

QByteArray IpAddress::toText() const
{
    std::array<char, longestAddress> buffer;
    if (!m_v6) {
        char *out = putOctet(buffer.data(), static_cast<quint32>(m_low >> 24) & 0xff);
        for (const int shift : {16, 8, 0}) {
            *out++ = '.';
            out = putOctet(out, static_cast<quint32>(m_low >> shift) & 0xff);
        }
        return QByteArray(buffer.data(), out - buffer.data());
    }
    const std::array<quint64, 2> halves{qToBigEndian(m_high), qToBigEndian(m_low)};
    inet_ntop(AF_INET6, halves.data(), buffer.data(), buffer.size());
    QByteArray text(buffer.data());
    if (m_scope != 0) {
        std::array<char, IF_NAMESIZE> name;
        text += '%' + (if_indextoname(m_scope, name.data()) ? QByteArray(name.data()) : QByteArray::number(m_scope));
    }
    return text;
}

QHostAddress IpAddress::toHostAddress() const
{
    if (!m_v6)
        return QHostAddress(static_cast<quint32>(m_low));
    const std::array<quint64, 2> halves{qToBigEndian(m_high), qToBigEndian(m_low)};
    Q_IPV6ADDR bytes;
    std::memcpy(&bytes, halves.data(), sizeof bytes);
    QHostAddress address(bytes);
    std::array<char, IF_NAMESIZE> name;
    if (m_scope != 0 && if_indextoname(m_scope, name.data()))
        address.setScopeId(QString::fromUtf8(name.data()));
    return address;
}

AddressRange::Parsed AddressRange::parse(QByteArrayView text)
{
    const auto broken = [](const char *problem) { return Parsed{Syntax::Broken, {}, false, problem}; };
    if (const qsizetype slash = text.indexOf('/'); slash > 0) {
        const auto address = IpAddress::parse(text.first(slash));
        if (!address)
            return {};
        const QByteArrayView behind = text.sliced(slash + 1);
        auto prefix = parseNumber(behind, address->isV6() ? 128 : 32);
        if (const auto mask = IpAddress::parse(behind); mask && !address->isV6())
            prefix = prefixOfMask(*mask);
        if (!prefix)
            return broken(address->isV6() ? "the prefix length of an IPv6 network is a number from 0 to 128"
                                          : "the prefix length of an IPv4 network is a number from 0 to 32, or a netmask");
        const AddressRange range = network(*address, *prefix);
        return {Syntax::Valid, range, range.first != *address, nullptr};
    }
    // A zone may hold a dash, an address cannot: the last dash that leaves an address before it.
    const qsizetype dash = text.lastIndexOf('-');
    if (dash <= 0)
        return {};
    const auto first = IpAddress::parse(text.first(dash));
    if (!first)
        return {};
    const QByteArrayView behind = text.sliced(dash + 1);
    auto last = IpAddress::parse(behind);
    if (const auto octet = parseNumber(behind, 255); !last && octet && !first->isV6())
        last = IpAddress::v4((static_cast<quint32>(first->low()) & ~0xffU) | *octet);
    if (!last)
        return {}; // "10.0.0.1-web" is a name
    if (last->isV6() != first->isV6())
        return broken("both ends of a range are of one family");
    if (*last < *first)
        return broken("a range goes from the lower address to the higher");
    return {Syntax::Valid, {*first, *last}, false, nullptr};
}

quint64 AddressRange::size() const
{
    const quint64 low = last.low() - first.low();
    const quint64 high = last.high() - first.high() - (last.low() < first.low() ? 1 : 0);
    return high != 0 || low == ~0ULL ? ~0ULL : low + 1;
}

} // namespace collector
