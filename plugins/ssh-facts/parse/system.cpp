#include "system.h"

#include "text.h"

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

struct Tool
{
    const char *path;
    const char *name;
};

// The last that exists counts, as with Ansible.
constexpr std::array packageManagers{
    Tool{"/usr/bin/rpm-ostree", "atomic_container"},
    Tool{"/usr/bin/yum", "yum"},
    Tool{"/usr/bin/dnf", "dnf"},
    Tool{"/usr/bin/apt-get", "apt"},
    Tool{"/usr/bin/zypper", "zypper"},
    Tool{"/usr/sbin/urpmi", "urpmi"},
    Tool{"/usr/bin/pacman", "pacman"},
    Tool{"/bin/opkg", "opkg"},
    Tool{"/usr/pkg/bin/pkgin", "pkgin"},
    Tool{"/opt/local/bin/pkgin", "pkgin"},
    Tool{"/opt/tools/bin/pkgin", "pkgin"},
    Tool{"/opt/local/bin/port", "macports"},
    Tool{"/usr/local/bin/brew", "homebrew"},
    Tool{"/opt/homebrew/bin/brew", "homebrew"},
    Tool{"/sbin/apk", "apk"},
    Tool{"/usr/sbin/pkg", "pkgng"},
    Tool{"/usr/sbin/swlist", "swdepot"},
    Tool{"/usr/bin/emerge", "portage"},
    Tool{"/usr/sbin/pkgadd", "svr4pkg"},
    Tool{"/usr/bin/pkg", "pkg5"},
    Tool{"/usr/bin/xbps-install", "xbps"},
    Tool{"/usr/local/sbin/pkg", "pkgng"},
    Tool{"/usr/bin/swupd", "swupd"},
    Tool{"/usr/sbin/sorcery", "sorcery"},
    Tool{"/usr/bin/installp", "installp"},
    Tool{"/QOpenSys/pkgs/bin/yum", "yum"},
};

// Where the Red Hat family has several, the one that the release is made with.
QString redHatManager(const Section &in, const Findings &out, const QString &found)
{
    if (in.exists("/run/ostree-booted"))
        return QStringLiteral("atomic_container");
    const QString distribution = out.text(u"distribution");
    const int major = out.text(u"distribution_major_version").toInt();
    const int firstDnf = distribution == u"Fedora" ? 23 : distribution == u"Amazon" ? 2022 : 8;
    const bool hasDnf =
        in.exists("/usr/bin/dnf") || in.exists("/usr/bin/dnf-3") || in.exists("/usr/bin/dnf5") || in.exists("/usr/bin/microdnf");
    if (major > 0 && major < firstDnf)
        return in.exists("/usr/bin/yum") ? QStringLiteral("yum") : found;
    if (distribution == u"Fedora" && major >= 41 && in.exists("/usr/bin/dnf5"))
        return QStringLiteral("dnf5");
    return hasDnf ? QStringLiteral("dnf") : found;
}

QString serviceManagerOf(QByteArrayView process)
{
    static constexpr std::array<std::pair<QByteArrayView, const char *>, 4> names{{
        {"procd", "openwrt_init"},
        {"runit-init", "runit"},
        {"svscan", "svc"},
        {"openrc-init", "openrc"},
    }};
    const auto known = std::find_if(names.begin(), names.end(), [&](const auto &pair) { return pair.first == process; });
    return known == names.end() ? toText(process) : QString::fromLatin1(known->second);
}

// What the files say where the first process does not.
QString guessedServiceManager(const Section &in, const Findings &out)
{
    const QString system = out.text(u"system");
    if (out.text(u"distribution") == u"MacOSX")
        return QStringLiteral("launchd");
    if (system.contains(u"BSD") || system == u"DragonFly")
        return QStringLiteral("bsdinit");
    if (system == u"AIX")
        return QStringLiteral("src");
    if (system == u"SunOS")
        return QStringLiteral("smf");
    if (out.text(u"distribution") == u"OpenWrt")
        return QStringLiteral("openwrt_init");
    const bool hasSystemctl = in.exists("systemctl");
    if (hasSystemctl && (in.exists("/run/systemd/system") || in.exists("/dev/.run/systemd") || in.exists("/dev/.systemd")))
        return QStringLiteral("systemd");
    if (in.exists("initctl") && in.exists("/etc/init"))
        return QStringLiteral("upstart");
    if (in.exists("/sbin/openrc"))
        return QStringLiteral("openrc");
    const QList<std::pair<QByteArrayView, QByteArrayView>> init = linksOf(in.bytes("init"));
    if (hasSystemctl && !init.isEmpty() && baseName(init.constFirst().second) == "systemd")
        return QStringLiteral("systemd");
    return in.exists("/etc/init.d") ? QStringLiteral("sysvinit") : QStringLiteral("service");
}

