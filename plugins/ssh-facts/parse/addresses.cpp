#include "addresses.h"

#include "text.h"

#include <QtEndian>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

QByteArrayView after(const QList<QByteArrayView> &words, QByteArrayView word)
{
    const qsizetype at = words.indexOf(word);
    return at >= 0 && at + 1 < words.size() ? words[at + 1] : QByteArrayView();
}

// `192.0.2.7/24`, or an address alone: its own network.
std::pair<QByteArrayView, int> addressAndPrefix(QByteArrayView text, int whole)
{
    const qsizetype slash = text.indexOf('/');
    if (slash < 0)
        return {text, whole};
    const auto prefix = toInteger(text.sliced(slash + 1));
    return {text.first(slash), prefix && *prefix >= 0 && *prefix <= whole ? int(*prefix) : whole};
}

// Four numbers: what prints addresses knows which there are.
bool isDotted(QByteArrayView text)
{
    const QList<QByteArrayView> parts = split(text, '.');
    return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](QByteArrayView part) { return toInteger(part).has_value(); });
}

void addIpLine(const QList<QByteArrayView> &words, InterfaceAddresses &interface)
{
    if (words.size() < 2)
        return;
    if (words[0] == "inet") {
        const auto [address, prefix] = addressAndPrefix(words[1], 32);
        // A point-to-point line has the other end's prefix: `inet 10.0.0.1 peer 10.0.0.2/32`.
        const QByteArrayView broadcast = words.size() > 3 && words[2] == "brd" ? words[3] : QByteArrayView();
        if (isDotted(address))
            interface.ipv4.append({address.toByteArray(), prefix, broadcast.toByteArray(), words.constLast().toByteArray(),
                                   words.contains(QByteArrayView("secondary"))});
    } else if (words[0] == "inet6") {
        auto [address, prefix] = addressAndPrefix(words[1], 128);
        if (words.size() > 3 && words[2] == "peer")
            prefix = addressAndPrefix(words[3], 128).second;
        interface.ipv6.append({address.toByteArray(), prefix, after(words, "scope").toByteArray()});
    }
}

QByteArray ipv6Scope(QByteArrayView number)
{
    if (number == "20")
        return "link";
    if (number == "10")
        return "host";
    if (number == "40")
        return "site";
    return "global";
}

void addIfInet6(QByteArrayView table, InterfaceTable &all)
{
    for (const QByteArrayView line : linesOf(table)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 6)
            continue;
        const QByteArray address = ipv6Text(words[0]);
        const auto prefix = toInteger(words[2], 16);
        if (!address.isEmpty() && prefix && *prefix >= 0 && *prefix <= 128)
            all[words[5].toByteArray()].ipv6.append({address, int(*prefix), ipv6Scope(words[3])});
    }
}

struct Network
{
    QByteArray interface;
    quint32 address = 0;
    quint32 mask = 0;
};

} // namespace

std::optional<quint32> procNumber(QByteArrayView hex, ByteOrder order)
{
    const auto number = toInteger(hex, 16);
    if (hex.size() != 8 || !number)
        return {};
    return order == ByteOrder::Big ? quint32(*number) : qbswap(quint32(*number));
}

std::optional<quint32> ipv4Number(QByteArrayView dotted)
{
    const QList<QByteArrayView> parts = split(dotted, '.');
    if (parts.size() != 4)
        return {};
    quint32 number = 0;
    for (const QByteArrayView part : parts) {
        const auto byte = toInteger(part);
        if (part.isEmpty() || part.size() > 3 || !byte || *byte < 0 || *byte > 255)
            return {};
        number = number << 8 | quint32(*byte);
    }
    return number;
}

QByteArray ipv4Text(quint32 number)
{
    return QByteArray::number(number >> 24) + '.' + QByteArray::number((number >> 16) & 0xff) + '.' +
           QByteArray::number((number >> 8) & 0xff) + '.' + QByteArray::number(number & 0xff);
}

quint32 ipv4Mask(int prefix)
{
    return prefix <= 0 ? 0 : prefix >= 32 ? 0xffffffffU : ~(0xffffffffU >> prefix);
}

