#include "network.h"
#include "text.h"

namespace collector::facts {

namespace {

QJsonArray rest(const QList<QByteArrayView> &words)
{
    QJsonArray array;
    for (const QByteArrayView word : words.sliced(1))
        array.append(toText(word));
    return array;
}

// Up to a comment, which OpenBSD's resolvd puts behind each server.
QList<QByteArrayView> wordsBeforeComment(QByteArrayView line)
{
    QList<QByteArrayView> words = wordsOf(line);
    for (qsizetype i = 0; i < words.size(); ++i) {
        if (words[i].startsWith('#') || words[i].startsWith(';'))
            return words.first(i);
    }
    return words;
}

} // namespace

void parseDns(const Section &in, Findings &out)
{
    QJsonObject dns;
    QJsonArray servers;
    for (const QByteArrayView line : linesOf(in.bytes("/etc/resolv.conf"))) {
        const QList<QByteArrayView> words = wordsBeforeComment(line);
        if (words.isEmpty())
            continue;
        if (words[0] == "nameserver") {
            for (const QByteArrayView server : words.sliced(1))
                servers.append(toText(server));
        } else if (words[0] == "domain" && words.size() > 1) {
            dns.insert(u"domain", toText(words[1]));
        } else if (words[0] == "search" || words[0] == "sortlist") {
            dns.insert(toText(words[0]), rest(words));
        } else if (words[0] == "options") {
            QJsonObject options;
            for (const QByteArrayView option : words.sliced(1)) {
                const auto [key, value] = keyValue(option, ':');
                options.insert(toText(key), value.isEmpty() ? QJsonValue(true) : QJsonValue(toText(value)));
            }
            dns.insert(u"options", options);
        }
    }
    if (!servers.isEmpty())
        dns.insert(u"nameservers", servers);
    out.set(u"dns", dns);

    QJsonArray upstream;
    for (const QByteArrayView line : linesOf(in.bytes("/run/systemd/resolve/resolv.conf"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() > 1 && words[0] == "nameserver" && upstream.size() < 100)
            upstream.append(toText(words[1]));
    }
    if (!upstream.isEmpty())
        out.set(u"dns_upstream", upstream);
    else
        out.miss(u"dns_upstream", Absence::NotApplicable);
}

} // namespace collector::facts
