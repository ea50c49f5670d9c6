#include "software.h"

#include "text.h"

#include <QRegularExpression>

#include <algorithm>

namespace collector::facts {

namespace {

bool isSchemeCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// How much of an address (what follows its ://, up to the next one) is user and password. Not all who write one encode a password's
// `@` and `/`: the last `@` counts, and a port that is none is the beginning of a password.
qsizetype credentialsIn(QByteArrayView address)
{
    const auto end =
        std::find_if(address.begin(), address.end(), [](char c) { return c == '/' || c == '?' || c == '#' || c == ' ' || c == '\t'; });
    const QByteArrayView authority = address.first(end - address.begin());
    if (const qsizetype at = authority.lastIndexOf('@'); at >= 0)
        return at;
    const QByteArrayView host = authority.sliced(authority.lastIndexOf(']') + 1);
    const qsizetype colon = host.indexOf(':');
    QByteArrayView port = colon < 0 ? QByteArrayView() : host.sliced(colon + 1);
    while (!port.isEmpty() && (port.back() == ',' || port.back() == ';'))
        port.chop(1);
    const bool isPort = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
    const qsizetype at = address.lastIndexOf('@');
    if (isPort || (at < 0 && port.startsWith('$'))) // dnf's variables
        return -1;
    return at >= 0 ? at : authority.size();
}

// A value with one or more addresses, and nothing secret in any of them.
QString withoutCredentials(QByteArrayView value)
{
    QByteArray text;
    qsizetype from = 0;
    for (qsizetype scheme = value.indexOf("://"); scheme >= 0;) {
        const qsizetype begin = scheme + 3, next = value.indexOf("://", begin);
        qsizetype end = next < 0 ? value.size() : next;
        while (next >= 0 && end > begin && isSchemeCharacter(value[end - 1]))
            --end;
        text += value.sliced(from, begin - from);
        const QByteArrayView address = value.sliced(begin, end - begin);
        const qsizetype secret = credentialsIn(address);
        text += secret < 0 ? address.toByteArray() : "***" + address.sliced(secret).toByteArray();
        from = end;
        scheme = next;
    }
    text += value.sliced(from);
    static const QRegularExpression query(
        QStringLiteral("([?&;](?:[\\w-]*(?:token|passw(?:or)?d|secret|signature|api[_-]?key|access[_-]?key)|sig|auth)=)[^&;,\\s]+"),
        QRegularExpression::CaseInsensitiveOption);
    return toText(text).replace(query, QStringLiteral("\\1***"));
}

void addRepository(QJsonArray &all, QByteArrayView file, QByteArrayView name, QByteArrayView uri, QByteArrayView suite,
                   const QList<QByteArrayView> &components, bool isEnabled)
{
    if (uri.isEmpty() || all.size() >= mostEntries)
        return;
    QJsonObject repository{
        {QStringLiteral("file"), toText(file)}, {QStringLiteral("uri"), withoutCredentials(uri)}, {QStringLiteral("enabled"), isEnabled}};
    if (!name.isEmpty())
        repository.insert(u"name", withoutCredentials(name));
    if (!suite.isEmpty())
        repository.insert(u"suite", withoutCredentials(suite));
    QJsonArray list;
    for (const QByteArrayView component : components)
        list.append(withoutCredentials(component));
    if (!list.isEmpty())
        repository.insert(u"components", list);
    all.append(repository);
}

// deb [arch=amd64] http://… suite main contrib
void addSourcesList(const Block &file, QJsonArray &all)
{
    for (const QByteArrayView line : linesOf(file.bytes)) {
        QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 3 || (words[0] != "deb" && words[0] != "deb-src"))
            continue;
        words.removeFirst();
        if (words[0].startsWith('[')) {
            while (!words.isEmpty() && !words.takeFirst().endsWith(']')) {
            }
        }
        if (words.size() >= 2)
            addRepository(all, file.label, {}, words[0], words[1], words.sliced(2), true);
    }
}

// Deb822: paragraphs of Types, URIs, Suites, Components, Enabled.
void addSources(const Block &file, QJsonArray &all)
{
    QByteArrayView uris, suites, components;
    bool isEnabled = true;
    const auto close = [&] {
        for (const QByteArrayView uri : wordsOf(uris)) {
            for (const QByteArrayView suite : wordsOf(suites))
                addRepository(all, file.label, {}, uri, suite, wordsOf(components), isEnabled);
        }
        uris = suites = components = {};
        isEnabled = true;
    };
    for (const QByteArrayView line : linesOf(file.bytes)) {
        if (line.trimmed().isEmpty()) {
            close();
            continue;
        }
        const auto [key, value] = keyValue(line, ':');
        if (key == "URIs")
            uris = value;
        else if (key == "Suites")
            suites = value;
        else if (key == "Components")
            components = value;
        else if (key == "Enabled")
            isEnabled = value != "no";
    }
    close();
}

// [id] with baseurl=, mirrorlist=, metalink=, enabled=
void addRepo(const Block &file, QJsonArray &all)
{
    QByteArrayView name, uri;
    bool isEnabled = true;
    const auto close = [&] {
        addRepository(all, file.label, name, uri, {}, {}, isEnabled);
        uri = {};
        isEnabled = true;
    };
    for (const QByteArrayView raw : linesOf(file.bytes)) {
        const QByteArrayView line = raw.trimmed();
        if (line.startsWith('[') && line.endsWith(']')) {
            close();
            name = line.sliced(1, line.size() - 2);
            continue;
        }
        const auto [key, value] = keyValue(line, '=');
        if ((key == "baseurl" || key == "mirrorlist" || key == "metalink" || key == "Server" || key == "Include" || key == "sync-uri") &&
            (uri.isEmpty() || key == "baseurl"))
            uri = value;
        else if (key == "enabled")
            isEnabled = value != "0" && value.compare("false", Qt::CaseInsensitive) != 0;
    }
    close();
}

// FreeBSD: { url: "pkg+http://…", enabled: yes } in one line or in several; a name before each brace.
void addPkgConf(const Block &file, QJsonArray &all)
{
    QByteArray text;
    for (const QByteArrayView line : linesOf(file.bytes)) {
        const QByteArrayView bare = line.trimmed();
        if (!bare.startsWith('#'))
            text += bare.toByteArray() + ' ';
    }
    for (qsizetype open = text.indexOf('{'), from = 0; open >= 0;) {
        // A variable in an address has braces of its own.
        qsizetype close = text.indexOf('}', open);
        while (close > 0 && text.lastIndexOf("${", close) > open && text.indexOf('}', text.lastIndexOf("${", close)) == close)
            close = text.indexOf('}', close + 1);
        if (close < 0)
            break;
        QByteArrayView name = QByteArrayView(text).sliced(from, open - from).trimmed();
        if (name.endsWith(':'))
            name.chop(1);
        QByteArrayView uri;
        bool isEnabled = true;
        for (const QByteArrayView pair : split(QByteArrayView(text).sliced(open + 1, close - open - 1), ',')) {
            const auto [key, value] = keyValue(pair, ':');
            if (unquoted(key) == "url")
                uri = unquoted(value);
            else if (unquoted(key) == "enabled")
                isEnabled = unquoted(value) == "yes" || unquoted(value) == "true" || unquoted(value) == "on";
        }
        addRepository(all, file.label, unquoted(name.trimmed()), uri, {}, {}, isEnabled);
        from = close + 1;
        open = text.indexOf('{', from);
    }
}

// Void: repository=URI · OpenBSD's installurl: the URI alone.
void addPlain(const Block &file, QByteArrayView prefix, QJsonArray &all)
{
    for (const QByteArrayView line : linesOf(file.bytes)) {
        const QByteArrayView bare = line.trimmed();
        if (bare.startsWith(prefix) && !bare.startsWith('#'))
            addRepository(all, file.label, {}, bare.sliced(prefix.size()).trimmed(), {}, {}, true);
    }
}

} // namespace