int ipv4Prefix(quint32 mask)
{
    int prefix = 0;
    while (prefix < 32 && (mask & (0x80000000U >> prefix)))
        ++prefix;
    return prefix;
}

QByteArray ipv6Text(QByteArrayView digits)
{
    std::array<quint16, 8> groups{};
    if (digits.size() != 32)
        return {};
    for (size_t i = 0; i < groups.size(); ++i) {
        const auto group = toInteger(digits.sliced(qsizetype(i) * 4, 4), 16);
        if (!group || *group < 0)
            return {};
        groups[i] = quint16(*group);
    }
    // The longest run of zeros, if longer than one, becomes `::`.
    size_t best = 8, bestLength = 1;
    for (size_t i = 0; i < 8; ++i) {
        size_t length = 0;
        while (i + length < 8 && groups[i + length] == 0)
            ++length;
        if (length > bestLength) {
            best = i;
            bestLength = length;
        }
    }
    QByteArray text;
    for (size_t i = 0; i < 8; ++i) {
        if (i == best) {
            text += "::";
            i += bestLength - 1;
            continue;
        }
        if (!text.isEmpty() && !text.endsWith(':'))
            text += ':';
        text += QByteArray::number(groups[i], 16);
    }
    return text;
}

InterfaceAddresses *InterfaceTable::find(const QByteArray &name)
{
    const auto place = m_places.constFind(name);
    return place == m_places.constEnd() ? nullptr : &m_all[*place];
}

const InterfaceAddresses *InterfaceTable::find(const QByteArray &name) const
{
    const auto place = m_places.constFind(name);
    return place == m_places.constEnd() ? nullptr : &m_all[*place];
}

InterfaceAddresses &InterfaceTable::operator[](const QByteArray &name)
{
    if (InterfaceAddresses *known = find(name))
        return *known;
    m_places.insert(name, m_all.size());
    m_all.append(InterfaceAddresses{});
    m_all.last().name = name;
    return m_all.last();
}

InterfaceTable parseIpAddr(QByteArrayView output)
{
    InterfaceTable all;
    InterfaceAddresses *current = nullptr; // of the lines that are indented; good until the next one is made
    for (const QByteArrayView line : linesOf(output)) {
        if (line.isEmpty())
            continue;
        const QList<QByteArrayView> words = wordsOf(line);
        const bool isHead = line.front() >= '0' && line.front() <= '9' && words.size() > 1 && words[0].endsWith(':');
        if (isHead) {
            if (all.size() >= mostEntries)
                break;
            QByteArrayView name = words[1];
            if (name.endsWith(':'))
                name.chop(1);
            if (const qsizetype at = name.indexOf('@'); at > 0)
                name = name.first(at);
            current = &all[name.toByteArray()];
            current->mtu = int(toInteger(after(words, "mtu")).value_or(-1));
            current->isUp = words.size() > 2 && (words[2].contains(",UP") || words[2].contains("<UP"));
        } else if (current && !words.isEmpty()) {
            if (words[0].startsWith("link/") && words.size() > 1) {
                current->type = words[0].sliced(5).toByteArray();
                current->mac = words[1].toByteArray();
            } else {
                addIpLine(words, *current);
            }
        }
    }
    return all;
}

