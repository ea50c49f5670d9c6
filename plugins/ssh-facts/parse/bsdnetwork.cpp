// Interfaces of the systems whose only word on them is ifconfig -a, in the shape that Ansible gives there: `ipv4` is a list.

#include "addresses.h"
#include "elsewhere.h"
#include "routes.h"
#include "text.h"

#include <algorithm>

namespace collector::facts {

namespace {

QJsonArray strings(const QList<QByteArray> &list)
{
    QJsonArray array;
    for (const QByteArray &one : list)
        array.append(toText(one));
    return array;
}

QJsonObject objectOf(const InterfaceAddresses &one)
{
    QJsonObject object{{QStringLiteral("device"), toText(one.name)}, {QStringLiteral("type"), toText(one.type)}};
    if (!one.mac.isEmpty())
        object.insert(u"macaddress", toText(one.mac));
    if (one.mtu >= 0)
        object.insert(u"mtu", QString::number(one.mtu));
    if (!one.flags.isEmpty())
        object.insert(u"flags", strings(one.flags));
    if (!one.options.isEmpty())
        object.insert(u"options", strings(one.options));
    if (!one.status.isEmpty())
        object.insert(u"status", toText(one.status));
    if (!one.media.isEmpty())
        object.insert(u"media", toText(one.media));
    if (!one.mediaSelect.isEmpty())
        object.insert(u"media_select", toText(one.mediaSelect));
    object.insert(u"active", one.isUp && one.status != "no carrier");
    QJsonArray ipv4, ipv6;
    for (const Ipv4 &address : one.ipv4) {
        QJsonObject entry = toJson(address);
        if (address.broadcast.isEmpty())
            entry.remove(u"broadcast");
        ipv4.append(entry);
    }
    for (const Ipv6 &address : one.ipv6)
        ipv6.append(toJson(address));
    object.insert(u"ipv4", ipv4);
    object.insert(u"ipv6", ipv6);
    return object;
}

// The first default of its family in netstat -rn; a name of a link is no gateway.
QJsonObject defaultRoute(const QJsonArray &routes, bool isSix)
{
    for (const QJsonValue route : routes) {
        const QString destination = route[u"destination"].toString(), gateway = route[u"gateway"].toString();
        const bool isDefault = destination == u"default" || destination == u"0.0.0.0" || destination == u"::/0";
        if (isDefault && gateway.contains(u':') == isSix && !gateway.startsWith(u"link#"))
            return route.toObject();
    }
    return {};
}

QJsonObject wayOut(const QJsonObject &route, const InterfaceTable &all, bool isSix)
{
    QString interface = route.value(u"interface").toString();
    QString gateway = route.value(u"gateway").toString();
    if (const qsizetype zone = gateway.indexOf(u'%'); zone > 0)
        gateway = gateway.first(zone);
    const auto number = ipv4Number(gateway.toUtf8());
    const auto home = std::find_if(all.begin(), all.end(), [&](const InterfaceAddresses &one) {
        if (!interface.isEmpty())
            return toText(one.name) == interface;
        // Solaris does not name it: the one whose network the gateway is on.
        return number && std::any_of(one.ipv4.begin(), one.ipv4.end(), [&](const Ipv4 &address) {
                   const quint32 mask = ipv4Mask(address.prefix);
                   return address.prefix > 0 && (ipv4Number(address.address).value_or(0) & mask) == (*number & mask);
               });
    });
    if (home == all.end())
        return {};
    QJsonObject object = objectOf(*home);
    object.insert(u"interface", toText(home->name));
    object.insert(u"gateway", gateway);
    const QJsonArray addresses = object.value(isSix ? u"ipv6" : u"ipv4").toArray();
    object.remove(u"ipv4");
    object.remove(u"ipv6");
    for (const QJsonValue address : addresses) {
        if (isSix && address[u"scope"] != QJsonValue(QStringLiteral("global")))
            continue;
        const QJsonObject details = address.toObject();
        for (auto member = details.begin(); member != details.end(); ++member)
            object.insert(member.key(), member.value());
        break;
    }
    return object;
}

// AIX: en0 1500 link#2 62.c5.1c.3a.5d.3 116444596 …
void addLinks(QByteArrayView netstat, InterfaceTable &all)
{
    for (const QByteArrayView line : linesOf(netstat)) {
        const QList<QByteArrayView> words = wordsOf(line);
        InterfaceAddresses *const known = words.size() >= 4 && words[2].startsWith("link#") ? all.find(words[0].toByteArray()) : nullptr;
        if (!known)
            continue;
        known->mtu = int(std::clamp<qint64>(toInteger(words[1]).value_or(-1), -1, 1 << 24));
        const QList<QByteArrayView> bytes = split(words[3], '.');
        if (bytes.size() != 6)
            continue;
        QByteArray mac;
        for (const QByteArrayView byte : bytes)
            mac += (mac.isEmpty() ? "" : ":") + byte.toByteArray().rightJustified(2, '0');
        known->mac = mac;
        known->type = "ether";
    }
}

} // namespace

void parseNetworkElsewhere(const Section &in, Findings &out)
{
    if (!in.has("ifconfig"))
        return;
    InterfaceTable all = parseIfconfig(in.bytes("ifconfig"));
    addLinks(in.bytes("netstat-in"), all);
    const QJsonArray routes = parseNetstatRoutes(in.bytes("netstat"));
    QJsonArray names, list, ipv4, ipv6;
    for (const InterfaceAddresses &one : all) {
        const QJsonObject object = objectOf(one);
        const QString key = factNameOf(one.name);
        names.append(listedNameOf(one.name));
        list.append(object);
        if (!out.has(key) && !out.isReserved(key))
            out.set(key, object);
        for (const Ipv4 &address : one.ipv4) {
            if (!address.address.startsWith("127."))
                ipv4.append(toText(address.address));
        }
        for (const Ipv6 &address : one.ipv6) {
            if (address.address != "::1")
                ipv6.append(toText(address.address));
        }
    }
    out.set(u"interfaces", names);
    out.set(u"network_interfaces", list);
    out.set(u"all_ipv4_addresses", ipv4);
    out.set(u"all_ipv6_addresses", ipv6);
    out.set(u"default_ipv4", wayOut(defaultRoute(routes, false), all, false));
    out.set(u"default_ipv6", wayOut(defaultRoute(routes, true), all, true));
    const QString primary = out.value(u"default_ipv4")[u"address"].toString();
    out.set(u"primary_ip", primary.isEmpty() ? out.value(u"default_ipv6")[u"address"] : QJsonValue(primary));
    if (!out.has(u"primary_ip"))
        out.miss(u"primary_ip", Absence::NotApplicable);
    out.miss(u"locally_reachable_ips", Absence::Unsupported);
}

} // namespace collector::facts
