// Addresses of interfaces, whatever tells them: `ip addr`, `ifconfig -a`, or /proc/net where there is neither.

#pragma once

#include "../findings.h"
#include "../frames.h"

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QList>

#include <optional>

namespace collector::facts {

struct Ipv4
{
    QByteArray address;
    int prefix = 32;
    QByteArray broadcast;
    QByteArray label; // the interface, or its alias such as eth0:1
    bool isSecondary = false;
};

struct Ipv6
{
    QByteArray address;
    int prefix = 128;
    QByteArray scope; // global, link, host, site
};

struct InterfaceAddresses
{
    QByteArray name;
    QList<Ipv4> ipv4;
    QList<Ipv6> ipv6;
    // What ifconfig knows beside them; where /sys tells, it is not asked.
    QByteArray mac;
    QByteArray type; // ether, loopback, …
    int mtu = -1;
    bool isUp = false;
    QList<QByteArray> flags;
    QByteArray status, media, mediaSelect;
    QList<QByteArray> options;
};

// Interfaces in the order in which they come, each found by its name. A concentrator has ten thousand.
class InterfaceTable
{
public:
    [[nodiscard]] InterfaceAddresses *find(const QByteArray &name); // null: it is not there
    [[nodiscard]] const InterfaceAddresses *find(const QByteArray &name) const;
    InterfaceAddresses &operator[](const QByteArray &name); // made where it is not there

    [[nodiscard]] qsizetype size() const { return m_all.size(); }
    [[nodiscard]] auto begin() const { return m_all.begin(); }
    [[nodiscard]] auto end() const { return m_all.end(); }

private:
    QList<InterfaceAddresses> m_all;
    QHash<QByteArray, qsizetype> m_places;
};

[[nodiscard]] InterfaceTable parseIpAddr(QByteArrayView output);
[[nodiscard]] InterfaceTable parseIfconfig(QByteArrayView output);
// fib_trie has the addresses, route which interface their networks are on, if_inet6 the other half.
[[nodiscard]] InterfaceTable parseProcNet(QByteArrayView fibTrie, QByteArrayView route, QByteArrayView ifInet6, ByteOrder order);

// The address, gateway and interface of the way out.
struct DefaultRoute
{
    QByteArray interface;
    QByteArray address;
    QByteArray gateway;
};
[[nodiscard]] DefaultRoute parseRouteGet(QByteArrayView output);                  // ip route get
[[nodiscard]] DefaultRoute parseProcRoute(QByteArrayView route, ByteOrder order); // /proc/net/route
[[nodiscard]] DefaultRoute parseProcRoute6(QByteArrayView route);                 // /proc/net/ipv6_route

// Four bytes of an address as /proc/net prints them in eight digits: a number of that host.
[[nodiscard]] std::optional<quint32> procNumber(QByteArrayView hex, ByteOrder order);
[[nodiscard]] std::optional<quint32> ipv4Number(QByteArrayView dotted);
[[nodiscard]] QByteArray ipv4Text(quint32 number);
[[nodiscard]] quint32 ipv4Mask(int prefix);
[[nodiscard]] int ipv4Prefix(quint32 mask);
// 32 hexadecimal digits as text (RFC 5952); empty where they are none.
[[nodiscard]] QByteArray ipv6Text(QByteArrayView digits);

// An interface as Ansible names it: at the root, and in the list `interfaces`.
[[nodiscard]] QString factNameOf(QByteArrayView interface);   // br-0:1 is br_0_1
[[nodiscard]] QString listedNameOf(QByteArrayView interface); // br-0:1 is br-0_1

// As Ansible: address, broadcast, netmask, network, prefix.
[[nodiscard]] QJsonObject toJson(const Ipv4 &address);
[[nodiscard]] QJsonObject toJson(const Ipv6 &address);

} // namespace collector::facts
