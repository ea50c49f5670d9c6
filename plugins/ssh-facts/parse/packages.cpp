#include "packages.h"

#include "text.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QHash>

#include <algorithm>

namespace collector::facts {

namespace {

constexpr qsizetype mostPackages = 20'000;

void add(Packages &packages, const QJsonObject &package)
{
    const QString name = package.value(u"name").toString();
    if (name.isEmpty() || (packages.size() >= mostPackages && !packages.contains(name)))
        return;
    packages[name].append(package);
}

// Paragraphs of `Key: value` lines, as dpkg and opkg keep them.
QList<QHash<QByteArray, QByteArrayView>> paragraphs(QByteArrayView text)
{
    QList<QHash<QByteArray, QByteArrayView>> all;
    QHash<QByteArray, QByteArrayView> current;
    for (const QByteArrayView line : linesOf(text)) {
        if (line.trimmed().isEmpty()) {
            if (!current.isEmpty())
                all.append(current);
            current.clear();
        } else if (line.front() != ' ' && line.front() != '\t') {
            const auto [key, value] = keyValue(line, ':');
            current.insert(key.toByteArray(), value);
        }
    }
    if (!current.isEmpty())
        all.append(current);
    return all;
}

QJsonObject package(QByteArrayView name, QByteArrayView version, const char *source)
{
    return {{QStringLiteral("name"), toText(name)},
            {QStringLiteral("version"), toText(version)},
            {QStringLiteral("source"), QString::fromLatin1(source)}};
}

// Where the version begins in `name-1.2.3`: after the last dash that a digit follows.
qsizetype versionDash(QByteArrayView text)
{
    for (qsizetype at = text.size() - 2; at > 0; --at) {
        if (text[at] == '-' && text[at + 1] >= '0' && text[at + 1] <= '9')
            return at;
    }
    return -1;
}

QString timeText(qint64 seconds)
{
    return QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC).toString(Qt::ISODate);
}

} // namespace

void addDpkg(QByteArrayView status, Packages &packages)
{
    for (const auto &paragraph : paragraphs(status)) {
        if (!paragraph.value("Status").endsWith(" installed"))
            continue;
        QJsonObject one = package(paragraph.value("Package"), paragraph.value("Version"), "apt");
        one.insert(u"arch", toText(paragraph.value("Architecture")));
        one.insert(u"category", toText(paragraph.value("Section")));
        // Behind its name there may be a version in brackets.
        if (const QList<QByteArrayView> source = wordsOf(paragraph.value("Source")); !source.isEmpty())
            one.insert(u"source_package", toText(source.constFirst()));
        add(packages, one);
    }
}

void addOpkg(QByteArrayView status, Packages &packages)
{
    for (const auto &paragraph : paragraphs(status)) {
        if (paragraph.contains("Status") && !paragraph.value("Status").endsWith(" installed"))
            continue;
        QJsonObject one = package(paragraph.value("Package"), paragraph.value("Version"), "opkg");
        one.insert(u"arch", toText(paragraph.value("Architecture")));
        add(packages, one);
    }
}

void addApk(QByteArrayView installed, Packages &packages)
{
    for (const auto &paragraph : paragraphs(installed)) {
        QJsonObject one = package(paragraph.value("P"), paragraph.value("V"), "apk");
        one.insert(u"arch", toText(paragraph.value("A")));
        add(packages, one);
    }
}

void addRpm(QByteArrayView query, Packages &packages)
{
    for (const QByteArrayView line : linesOf(query)) {
        const QList<QByteArrayView> cells = split(line, '|');
        if (cells.size() < 5)
            continue;
        QJsonObject one = package(cells[0], cells[2], "rpm");
        const auto epoch = toInteger(cells[1]);
        one.insert(u"epoch", epoch ? QJsonValue(*epoch) : QJsonValue());
        one.insert(u"release", toText(cells[3]));
        // A key that rpm imported is no program and has no architecture.
        one.insert(u"arch", cells[4] == "(none)" ? QJsonValue() : QJsonValue(toText(cells[4])));
        const auto installed = cells.size() > 5 ? toInteger(cells[5]) : std::nullopt;
        if (installed && *installed > 0 && *installed < 253'402'300'799)
            one.insert(u"installed", timeText(*installed));
        if (cells.size() > 6 && cells[6] != "(none)")
            one.insert(u"vendor", toText(cells[6]));
        add(packages, one);
    }
}

void addTwoColumns(QByteArrayView list, const char *source, Packages &packages)
{
    for (const QByteArrayView line : linesOf(list)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 2)
            continue;
        QJsonObject one = package(words[0], words[1], source);
        if (words.size() > 2)
            one.insert(u"arch", toText(words[2]));
        add(packages, one);
    }
}