void parseRepositories(const Section &in, Findings &out)
{
    QJsonArray all;
    for (const Block &file : in.blocks) {
        if (file.kind != Block::Kind::File)
            continue;
        if (file.label.endsWith(".list"))
            addSourcesList(file, all);
        else if (file.label.endsWith(".sources"))
            addSources(file, all);
        else if (file.label.endsWith(".repo") || file.label.endsWith("pacman.conf") || file.label.contains("/portage/repos.conf"))
            addRepo(file, all);
        else if (file.label.contains("/xbps.d/"))
            addPlain(file, "repository=", all);
        else if (file.label == "/etc/installurl")
            addPlain(file, "", all);
        else if (file.label.contains("/pkg/"))
            addPkgConf(file, all);
        else if (file.label == "/etc/apk/repositories") {
            for (const QByteArrayView line : linesOf(file.bytes)) {
                const QByteArrayView bare = line.trimmed();
                if (!bare.isEmpty() && !bare.startsWith('#'))
                    addRepository(all, file.label, {}, wordsOf(bare).constLast(), {}, {}, true);
            }
        } else if (file.label.endsWith("distfeeds.conf")) {
            for (const QByteArrayView line : linesOf(file.bytes)) {
                const QList<QByteArrayView> words = wordsOf(line);
                if (words.size() == 3 && words[0].startsWith("src"))
                    addRepository(all, file.label, words[1], words[2], {}, {}, true);
            }
        }
    }
    out.set(u"repositories", all);
}

void parseAgents(const Section &in, Findings &out)
{
    if (in.isTimedOut())
        return; // what came is not all of it
    QJsonArray agents;
    QStringList seen;
    for (const QByteArrayView line : linesOf(in.bytes("agents"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() != 3 || seen.contains(toText(words[1])) || agents.size() >= 500)
            continue;
        seen.append(toText(words[1]));
        agents.append(QJsonObject{{QStringLiteral("category"), toText(words[0])},
                                  {QStringLiteral("name"), toText(words[1])},
                                  {QStringLiteral("path"), toText(words[2])}});
    }
    out.set(u"agents", agents);
}

void parseJava(const Section &in, Findings &out)
{
    if (in.isTimedOut())
        return;
    QJsonArray all;
    for (const Block &block : in.blocks) {
        const Assignments release(block.bytes);
        if (block.kind != Block::Kind::File || !release.has("JAVA_VERSION") || all.size() >= 500)
            continue;
        QJsonObject java{{QStringLiteral("version"), toText(release.value("JAVA_VERSION"))}};
        putText(java, u"path", block.label.first(std::max<qsizetype>(0, block.label.lastIndexOf('/'))));
        for (const auto &[name, key] :
             {std::pair("IMPLEMENTOR", u"vendor"), std::pair("JAVA_RUNTIME_VERSION", u"runtime_version"), std::pair("OS_ARCH", u"arch")}) {
            if (release.has(name))
                java.insert(key, toText(release.value(name)));
        }
        all.append(java);
    }
    out.set(u"java_installations", all);
}

} // namespace collector::facts
