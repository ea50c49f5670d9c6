#include "distribution.h"

#include "distributionfiles.h"
#include "text.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

struct Family
{
    const char *name;
    const char *members; // between semicolons
};

constexpr std::array families{
    Family{"RedHat", ";RedHat;RHEL;Fedora;CentOS;Scientific;SLC;Ascendos;CloudLinux;PSBM;OracleLinux;OVS;OEL;Amazon;Amzn;Virtuozzo;"
                     "XenServer;Alibaba;EulerOS;openEuler;AlmaLinux;Rocky;TencentOS;EuroLinux;Kylin Linux Advanced Server;MIRACLE;"},
    Family{"Debian", ";Debian;Ubuntu;Raspbian;Neon;KDE neon;Linux Mint;SteamOS;Devuan;Kali;Cumulus Linux;Pop!_OS;Parrot;"
                     "Pardus GNU/Linux;Uos;Deepin;OSMC;Linux Mint Debian Edition;"},
    Family{"Suse", ";SuSE;SLES;SLED;openSUSE;openSUSE Tumbleweed;SLES_SAP;SUSE_LINUX;openSUSE Leap;ALP-Dolomite;SL-Micro;"
                   "openSUSE MicroOS;"},
    Family{"Archlinux", ";Archlinux;Antergos;Manjaro;"},
    Family{"Mandrake", ";Mandrake;Mandriva;"},
    Family{"Solaris", ";Solaris;Nexenta;OmniOS;OpenIndiana;SmartOS;"},
    Family{"Gentoo", ";Gentoo;Funtoo;"},
    Family{"Darwin", ";MacOSX;"},
    Family{"FreeBSD", ";FreeBSD;TrueOS;"},
    Family{"HP-UX", ";HPUX;"},
    Family{"ClearLinux", ";Clear Linux OS;Clear Linux Mix;"},
    Family{"DragonFly", ";DragonflyBSD;DragonFlyBSD;Gentoo/DragonflyBSD;Gentoo/DragonFlyBSD;"},
};

QString capture(const char *pattern, const QString &text, int group = 1)
{
    const QRegularExpression expression(QString::fromLatin1(pattern), QRegularExpression::MultilineOption);
    return expression.match(text).captured(group);
}

// Solaris and its kin have their name in the first line of /etc/release.
void parseSunOs(const Section &in, Findings &out)
{
    QString line = toText(in.firstLine("/etc/release"));
    const QString kernelVersion = out.text(u"kernel_version");
    if (line.contains(u"Solaris")) {
        const QString prefix = line.contains(u"Oracle Solaris") ? QStringLiteral("Oracle ") : QString();
        line.remove(QStringLiteral("Oracle "));
        const QStringList words = line.simplified().split(u' ');
        out.set(u"distribution", words.value(0));
        out.set(u"distribution_version", words.value(1));
        out.set(u"distribution_release", prefix + line);
        out.set(u"distribution_major_version", out.text(u"kernel").section(u'.', 1, 1));
        return;
    }
    QString version = kernelVersion;
    const QStringList words = line.simplified().split(u' ');
    if (line.contains(u"SmartOS")) {
        out.set(u"distribution", QStringLiteral("SmartOS"));
        for (const QByteArrayView product : linesOf(in.bytes("/etc/product"))) {
            const auto [key, value] = keyValue(product, ':');
            if (key == "Image")
                version = toText(value).simplified().section(u' ', -1);
        }
    } else if (line.contains(u"OpenIndiana")) {
        out.set(u"distribution", QStringLiteral("OpenIndiana"));
    } else if (line.contains(u"OmniOS")) {
        out.set(u"distribution", QStringLiteral("OmniOS"));
        version = words.constLast();
    } else if (kernelVersion.contains(u"NexentaOS_")) {
        out.set(u"distribution", QStringLiteral("Nexenta"));
        version = words.constLast();
        while (version.startsWith(u'v'))
            version.remove(0, 1);
    } else {
        return;
    }
    out.set(u"distribution_release", line);
    out.set(u"distribution_version", version);
}

void parseDarwin(const Section &in, Findings &out)
{
    out.set(u"distribution", QStringLiteral("MacOSX"));
    for (const QByteArrayView line : linesOf(in.bytes("sw_vers"))) {
        const auto [key, value] = keyValue(line, ':');
        if (key == "ProductVersion") {
            out.setText(u"distribution_version", value);
            out.set(u"distribution_major_version", toText(value).section(u'.', 0, 0));
        }
    }
}

