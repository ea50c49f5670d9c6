#include "network.h"

#include "addresses.h"
#include "elsewhere.h"
#include "ethtool.h"
#include "text.h"

#include <QHash>

#include <algorithm>
#include <map>

namespace collector::facts {

namespace {

QString typeOf(QByteArrayView number)
{
    static const QHash<QByteArray, QString> names{{"1", QStringLiteral("ether")},
                                                  {"32", QStringLiteral("infiniband")},
                                                  {"512", QStringLiteral("ppp")},
                                                  {"772", QStringLiteral("loopback")},
                                                  {"65534", QStringLiteral("tunnel")}};
    return names.value(number.toByteArray(), QStringLiteral("unknown"));
}

QJsonArray textArray(const QList<QByteArrayView> &words)
{
    QJsonArray array;
    for (const QByteArrayView word : words)
        array.append(toText(word));
    return array;
}

QString firstWord(QByteArrayView text)
{
    const QList<QByteArrayView> words = wordsOf(text);
    return words.isEmpty() ? QString() : toText(words.constFirst());
}

void putBridge(QJsonObject &object, const Thing &thing)
{
    object.insert(u"type", QStringLiteral("bridge"));
    object.insert(u"interfaces", textArray(thing.values("port")));
    if (thing.has("bridge_id"))
        object.insert(u"id", toText(thing.value("bridge_id")));
    if (thing.has("stp_state"))
        object.insert(u"stp", thing.value("stp_state") == "1");
}

void putBond(QJsonObject &object, const Thing &thing)
{
    object.insert(u"type", QStringLiteral("bonding"));
    object.insert(u"slaves", textArray(wordsOf(thing.value("slaves"))));
    object.insert(u"mode", firstWord(thing.value("mode")));
    object.insert(u"miimon", firstWord(thing.value("miimon")));
    object.insert(u"lacp_rate", firstWord(thing.value("lacp_rate")));
    if (thing.has("primary")) {
        object.insert(u"primary", toText(thing.value("primary")));
        if (thing.has("all_slaves_active"))
            object.insert(u"all_slaves_active", thing.value("all_slaves_active") == "1");
    }
}

// What /sys/class/net says of one interface.
QJsonObject interfaceOf(const Thing &thing)
{
    QJsonObject object{{QStringLiteral("device"), toText(thing.name)}};
    if (thing.has("address") && thing.value("address") != "00:00:00:00:00:00")
        object.insert(u"macaddress", toText(thing.value("address")));
    if (const auto mtu = toInteger(thing.value("mtu")))
        object.insert(u"mtu", *mtu);
    if (thing.has("operstate"))
        object.insert(u"active", thing.value("operstate") != "down");
    if (thing.has("module"))
        object.insert(u"module", toText(baseName(thing.value("module"))));
    if (thing.has("driver"))
        object.insert(u"driver", toText(baseName(thing.value("driver"))));
    if (thing.has("type"))
        object.insert(u"type", typeOf(thing.value("type")));
    if (thing.has("bridge"))
        putBridge(object, thing);
    if (thing.has("bonding"))
        putBond(object, thing);
    if (thing.has("perm_hwaddr"))
        object.insert(u"perm_macaddress", toText(thing.value("perm_hwaddr")));
    if (thing.has("device"))
        object.insert(u"pciid", toText(baseName(thing.value("device"))));
    if (const auto speed = toInteger(thing.value("speed")))
        object.insert(u"speed", *speed);
    if (thing.has("duplex"))
        object.insert(u"duplex", toText(thing.value("duplex")));
    QByteArrayView flags = thing.value("flags");
    if (flags.startsWith("0x"))
        flags = flags.sliced(2);
    if (const auto bits = toInteger(flags, 16))
        object.insert(u"promisc", (*bits & 0x100) != 0);
    return object;
}

bool isWayOut(const InterfaceAddresses &addresses, const DefaultRoute &route)
{
    return !route.interface.isEmpty() && addresses.name == route.interface;
}

// A pair of veth whose other end lies in a container: no hardware, nothing below it, and the other end's index is not ours.
bool isContainerEnd(const Thing &thing, const InterfaceAddresses *addresses)
{
    const auto own = toInteger(thing.value("ifindex")), other = toInteger(thing.value("iflink"));
    if (!own || !other || *own == *other || *other == 0 || thing.has("device") || thing.has("DEVTYPE"))
        return false;
    for (const auto &[key, value] : thing.attributes) {
        if (key.startsWith("lower_"))
            return false;
    }
    return !addresses || (addresses->ipv4.isEmpty() && std::none_of(addresses->ipv6.begin(), addresses->ipv6.end(),
                                                                    [](const Ipv6 &one) { return one.scope == "global"; }));
}

void putAddresses(QJsonObject &object, const InterfaceAddresses &addresses)
{
    QJsonArray secondaries, ipv6;
    for (const Ipv4 &address : addresses.ipv4) {
        // An alias such as eth0:1 has an object of its own in Ansible, and stands among its device's secondaries too.
        if (!address.isSecondary && !object.contains(u"ipv4") &&
            (address.label == addresses.name || address.label.isEmpty() || !address.label.contains(':')))
            object.insert(u"ipv4", toJson(address));
        else
            secondaries.append(toJson(address));
    }
    for (const Ipv6 &address : addresses.ipv6)
        ipv6.append(toJson(address));
    if (!secondaries.isEmpty())
        object.insert(u"ipv4_secondaries", secondaries);
    if (!ipv6.isEmpty())
        object.insert(u"ipv6", ipv6);
}

// Addresses with a label of their own, `eth0:1`: in Ansible's words interfaces without a device.
std::map<QByteArray, InterfaceAddresses> aliasesOf(const InterfaceAddresses &addresses)
{
    std::map<QByteArray, InterfaceAddresses> aliases;
    for (const Ipv4 &address : addresses.ipv4) {
        if (!address.label.startsWith(addresses.name + ':'))
            continue;
        InterfaceAddresses &alias = aliases[address.label];
        alias.name = address.label;
        alias.ipv4.append(address);
    }
    return aliases;
}

// `ip -batch` prints everything in a row: addresses, then a line for each way out, then the table of what is local.
QByteArrayView lineOf(QByteArrayView output, QByteArrayView firstWord)
{
    for (const QByteArrayView line : linesOf(output)) {
        if (line.startsWith(firstWord) && line.size() > firstWord.size() && line[firstWord.size()] == ' ')
            return line;
    }
    return {};
}

DefaultRoute wayOut4(const Section &in, ByteOrder order)
{
    if (in.has("ip"))
        return parseRouteGet(lineOf(in.bytes("ip"), "8.8.8.8"));
    return in.has("route4") ? parseRouteGet(in.bytes("route4")) : parseProcRoute(in.bytes("/proc/net/route"), order);
}

DefaultRoute wayOut6(const Section &in)
{
    if (in.has("ip"))
        return parseRouteGet(lineOf(in.bytes("ip"), "2404:6800:400a:800::1012"));
    return in.has("route6") ? parseRouteGet(in.bytes("route6")) : parseProcRoute6(in.bytes("/proc/net/ipv6_route"));
}

InterfaceTable addressesOf(const Section &in, ByteOrder order)
{
    if (in.has("ip"))
        return parseIpAddr(in.bytes("ip"));
    if (in.has("addr"))
        return parseIpAddr(in.bytes("addr"));
    if (in.has("ifconfig"))
        return parseIfconfig(in.bytes("ifconfig"));
    return parseProcNet(in.bytes("/proc/net/fib_trie"), in.bytes("/proc/net/route"), in.bytes("/proc/net/if_inet6"), order);
}

void putRoute(QJsonObject &object, const DefaultRoute &route)
{
    object.insert(u"interface", toText(route.interface));
    if (!route.address.isEmpty())
        object.insert(u"address", toText(route.address));
    if (!route.gateway.isEmpty())
        object.insert(u"gateway", toText(route.gateway));
}

void putDevice(QJsonObject &object, const QJsonObject &device)
{
    object.insert(u"macaddress", device.value(u"macaddress"));
    object.insert(u"mtu", device.value(u"mtu"));
    object.insert(u"type", device.value(u"type").toString(QStringLiteral("unknown")));
}

void setDefault4(DefaultRoute route, const InterfaceTable &all, const QHash<QByteArray, QJsonObject> &objects, Findings &out)
{
    QJsonObject object;
    if (route.interface.isEmpty()) {
        out.set(u"default_ipv4", object);
        return;
    }
    const InterfaceAddresses *home = all.find(route.interface);
    if (route.address.isEmpty() && home && !home->ipv4.isEmpty())
        route.address = home->ipv4.constFirst().address;
    putRoute(object, route);
    for (const InterfaceAddresses &one : all) {
        for (const Ipv4 &address : one.ipv4) {
            if (address.address != route.address)
                continue;
            const QJsonObject details = toJson(address);
            for (const QStringView key : {u"broadcast", u"netmask", u"network", u"prefix"})
                object.insert(key.toString(), details.value(key));
            putDevice(object, objects.value(one.name));
            object.insert(u"alias", toText(address.label));
        }
    }
    out.set(u"default_ipv4", object);
}

void setDefault6(DefaultRoute route, const InterfaceTable &all, const QHash<QByteArray, QJsonObject> &objects, Findings &out)
{
    QJsonObject object;
    if (route.interface.isEmpty()) {
        out.set(u"default_ipv6", object);
        return;
    }
    const InterfaceAddresses *home = all.find(route.interface);
    if (route.address.isEmpty() && home) {
        const auto global = std::find_if(home->ipv6.begin(), home->ipv6.end(), [](const Ipv6 &one) { return one.scope == "global"; });
        if (global != home->ipv6.end())
            route.address = global->address;
    }
    putRoute(object, route);
    for (const InterfaceAddresses &one : all) {
        for (const Ipv6 &address : one.ipv6) {
            if (address.address != route.address)
                continue;
            object.insert(u"prefix", QString::number(address.prefix));
            object.insert(u"scope", toText(address.scope));
            putDevice(object, objects.value(one.name));
        }
    }
    out.set(u"default_ipv6", object);
}

// `local 127.0.0.1 dev lo …`, `local default dev lo`: what this host answers to.
QJsonArray localAddresses(QByteArrayView routes)
{
    QJsonArray addresses;
    for (const QByteArrayView line : linesOf(routes)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() > 1 && words[0] == "local" && addresses.size() < mostEntries)
            addresses.append(toText(words[1]));
    }
    return addresses;
}

// The same of IPv6 as the kernel writes it: an address in 32 digits, its prefix in two.
QJsonArray localAddresses6(const Section &in)
{
    if (in.has("local6"))
        return localAddresses(in.bytes("local6"));
    QJsonArray addresses;
    for (const QByteArrayView line : linesOf(in.bytes("local6hex"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        const QByteArray address = words.size() > 1 ? ipv6Text(words[0]) : QByteArray();
        const auto prefix = words.size() > 1 ? toInteger(words[1], 16) : std::nullopt;
        if (!address.isEmpty() && prefix && addresses.size() < mostEntries)
            addresses.append(toText(*prefix == 128 ? address : address + '/' + QByteArray::number(*prefix)));
    }
    return addresses;
}

void setLists(const InterfaceTable &all, Findings &out)
{
    QJsonArray ipv4, ipv6;
    for (const InterfaceAddresses &one : all) {
        for (const bool isSecondary : {false, true}) {
            for (const Ipv4 &address : one.ipv4) {
                if (address.isSecondary == isSecondary && !address.address.startsWith("127."))
                    ipv4.append(toText(address.address));
            }
        }
        for (const Ipv6 &address : one.ipv6) {
            if (address.address != "::1")
                ipv6.append(toText(address.address));
        }
    }
    out.set(u"all_ipv4_addresses", ipv4);
    out.set(u"all_ipv6_addresses", ipv6);
}

} // namespace

void parseNetwork(const Section &in, Findings &out)
{
    if (!in.has("net")) {
        parseNetworkElsewhere(in, out);
        return;
    }
    const InterfaceTable all = addressesOf(in, out.byteOrder());
    const DefaultRoute route4 = wayOut4(in, out.byteOrder()), route6 = wayOut6(in);

    QHash<QByteArray, QJsonObject> objects;
    QJsonArray names, list;
    for (const Thing &thing : thingsOf(in.bytes("net"))) {
        const QByteArray name = thing.name.toByteArray();
        if (name.isEmpty() || names.size() >= mostEntries || objects.contains(name))
            continue;
        const InterfaceAddresses *addresses = all.find(name);
        QJsonObject object = interfaceOf(thing);
        if (addresses)
            putAddresses(object, *addresses);
        putEthtool(object, name, in);
        objects.insert(name, object);
        names.append(listedNameOf(name));
        list.append(object);
        const QString key = factNameOf(name);
        const bool isHidden =
            isContainerEnd(thing, addresses) && !(addresses && (isWayOut(*addresses, route4) || isWayOut(*addresses, route6)));
        if (!isHidden && !out.has(key) && !out.isReserved(key))
            out.set(key, object);
        if (!addresses)
            continue;
        for (const auto &[label, alias] : aliasesOf(*addresses)) {
            const QString aliasKey = factNameOf(label);
            if (names.size() >= mostEntries)
                break;
            names.append(listedNameOf(label));
            if (out.has(aliasKey) || out.isReserved(aliasKey))
                continue;
            QJsonObject aliasObject;
            putAddresses(aliasObject, alias);
            out.set(aliasKey, aliasObject);
        }
    }
    out.set(u"interfaces", names);
    out.set(u"network_interfaces", list);
    setLists(all, out);
    setDefault4(route4, all, objects, out);
    setDefault6(route6, all, objects, out);
    if (in.has("ip") || in.has("local4"))
        out.set(u"locally_reachable_ips", QJsonObject{{QStringLiteral("ipv4"), localAddresses(in.bytes(in.has("ip") ? "ip" : "local4"))},
                                                      {QStringLiteral("ipv6"), localAddresses6(in)}});
    else
        out.miss(u"locally_reachable_ips", Absence::ToolMissing);
    const QString primary = out.value(u"default_ipv4")[u"address"].toString();
    out.set(u"primary_ip", primary.isEmpty() ? out.value(u"default_ipv6")[u"address"] : QJsonValue(primary));
    if (!out.has(u"primary_ip"))
        out.miss(u"primary_ip", Absence::NotApplicable);
}

void parseFabric(const Section &in, Findings &out)
{
    QJsonArray ports;
    for (const Thing &thing : thingsOf(in.bytes("fc"))) {
        for (const QByteArrayView port : thing.values("port_name"))
            ports.append(toText(port.startsWith("0x") ? port.sliced(2) : port));
    }
    out.set(u"fibre_channel_wwn", ports);
    QString initiator, nqn;
    for (const QByteArrayView line : linesOf(in.bytes("/etc/iscsi/initiatorname.iscsi"))) {
        if (line.startsWith("InitiatorName=") && initiator.isEmpty())
            initiator = toText(line.sliced(14)).trimmed();
    }
    for (const QByteArrayView line : linesOf(in.bytes("/etc/nvme/hostnqn"))) {
        if (line.startsWith("nqn.") && nqn.isEmpty())
            nqn = toText(line).trimmed();
    }
    if (in.missing("/etc/iscsi/initiatorname.iscsi") == "denied")
        out.miss(u"iscsi_iqn", Absence::Denied);
    else
        out.set(u"iscsi_iqn", initiator);
    if (in.missing("/etc/nvme/hostnqn") == "denied")
        out.miss(u"hostnqn", Absence::Denied);
    else
        out.set(u"hostnqn", nqn);
}

} // namespace collector::facts
