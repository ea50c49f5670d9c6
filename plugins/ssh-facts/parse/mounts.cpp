#include "mounts.h"

#include "elsewhere.h"
#include "room.h"
#include "text.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <optional>

namespace collector::facts {

namespace {

struct Mount
{
    QByteArray number; // major:minor
    QByteArray root;
    QByteArray at;
    QByteArray device;
    QByteArray type;
    QByteArray options;
};

struct Sizes
{
    qint64 blockSize = 0, fragment = 0, total = 0, available = 0, inodes = -1, inodesFree = 0;
};

QByteArray joinedOptions(QByteArrayView perMount, QByteArrayView perSuper)
{
    // /proc/mounts shows rw/ro once and the super block's options after the mount's own.
    QByteArray all = perMount.toByteArray();
    for (const QByteArrayView option : split(perSuper, ',')) {
        if (option != "rw" && option != "ro" && !option.isEmpty())
            all += ',' + option.toByteArray();
    }
    if (perSuper.startsWith("ro") && all.startsWith("rw"))
        all[1] = 'o';
    return all;
}

std::optional<Mount> mountOf(QByteArrayView line)
{
    const QList<QByteArrayView> words = wordsOf(line);
    const qsizetype dash = words.indexOf(QByteArrayView("-"), 6);
    if (dash < 6 || words.size() < dash + 3)
        return {};
    const QByteArrayView super = words.size() > dash + 3 ? words[dash + 3] : QByteArrayView();
    return Mount{words[2].toByteArray(),          withoutEscapes(words[3]),      withoutEscapes(words[4]),
                 withoutEscapes(words[dash + 2]), words[dash + 1].toByteArray(), joinedOptions(words[5], super)};
}

std::optional<Sizes> sizesOf(const QList<QByteArrayView> &words)
{
    if (words.size() < 6)
        return {};
    qint64 numbers[6];
    for (int i = 0; i < 6; ++i) {
        const auto number = toInteger(words[i]);
        if (!number || *number < 0 || *number > (qint64(1) << 60))
            return {};
        numbers[i] = *number;
    }
    return Sizes{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]};
}

// The rest of a line after so many words: a path with blanks is still one.
QByteArrayView afterWords(QByteArrayView line, int words)
{
    for (; words > 0; --words) {
        while (!line.isEmpty() && line.front() == ' ')
            line = line.sliced(1);
        const qsizetype blank = line.indexOf(' ');
        line = blank < 0 ? QByteArrayView() : line.sliced(blank);
    }
    return line.isEmpty() ? line : line.sliced(1);
}

// By mount point: what stat -f, or df where there is no stat, said.
class SizeTable
{
public:
    explicit SizeTable(const Section &in)
    {
        for (const QByteArrayView line : linesOf(in.bytes("statfs"))) {
            if (const auto sizes = sizesOf(wordsOf(line)))
                m_sizes.insert(afterWords(line, 6).toByteArray(), *sizes);
        }
        for (const QByteArrayView line : linesOf(in.bytes("df")))
            addDf(wordsOf(line), line);
        for (const QByteArrayView line : linesOf(in.bytes("df-i")))
            addDfInodes(wordsOf(line), line);
        for (const QByteArrayView line : linesOf(in.bytes("far"))) {
            const QList<QByteArrayView> words = wordsOf(line);
            if (!words.isEmpty() && words[0] == "size") {
                if (const auto sizes = sizesOf(words.sliced(1)))
                    m_sizes.insert(afterWords(line, 7).toByteArray(), *sizes);
            } else if (words.size() > 1 && words[0] == "denied") {
                m_denied.insert(afterWords(line, 1).toByteArray());
            } else if (words.size() > 1 && words[0] == "unasked") {
                m_firstUnasked = afterWords(line, 1).toByteArray();
            }
        }
    }

