// mount(8) and df(1) of the systems that have no /proc/self/mountinfo.

#include "elsewhere.h"
#include "room.h"
#include "text.h"

#include <QHash>

#include <optional>

namespace collector::facts {

namespace {

QJsonObject mountOf(QByteArrayView at, QByteArrayView device, QByteArrayView type, QByteArrayView options)
{
    QJsonObject mount;
    putText(mount, u"mount", at);
    putText(mount, u"device", device);
    putText(mount, u"fstype", type);
    putText(mount, u"options", options);
    return mount;
}

QByteArray joined(const QList<QByteArrayView> &options)
{
    QByteArray text;
    for (const QByteArrayView option : options) {
        if (!option.trimmed().isEmpty())
            text += (text.isEmpty() ? "" : ",") + option.trimmed().toByteArray();
    }
    return text;
}

// DEVICE on MOUNT type TYPE (options) · DEVICE on MOUNT (type, options)
std::optional<QJsonObject> bracketed(QByteArrayView line)
{
    const qsizetype open = line.lastIndexOf(" (");
    if (!line.endsWith(')') || open < 0)
        return {};
    const QByteArrayView head = line.first(open);
    QList<QByteArrayView> options = split(line.sliced(open + 2, line.size() - open - 3), ',');
    const qsizetype on = head.indexOf(" on ");
    if (on < 0)
        return {};
    const QByteArrayView device = head.first(on);
    QByteArrayView at = head.sliced(on + 4), type;
    if (const qsizetype word = at.lastIndexOf(" type "); word >= 0) {
        type = at.sliced(word + 6);
        at = at.first(word);
    } else if (!options.isEmpty()) {
        type = options.takeFirst().trimmed();
    }
    return mountOf(at, device, type, joined(options));
}

// Solaris: MOUNT on DEVICE options on DATE
std::optional<QJsonObject> solaris(QByteArrayView line)
{
    const QList<QByteArrayView> words = wordsOf(line);
    if (words.size() < 5 || words[1] != "on" || words[4] != "on")
        return {};
    return mountOf(words[0], words[2], {}, words[3].toByteArray().replace('/', ','));
}

// AIX: [node] DEVICE MOUNT VFS MON DAY TIME OPTIONS
std::optional<QJsonObject> aix(QByteArrayView line)
{
    QList<QByteArrayView> words = wordsOf(line);
    if (words.isEmpty() || line.startsWith("---") || words.contains(QByteArrayView("mounted")))
        return {};
    const bool hasNode = line.front() != ' ';
    const qsizetype first = hasNode ? 1 : 0;
    if (words.size() < first + 6)
        return {};
    const QByteArray device = hasNode ? words[0].toByteArray() + ':' + words[1].toByteArray() : words[0].toByteArray();
    return mountOf(words[first + 1], device, words[first + 2], words.size() > first + 6 ? words[first + 6] : QByteArrayView());
}

// Solaris keeps DEVICE, MOUNT, TYPE, OPTIONS and TIME between tabs.
QJsonArray parseMnttab(QByteArrayView table)
{
    QJsonArray mounts;
    for (const QByteArrayView line : linesOf(table)) {
        const QList<QByteArrayView> cells = split(line, '\t');
        if (cells.size() >= 4 && mounts.size() < mostEntries)
            mounts.append(mountOf(cells[1], cells[0], cells[2], cells[3]));
    }
    return mounts;
}

} // namespace

QJsonArray parseMountTable(QByteArrayView output)
{
    QJsonArray mounts;
    for (const QByteArrayView line : linesOf(output)) {
        if (mounts.size() >= mostEntries)
            break;
        auto mount = bracketed(line);
        if (!mount)
            mount = solaris(line);
        if (!mount)
            mount = aix(line);
        if (mount)
            mounts.append(*mount);
    }
    return mounts;
}

void parseMountsElsewhere(const Section &in, Findings &out)
{
    if (!in.has("mount") && !in.has("/etc/mnttab"))
        return;
    // Filesystem 1024-blocks Used Available Capacity Mounted on
    QHash<QString, std::pair<qint64, qint64>> sizes;
    for (const QByteArrayView line : linesOf(in.bytes("df"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 6 || !toInteger(words[1]) || !toInteger(words[3]))
            continue;
        const QByteArrayView at = line.sliced(words[5].data() - line.data()).trimmed();
        sizes.insert(toText(at), {bytesOf(*toInteger(words[1]), 1024), bytesOf(*toInteger(words[3]), 1024)});
    }
    QJsonArray mounts;
    RoomTable room;
    for (const QJsonValue &value : in.has("mount") ? parseMountTable(in.bytes("mount")) : parseMnttab(in.bytes("/etc/mnttab"))) {
        QJsonObject mount = value.toObject();
        const QString device = mount.value(u"device").toString(), at = mount.value(u"mount").toString();
        const QString type = mount.value(u"fstype").toString();
        // /dev, /proc and maps of the automounter are named like what they stand for.
        const bool isNothing = type == u"procfs" || type == u"autofs" || device.startsWith(u"map ") || device == at;
        // What a partition of AIX has from the system around it bears no device's name.
        const bool isStore = device.contains(u'/') || type == u"zfs" || type.startsWith(u"jfs");
        if (isNothing || !isStore)
            continue;
        if (const auto known = sizes.constFind(at); known != sizes.constEnd()) {
            mount.insert(u"size_total", known->first);
            mount.insert(u"size_available", known->second);
            room.add(device, type, known->first, known->second);
        } else if (device.contains(u":/")) {
            mount.insert(u"state", QStringLiteral("not_asked"));
        }
        mounts.append(mount);
    }
    out.set(u"mounts", mounts);
    out.set(u"filesystems_total_bytes", room.total());
    out.set(u"filesystems_available_bytes", room.available());
}

} // namespace collector::facts
