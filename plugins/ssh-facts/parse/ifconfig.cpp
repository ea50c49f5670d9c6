// ifconfig -a, in the dialects of Linux net-tools (old and new), busybox, FreeBSD, OpenBSD, NetBSD, macOS, Solaris and AIX.

#include "addresses.h"
#include "text.h"

#include <algorithm>

namespace collector::facts {

namespace {

QByteArrayView after(const QList<QByteArrayView> &words, QByteArrayView word)
{
    const qsizetype at = words.indexOf(word);
    return at >= 0 && at + 1 < words.size() ? words[at + 1] : QByteArrayView();
}

// 0xffffff00, ffffff00 or 255.255.255.0
int prefixOf(QByteArrayView mask)
{
    if (const auto dotted = ipv4Number(mask))
        return ipv4Prefix(*dotted);
    if (mask.startsWith("0x"))
        mask = mask.sliced(2);
    const auto number = toInteger(mask, 16);
    return number && mask.size() == 8 ? ipv4Prefix(quint32(*number)) : 32;
}

// `inet addr:10.0.0.1  Bcast:10.0.0.255  Mask:255.255.255.0` of old net-tools and busybox.
QByteArrayView labelled(const QList<QByteArrayView> &words, QByteArrayView label)
{
    for (const QByteArrayView word : words) {
        if (word.startsWith(label))
            return word.sliced(label.size());
    }
    return {};
}

void addInet(const QList<QByteArrayView> &words, InterfaceAddresses &interface)
{
    QByteArrayView address = labelled(words, "addr:");
    QByteArrayView mask = labelled(words, "Mask:");
    QByteArrayView broadcast = labelled(words, "Bcast:");
    if (address.isEmpty() && words.size() > 1) {
        address = words[1];
        mask = after(words, "netmask");
        broadcast = after(words, "broadcast");
    }
    int prefix = prefixOf(mask);
    if (const qsizetype slash = address.indexOf('/'); slash > 0) {
        prefix = int(std::clamp<qint64>(toInteger(address.sliced(slash + 1)).value_or(32), 0, 32));
        address = address.first(slash);
    }
    if (ipv4Number(address))
        interface.ipv4.append({address.toByteArray(), prefix, broadcast.toByteArray(), interface.name, !interface.ipv4.isEmpty()});
}

QByteArray scopeOf(QByteArrayView address, QByteArrayView said)
{
    if (said == "Link" || said == "0x20<link>" || address.startsWith("fe80"))
        return "link";
    if (said == "Host" || said == "0x10<host>" || address == "::1")
        return "host";
    if (said == "Site" || said == "0x40<site>")
        return "site";
    return "global";
}

void addInet6(const QList<QByteArrayView> &words, InterfaceAddresses &interface)
{
    QByteArrayView address = words.size() > 1 ? words[1] : QByteArrayView();
    if (address == "addr:" && words.size() > 2)
        address = words[2];
    if (address.startsWith("addr:"))
        address = address.sliced(5);
    int prefix = int(std::clamp<qint64>(toInteger(after(words, "prefixlen")).value_or(128), 0, 128));
    if (const qsizetype slash = address.indexOf('/'); slash > 0) {
        prefix = int(std::clamp<qint64>(toInteger(address.sliced(slash + 1)).value_or(128), 0, 128));
        address = address.first(slash);
    }
    if (const qsizetype zone = address.indexOf('%'); zone > 0)
        address = address.first(zone);
    QByteArrayView said = labelled(words, "Scope:");
    if (said.isEmpty())
        said = after(words, "scopeid");
    if (address.contains(':'))
        interface.ipv6.append({address.toByteArray(), prefix, scopeOf(address, said)});
}

void addFlags(QByteArrayView line, InterfaceAddresses &interface)
{
    const qsizetype open = line.indexOf('<'), close = line.indexOf('>');
    if (open < 0 || close < open)
        return;
    for (const QByteArrayView flag : split(line.sliced(open + 1, close - open - 1), ',')) {
        if (!flag.isEmpty())
            interface.flags.append(flag.toByteArray());
    }
    interface.isUp = interface.flags.contains("UP");
}

// NAME: flags=8863<UP,…> mtu 1500 · NAME  Link encap:Ethernet  HWaddr 00:…; null of a line that names none
InterfaceAddresses *openInterface(QByteArrayView line, const QList<QByteArrayView> &words, InterfaceTable &all)
{
    QByteArrayView name = words[0];
    if (name.endsWith(':'))
        name.chop(1);
    if (name.isEmpty())
        return nullptr;
    // Solaris lists an interface once more for its other family.
    const QByteArray key = name.toByteArray();
    if (InterfaceAddresses *known = all.find(key))
        return known;
    InterfaceAddresses &interface = all[key];
    interface.mtu = int(toInteger(after(words, "mtu")).value_or(-1));
    interface.mac = after(words, "HWaddr").toByteArray().toLower();
    const QByteArrayView encapsulation = labelled(words, "encap:");
    if (!encapsulation.isEmpty())
        interface.type = encapsulation == "Ethernet" ? "ether"
                         : encapsulation == "Local"  ? "loopback"
                                                     : encapsulation.toByteArray().toLower();
    addFlags(line, interface);
    if (interface.type.isEmpty())
        interface.type = interface.flags.contains("LOOPBACK") ? "loopback" : interface.flags.contains("POINTOPOINT") ? "tunnel" : "unknown";
    return &interface;
}

void addDetail(QByteArrayView line, const QList<QByteArrayView> &words, InterfaceAddresses &interface)
{
    const QByteArrayView first = words[0];
    if (first == "inet") {
        addInet(words, interface);
    } else if (first == "inet6") {
        addInet6(words, interface);
    } else if ((first == "ether" || first == "lladdr" || first == "address:") && words.size() > 1) {
        interface.mac = words[1].toByteArray().toLower();
        interface.type = "ether";
    } else if (first == "status:" && words.size() > 1) {
        interface.status = line.trimmed().sliced(7).trimmed().toByteArray();
    } else if (first == "media:" && words.value(1) == "<unknown") { // a bridge of macOS: `<unknown type>`
        interface.media = "unknown";
    } else if (first == "media:") {
        interface.media = words.size() > 1 ? words[1].toByteArray() : QByteArray();
        interface.mediaSelect = words.size() > 2 ? words[2].toByteArray() : QByteArray();
    } else if (first.startsWith("options=") || first.startsWith("options:")) {
        const qsizetype open = line.indexOf('<'), close = line.indexOf('>');
        if (open > 0 && close > open) {
            for (const QByteArrayView option : split(line.sliced(open + 1, close - open - 1), ','))
                interface.options.append(option.toByteArray());
        }
    } else if (words.contains(QByteArrayView("Metric:1")) || !labelled(words, "MTU:").isEmpty()) {
        interface.mtu = int(toInteger(labelled(words, "MTU:")).value_or(interface.mtu));
        interface.isUp = words.contains(QByteArrayView("UP"));
    }
}

} // namespace

InterfaceTable parseIfconfig(QByteArrayView output)
{
    InterfaceTable all;
    InterfaceAddresses *current = nullptr; // good until the next one is made
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.isEmpty())
            continue;
        const bool isIndented = line.front() == ' ' || line.front() == '\t';
        if (!isIndented && all.size() < mostEntries)
            current = openInterface(line, words, all);
        else if (current)
            addDetail(line, words, *current);
    }
    return all;
}

} // namespace collector::facts
