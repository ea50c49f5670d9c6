#include "system.h"
#include "text.h"

#include <array>

namespace collector::facts {

namespace {

QString modeName(QByteArrayView number)
{
    return number == "1" ? QStringLiteral("enforcing") : number == "0" ? QStringLiteral("permissive") : QStringLiteral("unknown");
}

QString textOrUnknown(QByteArrayView text)
{
    return text.isEmpty() ? QStringLiteral("unknown") : toText(text);
}

// linux/capability.h, by bit.
constexpr std::array capabilities{
    "cap_chown",
    "cap_dac_override",
    "cap_dac_read_search",
    "cap_fowner",
    "cap_fsetid",
    "cap_kill",
    "cap_setgid",
    "cap_setuid",
    "cap_setpcap",
    "cap_linux_immutable",
    "cap_net_bind_service",
    "cap_net_broadcast",
    "cap_net_admin",
    "cap_net_raw",
    "cap_ipc_lock",
    "cap_ipc_owner",
    "cap_sys_module",
    "cap_sys_rawio",
    "cap_sys_chroot",
    "cap_sys_ptrace",
    "cap_sys_pacct",
    "cap_sys_admin",
    "cap_sys_boot",
    "cap_sys_nice",
    "cap_sys_resource",
    "cap_sys_time",
    "cap_sys_tty_config",
    "cap_mknod",
    "cap_lease",
    "cap_audit_write",
    "cap_audit_control",
    "cap_setfcap",
    "cap_mac_override",
    "cap_mac_admin",
    "cap_syslog",
    "cap_wake_alarm",
    "cap_block_suspend",
    "cap_audit_read",
    "cap_perfmon",
    "cap_bpf",
    "cap_checkpoint_restore",
};

// The type of the file system at the root; `-` where that is a folder of another.
QByteArrayView rootType(const Section &in)
{
    if (!in.has("mount")) {
        const QList<QByteArrayView> words = wordsOf(in.firstLine("fstype"));
        return words.isEmpty() ? QByteArrayView() : words[0];
    }
    // `/dev/ada0p2 on / (ufs, local)`, `/dev/sd0a on / type ffs (local)`
    QByteArrayView type;
    for (const QByteArrayView line : linesOf(in.bytes("mount"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 4 || words[1] != "on" || words[2] != "/")
            continue;
        type = words[3] == "type" && words.size() > 4 ? words[4] : words[3];
        if (type.startsWith('('))
            type = type.sliced(1);
        if (type.endsWith(',') || type.endsWith(')'))
            type.chop(1);
    }
    return type;
}

// Whether an inode of this number is the root of a file system of this type, where all of that type have the same.
std::optional<bool> isRootNumber(qint64 inode, QByteArrayView type)
{
    if (type == "-")
        return false;
    if (type == "ext2" || type == "ext3" || type == "ext4" || type == "ufs" || type == "ffs")
        return inode == 2;
    if (type == "xfs") // by the sizes of its blocks and inodes
        return inode == 128 || inode == 96 || inode == 64;
    if (type == "btrfs")
        return inode == 256;
    return {};
}

} // namespace

void parseSelinux(const Section &in, Findings &out)
{
    QJsonObject selinux;
    if (!in.has("exists")) { // another system than Linux
        out.miss(u"selinux", Absence::NotApplicable);
        return;
    }
    if (!in.exists("/sys/fs/selinux/enforce") && !in.exists("/selinux/enforce")) {
        selinux.insert(u"status", QStringLiteral("disabled"));
        out.set(u"selinux", selinux);
        return;
    }
    const QList<Thing> things = thingsOf(in.bytes("selinux"));
    const Thing kernel = things.isEmpty() ? Thing{} : things.constFirst();
    const Assignments config(in.bytes("/etc/selinux/config"));
    selinux.insert(u"status", QStringLiteral("enabled"));
    selinux.insert(u"mode", modeName(kernel.value("enforce")));
    selinux.insert(u"config_mode", textOrUnknown(config.value("SELINUX")));
    selinux.insert(u"type", textOrUnknown(config.value("SELINUXTYPE")));
    const auto version = toInteger(kernel.value("policyvers"));
    selinux.insert(u"policyvers", version ? QJsonValue(*version) : QJsonValue(QStringLiteral("unknown")));
    out.set(u"selinux", selinux);
}

void parseApparmor(const Section &in, Findings &out)
{
    const bool isOn = in.exists("/sys/kernel/security/apparmor");
    out.set(u"apparmor", QJsonObject{{QStringLiteral("status"), isOn ? QStringLiteral("enabled") : QStringLiteral("disabled")}});
}

void parseFips(const Section &in, Findings &out)
{
    out.set(u"fips", in.firstLine("/proc/sys/crypto/fips_enabled") == "1");
}

void parseChroot(const Section &in, Findings &out)
{
    const QByteArrayView same = in.firstLine("same");
    const QList<QByteArrayView> inodes = linesOf(in.bytes("inode"));
    const auto inodeOf = [&](QByteArrayView path) -> std::optional<qint64> {
        for (const QByteArrayView line : inodes) {
            const QList<QByteArrayView> words = wordsOf(line);
            if (words.size() == 2 && words[1] == path)
                return toInteger(words[0]);
        }
        return {};
    };
    const auto own = inodeOf("/");
    if (!in.firstLine("env").isEmpty()) {
        out.set(u"is_chroot", true);
    } else if (!same.isEmpty()) {
        out.set(u"is_chroot", same == "no");
    } else if (!own) {
        out.miss(u"is_chroot", Absence::ToolMissing);
    } else if (const auto isRoot = isRootNumber(*own, rootType(in))) {
        out.set(u"is_chroot", !*isRoot);
    } else {
        out.miss(u"is_chroot", Absence::Unsupported);
    }
}

void parseCaps(const Section &in, Findings &out)
{
    QByteArrayView effective;
    for (const QByteArrayView line : linesOf(in.bytes("caps"))) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() == 2 && words[0] == "CapEff:")
            effective = words[1];
    }
    bool isNumber = false;
    const quint64 bits = effective.toByteArray().toULongLong(&isNumber, 16);
    if (!isNumber) {
        out.miss(u"system_capabilities", Absence::Unsupported);
        out.miss(u"system_capabilities_enforced", Absence::Unsupported);
        return;
    }
    const quint64 all = (quint64(1) << capabilities.size()) - 1;
    QJsonArray names;
    if ((bits & all) != all) {
        for (size_t bit = 0; bit < capabilities.size(); ++bit) {
            if (bits & (quint64(1) << bit))
                names.append(QString::fromLatin1(capabilities[bit]));
        }
    }
    out.set(u"system_capabilities", names);
    out.set(u"system_capabilities_enforced", (bits & all) == all ? QStringLiteral("False") : QStringLiteral("True"));
}

void parseSshKeys(const Section &in, Findings &out)
{
    static constexpr std::array kinds{"dsa", "rsa", "ecdsa", "ed25519"};
    for (const char *folder : {"/etc/ssh/", "/etc/openssh/", "/etc/"}) {
        bool isHere = false;
        for (const char *kind : kinds) {
            const QByteArray path = QByteArray(folder) + "ssh_host_" + kind + "_key.pub";
            const QList<QByteArrayView> words = wordsOf(in.firstLine(path));
            if (words.size() < 2)
                continue;
            const QString key = QStringLiteral("ssh_host_key_%1_public").arg(QLatin1String(kind));
            out.setText(key, words[1]);
            out.setText(key + QStringLiteral("_keytype"), words[0]);
            isHere = true;
        }
        if (isHere)
            break;
    }
    for (const char *kind : kinds) {
        const QString key = QStringLiteral("ssh_host_key_%1_public").arg(QLatin1String(kind));
        if (!out.has(key)) {
            out.miss(key, Absence::NotApplicable);
            out.miss(key + QStringLiteral("_keytype"), Absence::NotApplicable);
        }
    }
}

} // namespace collector::facts