    [[nodiscard]] std::optional<Sizes> of(const QByteArray &at) const
    {
        const auto found = m_sizes.constFind(at);
        return found == m_sizes.constEnd() ? std::nullopt : std::optional(*found);
    }
    [[nodiscard]] bool isDenied(const QByteArray &at) const { return m_denied.contains(at); }
    // From this one on those far away were too many to be asked.
    [[nodiscard]] bool isFirstUnasked(const QByteArray &at) const { return !at.isEmpty() && at == m_firstUnasked; }

private:
    // Filesystem 1024-blocks Used Available Capacity Mounted on
    void addDf(const QList<QByteArrayView> &words, QByteArrayView line)
    {
        const auto total = words.size() >= 6 ? toInteger(words[1]) : std::nullopt;
        const auto available = words.size() >= 6 ? toInteger(words[3]) : std::nullopt;
        if (total && available && *total >= 0 && *total < (qint64(1) << 50))
            m_sizes.insert(withoutLeadingBlanks(afterWords(line, 5)), Sizes{1024, 1024, *total, *available, -1, 0});
    }

    void addDfInodes(const QList<QByteArrayView> &words, QByteArrayView line)
    {
        const auto total = words.size() >= 6 ? toInteger(words[1]) : std::nullopt;
        const auto unused = words.size() >= 6 ? toInteger(words[3]) : std::nullopt;
        const auto known = m_sizes.find(withoutLeadingBlanks(afterWords(line, 5)));
        if (total && unused && known != m_sizes.end()) {
            known->inodes = *total;
            known->inodesFree = *unused;
        }
    }

    static QByteArray withoutLeadingBlanks(QByteArrayView text)
    {
        while (!text.isEmpty() && text.front() == ' ')
            text = text.sliced(1);
        return text.toByteArray();
    }

    QHash<QByteArray, Sizes> m_sizes;
    QSet<QByteArray> m_denied;
    QByteArray m_firstUnasked;
};

void putSizes(QJsonObject &object, const Sizes &sizes)
{
    object.insert(u"size_total", bytesOf(sizes.total, sizes.fragment));
    object.insert(u"size_available", bytesOf(sizes.available, sizes.fragment));
    object.insert(u"block_size", sizes.blockSize);
    object.insert(u"block_total", sizes.total);
    object.insert(u"block_available", sizes.available);
    object.insert(u"block_used", sizes.total - sizes.available);
    if (sizes.inodes >= 0) {
        object.insert(u"inode_total", sizes.inodes);
        object.insert(u"inode_available", sizes.inodesFree);
        object.insert(u"inode_used", sizes.inodes - sizes.inodesFree);
    }
}

bool isRemote(QByteArrayView type)
{
    static const QSet<QByteArray> types{"nfs",  "nfs4",   "cifs", "ncpfs", "9p",    "afs",  "ceph",  "glusterfs", "lustre",
                                        "gpfs", "beegfs", "gfs2", "ocfs2", "davfs", "coda", "pvfs2", "panfs",     "virtiofs"};
    return types.contains(type.toByteArray()) || type.startsWith("fuse") || type.startsWith("smb");
}

// What is known of the devices, by what /proc calls them.
class UuidTable
{
public:
    explicit UuidTable(const Findings &out)
    {
        const QJsonObject devices = out.value(u"devices").toObject(), links = out.value(u"device_links")[u"uuids"].toObject();
        for (auto device = devices.begin(); device != devices.end(); ++device) {
            const QJsonObject partitions = device.value()[u"partitions"].toObject();
            for (auto partition = partitions.begin(); partition != partitions.end(); ++partition)
                add(m_partitions, partition.key(), partition.value()[u"uuid"]);
            add(m_filesystems, device.key(), device.value()[u"filesystem_uuid"]);
        }
        for (auto link = links.begin(); link != links.end(); ++link) {
            add(m_links, link.key(), link.value()[0]);
            add(m_mapped, devices.value(link.key())[u"dm_name"].toString(), link.value()[0]);
        }
    }

    [[nodiscard]] QByteArray of(const Mount &mount) const
    {
        const QString name = QString::fromUtf8(baseName(mount.device));
        QString uuid = m_partitions.value(name);
        if (uuid.isEmpty())
            uuid = m_links.value(name);
        // The kernel's name of a mapped device is another than that in /dev/mapper.
        if (uuid.isEmpty() && mount.device.startsWith("/dev/mapper/"))
            uuid = m_mapped.value(name);
        return (uuid.isEmpty() ? m_filesystems.value(name) : uuid).toUtf8();
    }

private:
    using Uuids = QHash<QString, QString>;

