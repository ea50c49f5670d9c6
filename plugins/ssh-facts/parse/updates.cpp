#include "software.h"

#include "text.h"

#include <QDateTime>
#include <QSet>

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

bool isDisabling(QByteArrayView value)
{
    return value == "0" || value.compare("false", Qt::CaseInsensitive) == 0 || value.compare("no", Qt::CaseInsensitive) == 0;
}

// Of zypper's: lines `[name]` and `enabled=0`; a repository that does not say is enabled.
bool hasRepository(QByteArrayView lines)
{
    bool isEnabled = false;
    for (const QByteArrayView line : linesOf(lines)) {
        if (!line.startsWith('[')) {
            isEnabled = isEnabled && !isDisabling(keyValue(line, '=').second);
        } else if (isEnabled) {
            return true;
        } else {
            isEnabled = true;
        }
    }
    return isEnabled;
}

// Whether the package manager has answered: where it has failed it prints nothing, which looks like nothing to do. So it does where it
// knows of no package that could be newer, and is content.
bool isAnswer(const Section &in, const Block &block)
{
    const int status = block.status.value_or(-1);
    if (block.label == "apt") // its lists may be gone, as in containers
        return status == 0 && !in.bytes("exists").isEmpty();
    if (block.label == "apk") // as in its images, which have no index; one may lie elsewhere, and has been read where it tells of any
        return status == 0 && (!in.bytes("exists").isEmpty() || block.bytes.contains('<'));
    if (block.label == "zypper" && !hasRepository(in.bytes("enabled")))
        return false;
    if (block.label == "dnf" || block.label == "yum") // check-update: 100 where there are some
        return status == 0 || status == 100;
    if (block.label.startsWith("zypper")) // zypper(8): these four tell of patches, a reboot, a restart
        return status == 0 || (status >= 100 && status <= 103);
    if (block.label == "pacman") // 1 is that of none, and of nothing to compare with, too
        return status == 0 || (status == 1 && !in.bytes("exists").isEmpty());
    return status == 0;
}

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

bool isDateOrTime(QByteArrayView word)
{
    return std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == ':'; });
}

// The names of the packages that advisories are of. dnf 4 and yum print `advisory severity package`, dnf 5 a table with
// `advisory type severity package date time`, whose severity may be empty.
QSet<QByteArrayView> securePackages(QByteArrayView advisories)
{
    QSet<QByteArrayView> names;
    for (const QByteArrayView line : linesOf(advisories)) {
        QList<QByteArrayView> words = wordsOf(line);
        while (!words.isEmpty() && isDateOrTime(words.constLast()))
            words.removeLast();
        if (words.size() < 3)
            continue;
        // name-[epoch:]version-release.arch
        const QByteArrayView package = words.constLast();
        const qsizetype release = package.lastIndexOf('-');
        const qsizetype version = release > 0 ? package.first(release).lastIndexOf('-') : -1;
        if (version > 0 && package.lastIndexOf('.') > release)
            names.insert(package.first(version));
    }
    return names;
}

// name.arch version repository; yum breaks a line that is too long for a screen.
void addDnf(QByteArrayView output, QByteArrayView advisories, Waiting &waiting)
{
    const QSet<QByteArrayView> secure = securePackages(advisories);
    QList<QByteArrayView> words;
    for (const QByteArrayView line : linesOf(output)) {
        if (line.startsWith("Obsoleting")) // those that follow come in place of others
            break;
        if (!line.startsWith(' '))
            words.clear();
        else if (words.isEmpty())
            continue;
        words += wordsOf(line);
        if (words.size() != 3 || !words[0].contains('.'))
            continue;
        const QByteArrayView name = words[0].first(words[0].lastIndexOf('.'));
        waiting.add(name, words[1], secure.contains(name));
        words.clear();
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

// The block of the one package manager that was asked.
const Block *managerOf(const Section &in)
{
    for (const char *label : {"apt", "dnf", "yum", "zypper", "apk", "pacman"}) {
        if (const Block *block = in.find(label))
            return block;
    }
    return nullptr;
}

// Only root may ask it, and we are not root, or sudo would not.
bool isWithheld(const Section &in, QByteArrayView label)
{
    return in.missing(label) == "denied" || in.missing(label) == "refused";
}

// Without a status it was cut off.
Absence reasonOf(const Block *block)
{
    return block && (block->isTimedOut() || !block->status) ? Absence::Timeout : Absence::Unsupported;
}

// Only these tell which ones mend a hole; of SUSE's it is patches that are counted, each of one or more packages.
void setSecurity(const Section &in, const Waiting &waiting, Findings &out)
{
    const auto advisories = std::find_if(in.blocks.begin(), in.blocks.end(), [](const Block &block) {
        return block.kind == Block::Kind::Output && block.label.endsWith("-security");
    });
    const Block *block = advisories == in.blocks.end() ? nullptr : &*advisories;
    if (!in.has("apt") && (!block || !isAnswer(in, *block)))
        out.miss(u"updates_security", reasonOf(block));
    else
        out.set(u"updates_security", block && block->label == "zypper-security" ? zypperPatches(block->bytes) : waiting.security);
}

} // namespace

void parseUpdates(const Section &in, Findings &out)
{
    const Block *manager = managerOf(in);
    if (!manager || !isAnswer(in, *manager)) {
        const bool isDenied = isWithheld(in, "dnf") || isWithheld(in, "yum");
        for (const QStringView key : {u"updates", u"updates_pending", u"updates_security"})
            out.miss(key, isDenied ? Absence::Denied : reasonOf(manager));
    } else {
        Waiting waiting;
        if (manager->label == "apt")
            addApt(manager->bytes, waiting);
        else if (manager->label == "dnf" || manager->label == "yum")
            addDnf(manager->bytes, in.bytes(manager->label.toByteArray() + "-security"), waiting);
        else if (manager->label == "zypper")
            addZypper(manager->bytes, waiting);
        else
            addArrows(manager->bytes, waiting);
        out.set(u"updates_pending", waiting.packages.size());
        setSecurity(in, waiting, out);
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

} // namespace collector::facts
