#include "ports.h"

#include "addresses.h"
#include "text.h"

#include <QMap>

#include <algorithm>

namespace collector::facts {

namespace {

// One or four groups of four bytes.
QByteArray procAddress(QByteArrayView hex, ByteOrder order)
{
    if (hex.size() == 8) {
        const auto number = procNumber(hex, order);
        return number ? ipv4Text(*number) : QByteArray();
    }
    if (hex.size() != 32)
        return {};
    QByteArray digits;
    for (qsizetype i = 0; i < 32; i += 8) {
        const auto number = procNumber(hex.sliced(i, 8), order);
        if (!number)
            return {};
        digits += QByteArray::number(*number, 16).rightJustified(8, '0');
    }
    return ipv6Text(digits);
}

// By protocol, port and address, each once: a server with many workers has many sockets of one port.
class PortTable
{
public:
    void add(QByteArrayView protocol, const QByteArray &address, qint64 port, std::optional<qint64> uid)
    {
        if (port <= 0 || port > 65535 || address.isEmpty() || m_ports.size() >= mostEntries)
            return;
        QJsonObject entry{
            {QStringLiteral("protocol"), toText(protocol)}, {QStringLiteral("address"), toText(address)}, {QStringLiteral("port"), port}};
        if (uid)
            entry.insert(u"uid", *uid);
        m_ports.insert(protocol.toByteArray() + ' ' + QByteArray::number(port).rightJustified(5, '0') + ' ' + address, entry);
    }

    [[nodiscard]] QJsonArray list() const
    {
        QJsonArray all;
        for (const QJsonObject &port : m_ports)
            all.append(port);
        return all;
    }

private:
    QMap<QByteArray, QJsonObject> m_ports;
};

//   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 …
void addProcLine(QByteArrayView protocol, QByteArrayView line, ByteOrder order, PortTable &table)
{
    const QList<QByteArrayView> words = wordsOf(line);
    if (words.size() < 8 || !words[0].endsWith(':'))
        return;
    const bool isTcp = protocol.startsWith("tcp");
    const qsizetype colon = words[1].indexOf(':');
    if (words[3] != (isTcp ? QByteArrayView("0A") : QByteArrayView("07")) || colon < 0 || !words[2].endsWith(":0000"))
        return;
    const auto port = toInteger(words[1].sliced(colon + 1), 16);
    table.add(protocol, procAddress(words[1].first(colon), order), port.value_or(0), toInteger(words[7]));
}

// `*.22`, `127.0.0.1.25`, `[::]:22`, `*:22`: the port is behind the last dot or colon.
void addLocal(QByteArrayView protocol, QByteArrayView local, PortTable &table, std::optional<qint64> uid = {})
{
    const qsizetype at = std::max(local.lastIndexOf('.'), local.lastIndexOf(':'));
    if (at <= 0)
        return;
    QByteArrayView address = local.first(at);
    if (address.startsWith('[') && address.endsWith(']'))
        address = address.sliced(1, address.size() - 2);
    const QByteArray any = protocol.endsWith('6') ? "::" : "0.0.0.0";
    table.add(protocol, address == "*" ? any : address.toByteArray(), toInteger(local.sliced(at + 1)).value_or(0), uid);
}

void addNetstat(QByteArrayView output, PortTable &table)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 5 || !(words[0].startsWith("tcp") || words[0].startsWith("udp")))
            continue;
        const bool isTcp = words[0].startsWith("tcp");
        if (isTcp ? words.constLast() != "LISTEN" : words[4] != "*.*")
            continue;
        addLocal(words[0].endsWith('6') ? (isTcp ? "tcp6" : "udp6") : (isTcp ? "tcp" : "udp"), words[3], table);
    }
}

// Solaris: `TCP: IPv4` heads a table; its lines are local and remote address, windows, state.
void addSolarisNetstat(QByteArrayView output, PortTable &table)
{
    QByteArrayView protocol;
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() == 2 && words[0].endsWith(':')) {
            const bool isSix = words[1] == "IPv6";
            protocol = words[0] == "TCP:" ? (isSix ? "tcp6" : "tcp") : words[0] == "UDP:" ? (isSix ? "udp6" : "udp") : QByteArrayView();
        } else if (line.startsWith("Active") || line.startsWith("SCTP")) {
            protocol = {};
        }
        const bool isOpen = protocol.startsWith("tcp") ? words.contains(QByteArrayView("LISTEN")) : words.contains(QByteArrayView("Idle"));
        if (!protocol.isEmpty() && isOpen)
            addLocal(protocol, words[0], table);
    }
}

void addSockstat(QByteArrayView output, PortTable &table)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() >= 6 && (words[4].startsWith("tcp") || words[4].startsWith("udp"))) {
            const bool isSix = words[4].endsWith('6');
            addLocal(words[4].startsWith("tcp") ? (isSix ? "tcp6" : "tcp") : (isSix ? "udp6" : "udp"), words[5], table,
                     toInteger(words[0]));
        }
    }
}

} // namespace

void parsePorts(const Section &in, Findings &out)
{
    PortTable table;
    bool hasAny = in.has("netstat") || in.has("sockstat");
    // grep prints the file before each line.
    for (const QByteArrayView line : linesOf(in.bytes("proc"))) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && line.startsWith("/proc/net/"))
            addProcLine(line.sliced(10, colon - 10), line.sliced(colon + 1), out.byteOrder(), table);
    }
    const Block *proc = in.find("proc");
    hasAny |= proc && (proc->status == 0 || proc->status == 1);
    for (const char *protocol : {"tcp", "tcp6", "udp", "udp6"}) {
        const QByteArray path = QByteArray("/proc/net/") + protocol;
        hasAny |= in.has(path);
        for (const QByteArrayView line : linesOf(in.bytes(path)))
            addProcLine(protocol, line, out.byteOrder(), table);
    }
    addNetstat(in.bytes("netstat"), table);
    addSolarisNetstat(in.bytes("netstat"), table);
    addSockstat(in.bytes("sockstat"), table);
    // 2 of grep: some of the files are not there (a kernel without IPv6), what it printed counts.
    hasAny |= proc && proc->status == 2 && !proc->bytes.isEmpty();
    if (hasAny)
        out.set(u"listening_ports", table.list());
}

} // namespace collector::facts
