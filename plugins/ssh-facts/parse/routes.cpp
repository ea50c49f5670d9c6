#include "routes.h"

#include "addresses.h"
#include "text.h"

#include <QHash>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

void putIf(QJsonObject &route, QStringView key, QByteArrayView value)
{
    if (!value.isEmpty())
        route.insert(key.toString(), toText(value));
}

} // namespace

QJsonArray parseIpRoute(QByteArrayView output)
{
    QJsonArray routes;
    for (const QByteArrayView line : linesOf(output)) {
        QList<QByteArrayView> words = wordsOf(line);
        if (words.isEmpty() || routes.size() >= mostEntries || line.front() == ' ' || line.front() == '\t')
            continue;
        QJsonObject route;
        // `blackhole 10.0.0.0/8`, `unreachable default`: the kind comes before the destination.
        static constexpr std::array<QByteArrayView, 7> kinds{"unicast", "blackhole", "unreachable", "prohibit",
                                                             "throw",   "broadcast", "local"};
        if (words.size() > 1 && std::find(kinds.begin(), kinds.end(), words[0]) != kinds.end())
            route.insert(u"type", toText(words.takeFirst()));
        route.insert(u"destination", toText(words[0]));
        for (qsizetype i = 1; i + 1 < words.size(); i += 2) {
            const QByteArrayView key = words[i], value = words[i + 1];
            if (key == "via")
                route.insert(u"gateway", toText(value == "inet6" && i + 2 < words.size() ? words[i + 2] : value));
            else if (key == "dev")
                route.insert(u"interface", toText(value));
            else if (key == "metric" && toInteger(value))
                route.insert(u"metric", *toInteger(value));
            else if (key == "src")
                route.insert(u"source", toText(value));
            else if (key == "proto")
                route.insert(u"protocol", toText(value));
            else if (key == "scope")
                route.insert(u"scope", toText(value));
            else if (key == "onlink" || key == "linkdown" || key == "dead" || key == "pervasive")
                --i; // words without a value
        }
        routes.append(route);
    }
    return routes;
}

QJsonArray parseProcRoutes(QByteArrayView route, QByteArrayView ipv6Route, ByteOrder order)
{
    QJsonArray routes;
    for (const QByteArrayView line : linesOf(route)) {
        const QList<QByteArrayView> words = wordsOf(line);
        const auto destination = words.size() > 7 ? procNumber(words[1], order) : std::nullopt;
        const auto gateway = words.size() > 7 ? procNumber(words[2], order) : std::nullopt;
        const auto mask = words.size() > 7 ? procNumber(words[7], order) : std::nullopt;
        if (!destination || !gateway || !mask || routes.size() >= mostEntries)
            continue;
        const QByteArray network =
            *mask == 0 ? QByteArray("default") : ipv4Text(*destination) + '/' + QByteArray::number(ipv4Prefix(*mask));
        QJsonObject one{{QStringLiteral("destination"), toText(network)}, {QStringLiteral("interface"), toText(words[0])}};
        if (*gateway != 0)
            one.insert(u"gateway", toText(ipv4Text(*gateway)));
        if (const auto metric = toInteger(words[6]))
            one.insert(u"metric", *metric);
        routes.append(one);
    }
    for (const QByteArrayView line : linesOf(ipv6Route)) {
        const QList<QByteArrayView> words = wordsOf(line);
        const QByteArray network = words.size() > 9 ? ipv6Text(words[0]) : QByteArray();
        const auto prefix = words.size() > 9 ? toInteger(words[1], 16) : std::nullopt;
        if (network.isEmpty() || !prefix || routes.size() >= mostEntries)
            continue;
        const bool isDefault = *prefix == 0 && network == "::";
        QJsonObject one{
            {QStringLiteral("destination"), isDefault ? QStringLiteral("default") : toText(network + '/' + QByteArray::number(*prefix))},
            {QStringLiteral("interface"), toText(words[9])}};
        const QByteArray gateway = ipv6Text(words[4]);
        if (gateway != "::")
            putIf(one, u"gateway", gateway);
        if (const auto metric = toInteger(words[5], 16))
            one.insert(u"metric", *metric);
        routes.append(one);
    }
    return routes;
}

QJsonArray parseNetstatRoutes(QByteArrayView output)
{
    QJsonArray routes;
    QHash<QByteArray, qsizetype> columns;
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        // AIX has an empty line below the heads of its columns: only the next heads end a table.
        if (words.isEmpty() || words[0] == "Routing" || words[0] == "Route")
            continue;
        if (words[0] == "Destination" || words[0] == "Destination/Mask") {
            columns.clear();
            for (qsizetype i = 0; i < words.size(); ++i)
                columns.insert(words[i].toByteArray(), i);
            continue;
        }
        const qsizetype gateway = columns.value("Gateway", -1), flags = columns.value("Flags", -1);
        if (gateway < 0 || flags < 0 || words.size() <= flags || line.startsWith("---") || routes.size() >= mostEntries)
            continue;
        QJsonObject route{{QStringLiteral("destination"), toText(words[0])},
                          {QStringLiteral("gateway"), toText(words[gateway])},
                          {QStringLiteral("flags"), toText(words[flags])}};
        const qsizetype mask = columns.value("Genmask", -1);
        if (mask >= 0 && mask < words.size())
            route.insert(u"netmask", toText(words[mask]));
        for (const char *name : {"Netif", "Iface", "Interface", "If"}) {
            const qsizetype at = columns.value(name, -1);
            if (at >= 0 && at < words.size())
                route.insert(u"interface", toText(words[at]));
        }
        routes.append(route);
    }
    return routes;
}

void parseRoutes(const Section &in, Findings &out)
{
    QJsonArray routes;
    if (in.has("route4") || in.has("route6")) {
        for (const char *label : {"route4", "route6"}) {
            for (const QJsonValue &route : parseIpRoute(in.bytes(label)))
                routes.append(route);
        }
    } else if (in.has("netstat")) {
        routes = parseNetstatRoutes(in.bytes("netstat"));
    } else if (in.has("/proc/net/route")) {
        routes = parseProcRoutes(in.bytes("/proc/net/route"), in.bytes("/proc/net/ipv6_route"), out.byteOrder());
    } else {
        return;
    }
    out.set(u"routes", routes);
}

} // namespace collector::facts
