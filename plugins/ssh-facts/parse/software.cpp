#include "software.h"

#include "text.h"

#include <QDateTime>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

struct Waiting
{
    QJsonArray packages;
    qint64 security = 0;

    void add(QByteArrayView name, QByteArrayView version, bool isSecurity)
    {
        security += isSecurity;
        if (packages.size() < mostEntries)
            packages.append(QJsonObject{{QStringLiteral("name"), toText(name)},
                                        {QStringLiteral("version"), toText(version)},
                                        {QStringLiteral("security"), isSecurity}});
    }
};

// Inst libc6 [2.36-9] (2.36-9+deb12u1 Debian-Security:12/stable-security [amd64])
void addApt(QByteArrayView output, Waiting &waiting)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        const qsizetype open = line.indexOf('(');
        // Without the version in brackets it would be new, not an update.
        if (words.size() < 3 || words[0] != "Inst" || !words[2].startsWith('[') || open < 0)
            continue;
        const QList<QByteArrayView> inside = wordsOf(line.sliced(open + 1));
        if (!inside.isEmpty())
            waiting.add(words[1], inside[0], line.sliced(open).contains("ecurity"));
    }
}

// name.arch version repository
void addDnf(QByteArrayView output, QByteArrayView advisories, Waiting &waiting)
{
    QList<QByteArrayView> secure;
    for (const QByteArrayView line : linesOf(advisories)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() == 3)
            secure.append(words[2]);
    }
    const auto isLess = [](QByteArrayView a, QByteArrayView b) { return a.compare(b) < 0; };
    std::sort(secure.begin(), secure.end(), isLess);
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() != 3 || !words[0].contains('.') || line.front() == ' ')
            continue;
        const QByteArrayView name = words[0].first(words[0].lastIndexOf('.'));
        const QByteArray full = name.toByteArray() + '-';
        const auto first =
            std::lower_bound(secure.begin(), secure.end(), QByteArrayView(full), isLess); // all that begin so stand from here on
        const bool isSecurity = first != secure.end() && first->startsWith(full);
        waiting.add(name, words[1], isSecurity);
    }
}

// Installed < available, by name: apk `name-1 < 2`, pacman `name 1 -> 2`.
void addArrows(QByteArrayView output, Waiting &waiting)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        const qsizetype arrow = std::max(words.indexOf(QByteArrayView("<")), words.indexOf(QByteArrayView("->")));
        if (arrow <= 0 || arrow + 1 >= words.size())
            continue;
        QByteArrayView name = words[0];
        qsizetype version = words[arrow] == "<" ? name.size() - 1 : -1; // apk's has the version behind a dash
        while (version > 0 && !(name[version - 1] == '-' && name[version] >= '0' && name[version] <= '9'))
            --version;
        waiting.add(version > 1 ? name.first(version - 1) : name, words[arrow + 1], false);
    }
}

// How many patches mend a hole: lines of repository | name | security | severity | … | needed | …
qint64 zypperPatches(QByteArrayView output)
{
    qint64 count = 0;
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> cells = split(line, '|');
        count +=
            cells.size() >= 5 && std::any_of(cells.begin(), cells.end(), [](QByteArrayView cell) { return cell.trimmed() == "security"; });
    }
    return count;
}

// v | repository | name | installed | available | arch
void addZypper(QByteArrayView output, Waiting &waiting)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> cells = split(line, '|');
        if (cells.size() >= 6 && cells[0].trimmed() == "v")
            waiting.add(cells[2].trimmed(), cells[4].trimmed(), false);
    }
}

QByteArray withoutCredentials(QByteArrayView uri)
{
    const qsizetype scheme = uri.indexOf("://"), at = uri.indexOf('@');
    const qsizetype slash = scheme < 0 ? -1 : uri.indexOf('/', scheme + 3);
    if (scheme < 0 || at < 0 || (slash >= 0 && at > slash))
        return uri.toByteArray();
    return uri.first(scheme + 3).toByteArray() + "***@" + uri.sliced(at + 1).toByteArray();
}

void addRepository(QJsonArray &all, QByteArrayView file, QByteArrayView name, QByteArrayView uri, QByteArrayView suite,
                   const QList<QByteArrayView> &components, bool isEnabled)
{
    if (uri.isEmpty() || all.size() >= mostEntries)
        return;
    QJsonObject repository{{QStringLiteral("file"), toText(file)},
                           {QStringLiteral("uri"), toText(withoutCredentials(uri))},
                           {QStringLiteral("enabled"), isEnabled}};
    if (!name.isEmpty())
        repository.insert(u"name", toText(name));
    if (!suite.isEmpty())
        repository.insert(u"suite", toText(suite));
    QJsonArray list;
    for (const QByteArrayView component : components)
        list.append(toText(component));
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

void parseUpdates(const Section &in, Findings &out)
{
    Waiting waiting;
    addApt(in.bytes("apt"), waiting);
    addDnf(in.has("dnf") ? in.bytes("dnf") : in.bytes("yum"), in.has("dnf") ? in.bytes("dnf-security") : in.bytes("yum-security"), waiting);
    addZypper(in.bytes("zypper"), waiting);
    for (const char *label : {"apk", "pacman", "checkupdates"})
        addArrows(in.bytes(label), waiting);
    const auto known = std::find_if(in.blocks.begin(), in.blocks.end(),
                                    [](const Block &block) { return block.kind == Block::Kind::Output && block.status.has_value(); });
    if (known == in.blocks.end() || known->isTimedOut()) {
        out.miss(u"updates", known == in.blocks.end() ? Absence::Unsupported : Absence::Timeout);
        out.miss(u"updates_pending", known == in.blocks.end() ? Absence::Unsupported : Absence::Timeout);
        out.miss(u"updates_security", known == in.blocks.end() ? Absence::Unsupported : Absence::Timeout);
    } else {
        out.set(u"updates_pending", waiting.packages.size());
        // Only these tell which ones mend a hole; of SUSE's it is patches that are counted, each of one or more packages.
        const Block *patches = in.find("zypper-security");
        if (in.has("apt") || in.has("dnf-security") || in.has("yum-security"))
            out.set(u"updates_security", waiting.security);
        else if (patches && patches->status == 0)
            out.set(u"updates_security", zypperPatches(patches->bytes));
        else
            out.miss(u"updates_security", Absence::Unsupported);
        out.set(u"updates", waiting.packages);
    }
    for (const QByteArrayView line : linesOf(in.bytes("stamps"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        const auto time = words.size() == 2 ? toInteger(words[0]) : std::nullopt;
        if (!time || *time <= 0 || *time > 253'402'300'799)
            continue;
        const QString text = QDateTime::fromSecsSinceEpoch(*time, Qt::UTC).toString(Qt::ISODate);
        static constexpr std::array<QByteArrayView, 6> histories{"dpkg.log",     "history.sqlite", "/history",
                                                                 "db/installed", "pacman/local",   "transaction_history.sqlite"};
        const bool isUpdate =
            std::any_of(histories.begin(), histories.end(), [&](QByteArrayView history) { return words[1].endsWith(history); });
        out.set(isUpdate ? u"updates_last_installed" : u"updates_cache_time", text);
    }
    for (const QStringView key : {u"updates_last_installed", u"updates_cache_time"}) {
        if (!out.has(key))
            out.miss(key, Absence::Unsupported);
    }
}

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