void parseBsd(const QString &system, const Section &in, Findings &out)
{
    const QString kernel = out.text(u"kernel");
    const QString sysctl = toText(in.bytes("kern.version"));
    if (system == u"FreeBSD") {
        static const QRegularExpression expression(QStringLiteral("(\\d+)\\.(\\d+)-(RELEASE|STABLE|CURRENT|RC|PRERELEASE|BETA|ALPHA)"));
        const QRegularExpressionMatch match = expression.match(kernel);
        if (out.text(u"kernel_version").contains(u"trueos"))
            out.set(u"distribution", QStringLiteral("TrueOS"));
        if (match.hasMatch()) {
            out.set(u"distribution_major_version", match.captured(1));
            out.set(u"distribution_version", match.captured(1) + u'.' + match.captured(2));
        }
    } else if (system == u"OpenBSD") {
        out.set(u"distribution_version", kernel);
        out.set(u"distribution_major_version", kernel.section(u'.', 0, 0));
        const QString release = capture("^OpenBSD\\s[0-9]+.[0-9]+-(\\S+)\\s", sysctl);
        out.set(u"distribution_release", release.isEmpty() ? QStringLiteral("release") : release);
    } else if (system == u"DragonFly") {
        static const QRegularExpression expression(QStringLiteral("v(\\d+)\\.(\\d+)\\.(\\d+)-(RELEASE|STABLE|CURRENT)"));
        const QRegularExpressionMatch match = expression.match(sysctl.isEmpty() ? out.text(u"kernel_version") : sysctl);
        if (match.hasMatch()) {
            out.set(u"distribution_major_version", match.captured(1));
            out.set(u"distribution_version", QStringList{match.captured(1), match.captured(2), match.captured(3)}.join(u'.'));
        }
    } else {
        out.set(u"distribution_major_version", kernel.section(u'.', 0, 0));
        out.set(u"distribution_version", kernel.section(u'_', 0, 0));
    }
}

void parseAix(const Section &in, Findings &out)
{
    const QStringList parts = toText(in.firstLine("oslevel")).split(u'.');
    if (parts.constFirst().isEmpty())
        return;
    out.set(u"distribution_major_version", parts.constFirst());
    out.set(u"distribution_version", parts.size() > 1 ? parts[0] + u'.' + parts[1] : parts[0]);
    if (parts.size() > 1)
        out.set(u"distribution_release", parts[1]);
}

void parseLsb(const Section &in, Findings &out)
{
    QJsonObject lsb;
    const Assignments file(in.bytes("/etc/lsb-release"));
    const Assignments release(in.has("/etc/os-release") ? in.bytes("/etc/os-release") : in.bytes("/usr/lib/os-release"));
    const auto put = [&](const char *key, QByteArrayView value) {
        if (!value.isEmpty())
            putText(lsb, QString::fromLatin1(key), value);
    };
    if (file.has("DISTRIB_ID") || file.has("DISTRIB_RELEASE")) {
        put("id", file.value("DISTRIB_ID"));
        put("release", file.value("DISTRIB_RELEASE"));
        put("description", file.value("DISTRIB_DESCRIPTION"));
        put("codename", file.value("DISTRIB_CODENAME"));
    } else if (in.exists("lsb_release")) {
        // lsb_release(1) is a Python program that reads os-release; we read it too.
        put("id", toText(release.value("NAME")).section(u' ', 0, 0).toUtf8());
        put("release", release.value("VERSION_ID"));
        put("description", release.value("PRETTY_NAME"));
        put("codename", release.value("VERSION_CODENAME"));
    }
    if (lsb.contains(u"release"))
        lsb.insert(u"major_release", lsb.value(u"release").toString().section(u'.', 0, 0));
    out.set(u"lsb", lsb);
}

} // namespace

QString familyOf(const QString &distribution)
{
    const QByteArray needle = ';' + distribution.toUtf8() + ';';
    for (const Family &family : families) {
        if (QByteArrayView(family.members).contains(needle))
            return QString::fromLatin1(family.name);
    }
    return distribution;
}

void parseDistribution(const Section &in, Findings &out)
{
    const QString system = out.text(u"system");
    out.set(u"distribution", system);
    out.set(u"distribution_release", out.text(u"kernel"));
    out.set(u"distribution_version", out.text(u"kernel_version"));
    if (system == u"Linux" || system.isEmpty())
        parseDistributionFiles(in, out);
    else if (system == u"SunOS")
        parseSunOs(in, out);
    else if (system == u"Darwin")
        parseDarwin(in, out);
    else if (system == u"AIX")
        parseAix(in, out);
    else if (system.endsWith(u"BSD") || system == u"DragonFly")
        parseBsd(system, in, out);
    out.set(u"os_family", familyOf(out.text(u"distribution")));

    const Assignments release(in.has("/etc/os-release") ? in.bytes("/etc/os-release") : in.bytes("/usr/lib/os-release"));
    QJsonObject verbatim;
    for (const auto &[name, value] : release.all().first(std::min<qsizetype>(release.all().size(), 100)))
        putText(verbatim, toText(name), value);
    if (!verbatim.isEmpty())
        out.set(u"os_release", verbatim);
    else
        out.miss(u"os_release", Absence::NotApplicable);
    if (release.has("PRETTY_NAME"))
        out.setText(u"os_pretty_name", release.value("PRETTY_NAME"));
    else
        out.set(u"os_pretty_name", QString(out.text(u"distribution") + u' ' + out.text(u"distribution_version")).trimmed());
    parseLsb(in, out);
    for (const char *key : {"distribution_major_version", "distribution_minor_version", "distribution_file_path",
                            "distribution_file_variety", "distribution_file_parsed", "distribution_file_search_string"}) {
        if (!out.has(QString::fromLatin1(key)))
            out.miss(QString::fromLatin1(key), Absence::NotApplicable);
    }
}

} // namespace collector::facts