void addDashed(QByteArrayView list, const char *source, Packages &packages)
{
    for (const QByteArrayView line : linesOf(list)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.isEmpty())
            continue;
        // xbps marks installed ones with `ii` in a column of its own; pkgin -p uses semicolons.
        QByteArrayView text = words[0] == "ii" && words.size() > 1 ? words[1] : words[0];
        if (const qsizetype semicolon = text.indexOf(';'); semicolon > 0)
            text = text.first(semicolon);
        const qsizetype dash = versionDash(text);
        if (dash > 0)
            add(packages, package(text.first(dash), text.sliced(dash + 1), source));
    }
}

void addPkg5(QByteArrayView list, Packages &packages)
{
    for (const QByteArrayView line : linesOf(list)) {
        QList<QByteArrayView> words = wordsOf(line);
        // Its publisher stands in brackets where it is not the first one.
        if (words.size() == 4 && words[1].startsWith('('))
            words.removeAt(1);
        if (words.size() == 3 && words[2].startsWith('i'))
            add(packages, package(words[0], words[1], "pkg5"));
    }
}

void addPkginfo(QByteArrayView list, Packages &packages)
{
    // Its keys are indented to a column.
    QByteArray flat;
    for (const QByteArrayView line : linesOf(list))
        flat += line.trimmed().toByteArray() + '\n';
    for (const auto &paragraph : paragraphs(flat)) {
        QJsonObject one = package(paragraph.value("PKGINST"), paragraph.value("VERSION"), "pkginfo");
        one.insert(u"arch", toText(paragraph.value("ARCH")));
        if (paragraph.contains("VENDOR"))
            one.insert(u"vendor", toText(paragraph.value("VENDOR")));
        add(packages, one);
    }
}

void addLslpp(QByteArrayView list, Packages &packages)
{
    for (const QByteArrayView line : linesOf(list)) {
        const QList<QByteArrayView> cells = split(line, ':');
        if (cells.size() > 2 && !line.startsWith('#'))
            add(packages, package(cells[1].trimmed(), cells[2].trimmed(), "lslpp"));
    }
}

void parsePackages(const Section &in, Findings &out)
{
    Packages packages;
    addDpkg(in.has("dpkg") ? in.bytes("dpkg") : in.bytes("/var/lib/dpkg/status"), packages);
    addApk(in.bytes("apk"), packages);
    addOpkg(in.bytes("opkg"), packages);
    addRpm(in.bytes("rpm"), packages);
    addTwoColumns(in.bytes("pacman"), "pacman", packages);
    addTwoColumns(in.bytes("pkg"), "pkg", packages);
    const QByteArray brew = in.bytes("brew").toByteArray().replace('/', ' ');
    addTwoColumns(brew, "homebrew", packages);
    addDashed(in.bytes("xbps"), "xbps", packages);
    addDashed(in.bytes("pkgin"), "pkgin", packages);
    addDashed(in.bytes("pkg_info"), "openbsd_pkg", packages);
    addPkg5(in.bytes("pkg5"), packages);
    addPkginfo(in.bytes("pkginfo"), packages);
    addLslpp(in.bytes("lslpp"), packages);
    const bool hasTimedOut = std::any_of(in.blocks.begin(), in.blocks.end(), [](const Block &block) { return block.isTimedOut(); });
    if (packages.size() >= mostPackages)
        out.miss(u"packages", Absence::Limit);
    else if (!packages.isEmpty() && !hasTimedOut)
        out.set(u"packages", objectOf(packages));
}

void parsePackageSummary(const Section &in, Findings &out)
{
    for (const Block &block : in.blocks) {
        const QList<QByteArrayView> words = wordsOf(block.bytes);
        const auto changed = block.label.startsWith("changed ") && !words.isEmpty() ? toInteger(words[0]) : std::nullopt;
        if (changed && *changed > 0 && *changed < 253'402'300'799)
            out.set(u"packages_changed", timeText(*changed));
    }
    if (const auto count = toInteger(in.firstLine("count")))
        out.set(u"package_count", *count);
    const QByteArrayView sum = in.firstLine("sum");
    if (sum.size() >= 64 && sum.indexOf(' ') == 64)
        out.setText(u"packages_sha256", sum.first(64));
    // Where there is no file that changes with the packages alone (rpm's does when it is only read), the hash is that of the sorted names.
    const Block *names = in.find("names");
    if (names && names->status == 0) {
        QList<QByteArrayView> lines = linesOf(names->bytes);
        lines.removeIf([](QByteArrayView line) { return line.trimmed().isEmpty() || line.startsWith('#'); });
        std::sort(lines.begin(), lines.end(), [](QByteArrayView a, QByteArrayView b) { return a.compare(b) < 0; });
        QCryptographicHash hash(QCryptographicHash::Sha256);
        for (const QByteArrayView line : std::as_const(lines)) {
            hash.addData(line);
            hash.addData("\n");
        }
        out.set(u"package_count", lines.size());
        out.setText(u"packages_sha256", hash.result().toHex());
    }
}

} // namespace collector::facts