// `uid=0(root) gid=0(root) groups=…`: the number behind `name=`.
std::optional<qint64> identity(QByteArrayView id, QByteArrayView name)
{
    for (const QByteArrayView word : wordsOf(id)) {
        if (!word.startsWith(name) || word.size() <= name.size() || word[name.size()] != '=')
            continue;
        const QByteArrayView number = word.sliced(name.size() + 1);
        const qsizetype open = number.indexOf('(');
        return toInteger(open < 0 ? number : number.first(open));
    }
    return {};
}

QByteArrayView identityName(QByteArrayView id)
{
    const QList<QByteArrayView> words = wordsOf(id);
    const qsizetype open = words.isEmpty() ? -1 : words[0].indexOf('(');
    return open > 0 && words[0].endsWith(')') ? words[0].sliced(open + 1, words[0].size() - open - 2) : QByteArrayView();
}

} // namespace

void parsePkgMgr(const Section &in, Findings &out)
{
    QString name = QStringLiteral("unknown");
    for (const Tool &tool : packageManagers) {
        const bool isPerl = out.text(u"os_family") == u"Altlinux" && qstrcmp(tool.path, "/usr/bin/pkg") == 0;
        if (in.exists(tool.path) && !isPerl)
            name = QString::fromLatin1(tool.name);
    }
    if (out.text(u"system") == u"OpenBSD")
        name = QStringLiteral("openbsd_pkg");
    else if (out.text(u"os_family") == u"RedHat")
        name = redHatManager(in, out, name);
    else if (out.text(u"os_family") == u"Debian" && name != u"apt" && in.exists("/usr/bin/apt-get"))
        name = QStringLiteral("apt");
    const Block *rpm = in.find("apt_rpm");
    if (name == u"apt" && rpm && rpm->status == 0)
        name = QStringLiteral("apt_rpm");
    out.set(u"pkg_mgr", name);
}

void parseServiceMgr(const Section &in, Findings &out)
{
    QByteArrayView process = in.firstLine("/proc/1/comm");
    const QList<QByteArrayView> ps = linesOf(in.bytes("ps"));
    if (process.isEmpty() && ps.size() > 1)
        process = ps.constLast().trimmed();
    process = baseName(process);
    // Many systems say init, and a shell is a container's.
    const bool saysNothing = process.isEmpty() || process == "init" || process.endsWith("sh") || process == "COMMAND" ||
                             (process[0] >= '0' && process[0] <= '9');
    out.set(u"service_mgr", saysNothing ? guessedServiceManager(in, out) : serviceManagerOf(process));
}

void parseUser(const Section &in, Findings &out)
{
    const QByteArrayView id = in.firstLine("id");
    // As /proc/self/status has them: real and effective user, real and effective group.
    const QList<QByteArrayView> ids = wordsOf(in.firstLine("ids"));
    const auto numberOf = [&](qsizetype at, QByteArrayView name) { return ids.size() == 4 ? toInteger(ids[at]) : identity(id, name); };
    const auto uid = numberOf(0, "uid"), gid = numberOf(2, "gid");
    auto euid = numberOf(1, "euid"), egid = numberOf(3, "egid");
    QByteArrayView entry = in.firstLine("passwd");
    if (entry.isEmpty())
        entry = in.firstLine("getent");
    const QList<QByteArrayView> fields = split(entry, ':');
    const bool hasEntry = fields.size() >= 7;
    if (hasEntry || !identityName(id).isEmpty())
        out.setText(u"user_id", hasEntry ? fields[0] : identityName(id));
    if (hasEntry) {
        out.set(u"user_uid", toInteger(fields[2]) ? QJsonValue(*toInteger(fields[2])) : QJsonValue());
        out.set(u"user_gid", toInteger(fields[3]) ? QJsonValue(*toInteger(fields[3])) : QJsonValue());
        out.setText(u"user_gecos", fields[4]);
        out.setText(u"user_dir", fields[5]);
        out.setText(u"user_shell", fields[6]);
    }
    const auto put = [&](QStringView key, std::optional<qint64> number) {
        if (number)
            out.set(key, *number);
    };
    put(u"real_user_id", uid);
    put(u"effective_user_id", euid ? euid : uid);
    put(u"real_group_id", gid);
    put(u"effective_group_id", egid ? egid : gid);
}

void parseEnv(const Section &in, Findings &out)
{
    QJsonObject env;
    QString key;
    for (const QByteArrayView line : linesOf(in.bytes("env"))) {
        const qsizetype at = line.indexOf('=');
        if (at > 0) {
            key = toText(line.first(at));
            env.insert(key, toText(line.sliced(at + 1)));
        }
        if (env.size() >= 2000)
            break;
    }
    out.set(u"env", env);
}

void parsePython(const Section &in, Findings &out)
{
    QJsonArray interpreters;
    for (const QByteArrayView path : linesOf(in.bytes("exists"))) {
        if (path.startsWith('/') && interpreters.size() < 100)
            interpreters.append(toText(path));
    }
    out.set(u"python_interpreters", interpreters);
    for (const QStringView key : {u"python", u"python_version", u"selinux_python_present"})
        out.miss(key, Absence::Unsupported);
}

} // namespace collector::facts
