// Addresses and ranges of them as numbers: what a CIDR is made of, and what -x and never= are tested with.
// Value types of 24 and 48 bytes without allocations; any thread. Host names are never resolved here.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QHostAddress>

#include <compare>
#include <optional>

struct sockaddr;

namespace collector {

class IpAddress final
{
public:
    constexpr IpAddress() = default;
    static constexpr IpAddress v4(quint32 address) { return IpAddress(false, 0, address, 0); }
    static constexpr IpAddress v6(quint64 high, quint64 low, quint32 scope = 0) { return IpAddress(true, high, low, scope); }

    /// What inet_pton accepts, IPv6 also with %zone. Nothing for anything else: "10.1" and "010.0.0.1" are names.
    [[nodiscard]] static std::optional<IpAddress> parse(QByteArrayView text);
    [[nodiscard]] static std::optional<IpAddress> fromSocketAddress(const sockaddr *address);
    [[nodiscard]] static std::optional<IpAddress> fromHostAddress(const QHostAddress &address);

    [[nodiscard]] bool isV6() const { return m_v6; }
    [[nodiscard]] quint64 high() const { return m_high; }
    [[nodiscard]] quint64 low() const { return m_low; }
    [[nodiscard]] quint32 scope() const { return m_scope; }

    /// ::ffff:a.b.c.d as a.b.c.d, everything else unchanged.
    [[nodiscard]] IpAddress unmapped() const;
    /// The address `offset` further on; the caller keeps within the family.
    [[nodiscard]] IpAddress plus(quint64 offset) const;
    [[nodiscard]] QByteArray toText() const;
    [[nodiscard]] QHostAddress toHostAddress() const;

    /// IPv4 before IPv6, then by number; the zone does not count.
    friend constexpr std::strong_ordering operator<=>(const IpAddress &a, const IpAddress &b)
    {
        if (const auto order = a.m_v6 <=> b.m_v6; order != 0)
            return order;
        if (const auto order = a.m_high <=> b.m_high; order != 0)
            return order;
        return a.m_low <=> b.m_low;
    }
    friend constexpr bool operator==(const IpAddress &a, const IpAddress &b) { return (a <=> b) == 0; }

private:
    constexpr IpAddress(bool v6, quint64 high, quint64 low, quint32 scope) : m_high(high), m_low(low), m_scope(scope), m_v6(v6) {}

    quint64 m_high = 0;
    quint64 m_low = 0;
    quint32 m_scope = 0;
    bool m_v6 = false;
};

/// From first to last, both included, of one family.
struct AddressRange
{
    IpAddress first;
    IpAddress last;

    enum class Syntax { NotARange, Valid, Broken };
    struct Parsed;

    /// "10.0.0.0/8", "10.0.0.0/255.0.0.0", "2001:db8::/64", "10.0.0.1-10.0.0.9", "10.0.0.1-9". Host bits may be set, the whole
    /// network is meant. `Broken` where it begins as one and cannot be one: "10.0.0.0/33", "10.0.0.9-10.0.0.1".
    [[nodiscard]] static Parsed parse(QByteArrayView text);
    [[nodiscard]] static AddressRange single(const IpAddress &address) { return {address, address}; }

    [[nodiscard]] bool contains(const IpAddress &address) const { return first <= address && address <= last; }
    /// How many addresses; all of 2^64 and more is 2^64-1.
    [[nodiscard]] quint64 size() const;
};

struct AddressRange::Parsed
{
    Syntax syntax = Syntax::NotARange;
    AddressRange range;
    bool hasHostBits = false;      // "10.0.0.5/24": an interface's address rather than a network's
    const char *problem = nullptr; // when Broken
};

} // namespace collector