InterfaceTable parseProcNet(QByteArrayView fibTrie, QByteArrayView route, QByteArrayView ifInet6, ByteOrder order)
{
    QList<Network> networks;
    for (const QByteArrayView line : linesOf(route)) {
        const QList<QByteArrayView> words = wordsOf(line);
        const auto address = words.size() > 7 ? procNumber(words[1], order) : std::nullopt;
        const auto mask = words.size() > 7 ? procNumber(words[7], order) : std::nullopt;
        if (address && mask && *mask != 0)
            networks.append({words[0].toByteArray(), *address, *mask});
    }
    std::stable_sort(networks.begin(), networks.end(), [](const Network &a, const Network &b) { return a.mask > b.mask; });

    InterfaceTable all;
    QByteArrayView last;
    QList<QByteArray> seen; // fib_trie lists an address in the tables main and local
    for (const QByteArrayView line : linesOf(fibTrie)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() == 2 && words[0] == "|--")
            last = words[1];
        if (words.size() < 3 || words[0] != "/32" || words[1] != "host" || words[2] != "LOCAL" || seen.contains(last.toByteArray()))
            continue;
        const auto number = ipv4Number(last);
        if (!number || seen.size() >= 1000)
            continue;
        seen.append(last.toByteArray());
        if (last.startsWith("127.")) {
            all["lo"].ipv4.append({last.toByteArray(), 8, {}, "lo", false});
            continue;
        }
        const auto home = std::find_if(networks.begin(), networks.end(),
                                       [&](const Network &network) { return (*number & network.mask) == network.address; });
        if (home == networks.end())
            continue;
        const int prefix = ipv4Prefix(home->mask);
        const QByteArray broadcast = prefix < 31 ? ipv4Text(home->address | ~home->mask) : QByteArray();
        InterfaceAddresses &interface = all[home->interface];
        interface.ipv4.append({last.toByteArray(), prefix, broadcast, home->interface, !interface.ipv4.isEmpty()});
    }
    addIfInet6(ifInet6, all);
    return all;
}

DefaultRoute parseRouteGet(QByteArrayView output)
{
    const QList<QByteArrayView> lines = linesOf(output);
    if (lines.isEmpty())
        return {};
    const QList<QByteArrayView> words = wordsOf(lines.constFirst());
    if (words.isEmpty() || (!words[0].contains('.') && !words[0].contains(':')))
        return {};
    return {after(words, "dev").toByteArray(), after(words, "src").toByteArray(), after(words, "via").toByteArray()};
}

DefaultRoute parseProcRoute(QByteArrayView route, ByteOrder order)
{
    DefaultRoute best;
    qint64 bestMetric = -1;
    for (const QByteArrayView line : linesOf(route)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 8 || words[1] != "00000000" || words[7] != "00000000")
            continue;
        const qint64 metric = toInteger(words[6]).value_or(0);
        if (bestMetric >= 0 && metric >= bestMetric)
            continue;
        bestMetric = metric;
        const auto gateway = procNumber(words[2], order);
        best = {words[0].toByteArray(), {}, gateway && *gateway ? ipv4Text(*gateway) : QByteArray()};
    }
    return best;
}

DefaultRoute parseProcRoute6(QByteArrayView route)
{
    DefaultRoute best;
    qint64 bestMetric = -1;
    for (const QByteArrayView line : linesOf(route)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 10 || words[1] != "00" || words[0].count('0') != 32 || words[9] == "lo")
            continue;
        const qint64 metric = toInteger(words[5], 16).value_or(0);
        if (bestMetric >= 0 && metric >= bestMetric)
            continue;
        bestMetric = metric;
        const QByteArray gateway = ipv6Text(words[4]);
        best = {words[9].toByteArray(), {}, gateway == "::" ? QByteArray() : gateway};
    }
    return best;
}

QString factNameOf(QByteArrayView interface)
{
    return listedNameOf(interface).replace(u'-', u'_');
}

QString listedNameOf(QByteArrayView interface)
{
    return toText(interface).replace(u':', u'_');
}

QJsonObject toJson(const Ipv4 &address)
{
    const quint32 mask = ipv4Mask(address.prefix);
    return {{QStringLiteral("address"), toText(address.address)},
            {QStringLiteral("broadcast"), toText(address.broadcast)},
            {QStringLiteral("netmask"), toText(ipv4Text(mask))},
            {QStringLiteral("network"), toText(ipv4Text(ipv4Number(address.address).value_or(0) & mask))},
            {QStringLiteral("prefix"), QString::number(address.prefix)}};
}

QJsonObject toJson(const Ipv6 &address)
{
    return {{QStringLiteral("address"), toText(address.address)},
            {QStringLiteral("prefix"), QString::number(address.prefix)},
            {QStringLiteral("scope"), toText(address.scope)}};
}

} // namespace collector::facts