    static void add(Uuids &uuids, const QString &name, const QJsonValue &uuid)
    {
        if (!name.isEmpty() && !uuid.toString().isEmpty() && !uuids.contains(name))
            uuids.insert(name, uuid.toString());
    }

    Uuids m_partitions, m_links, m_mapped, m_filesystems;
};

} // namespace

QByteArray withoutEscapes(QByteArrayView field)
{
    QByteArray plain;
    plain.reserve(field.size());
    for (qsizetype i = 0; i < field.size(); ++i) {
        const auto digit = [&](qsizetype at) { return at < field.size() && field[at] >= '0' && field[at] <= '7'; };
        if (field[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
            plain += char((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
            i += 3;
        } else {
            plain += field[i];
        }
    }
    return plain;
}

void parseMounts(const Section &in, Findings &out)
{
    if (!in.has("mountinfo")) {
        parseMountsElsewhere(in, out);
        return;
    }
    const Block *table = in.find("mountinfo");
    const SizeTable sizes(in);
    const UuidTable uuids(out);
    const bool hasFarAnswers = in.has("far");
    const Block *near = in.find("statfs");
    const bool isEachAsked = near && near->isTimedOut(); // the local ones as well, after one of them had hung
    bool isRoomKnown = true, isUnasked = false;
    QJsonArray mounts;
    QList<QByteArray> order;
    QHash<QByteArray, QJsonObject> byPlace; // what is mounted over something hides it
    RoomTable room;
    for (const QByteArrayView line : linesOf(table->bytes)) {
        const auto mount = mountOf(line);
        // Ansible leaves ZFS out, whose data sets are not named like devices.
        const bool isDevice = mount && (mount->device.startsWith('/') || mount->device.startsWith('\\') || mount->device.contains(":/") ||
                                        mount->type == "zfs");
        if (!mount || !isDevice || byPlace.size() >= mostEntries)
            continue;
        QJsonObject object;
        putText(object, u"mount", mount->at);
        putText(object, u"device", mount->device);
        putText(object, u"fstype", mount->type);
        const bool isBind = mount->root != "/";
        putText(object, u"options", isBind ? mount->options + ",bind" : mount->options);
        const QByteArray uuid = uuids.of(*mount);
        object.insert(u"uuid", uuid.isEmpty() ? QStringLiteral("N/A") : QString::fromUtf8(uuid));
        isUnasked = isUnasked || sizes.isFirstUnasked(mount->at);
        if (const auto known = sizes.of(mount->at)) {
            putSizes(object, *known);
            const bool isPool = mount->type == "zfs";
            if (!isRemote(mount->type) && mount->type != "squashfs" && mount->type != "iso9660")
                room.add(toText(isPool ? mount->device : mount->number), isPool ? QStringLiteral("zfs") : QString(),
                         bytesOf(known->total, known->fragment), bytesOf(known->available, known->fragment));
        } else if (mount->type == "autofs" || (isUnasked && isRemote(mount->type))) {
            object.insert(u"state", QStringLiteral("not_asked"));
        } else if ((isRemote(mount->type) || isEachAsked) && hasFarAnswers && !sizes.isDenied(mount->at)) {
            isRoomKnown = isRoomKnown && isRemote(mount->type);
            object.insert(u"state", QStringLiteral("stuck"));
            object.insert(u"note", QStringLiteral("Could not get extra information due to timeout"));
        }
        if (!byPlace.contains(mount->at))
            order.append(mount->at);
        byPlace.insert(mount->at, object);
    }
    for (const QByteArray &at : std::as_const(order))
        mounts.append(byPlace.value(at));
    out.set(u"mounts", mounts);
    for (const auto &[key, bytes] :
         {std::pair(u"filesystems_total_bytes", room.total()), std::pair(u"filesystems_available_bytes", room.available())}) {
        if (isRoomKnown)
            out.set(key, bytes);
        else
            out.miss(key, Absence::Timeout);
    }
}

} // namespace collector::facts
