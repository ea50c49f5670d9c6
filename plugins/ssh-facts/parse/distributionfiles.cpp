#include "distributionfiles.h"

#include "text.h"

#include <QMap>
#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

QString capture(const char *pattern, const QString &text)
{
    return QRegularExpression(QString::fromLatin1(pattern)).match(text).captured(1);
}

// What is known before a particular file decides: os-release first, then the one-line release files.
struct Guess
{
    QString id; // lower case, as ID= of os-release
    QString name;
    QString version;
    QString codename;
    bool hasCodename = false; // os-release has a word on it, were it an empty one
};

// The file whose rule decides, in the order in which they are asked.
struct Rule
{
    QByteArrayView path;
    QStringView variety;
    bool mayBeEmpty = false;
    bool (*parse)(const Section &in, const QString &data, const Guess &guess, Findings &out) = nullptr;
    QStringView search = {}; // this text gives `variety`; else the first word of the file is the name
};

void setVersion(Findings &out, const QString &version)
{
    out.set(u"distribution_version", version);
    out.set(u"distribution_major_version", version.section(u'.', 0, 0));
}

bool parseSlackware(const Section &, const QString &data, const Guess &, Findings &out)
{
    if (!data.contains(u"Slackware"))
        return false;
    const QString version = capture("(\\w+[.]\\w+\\+?)", data);
    if (!version.isEmpty())
        out.set(u"distribution_version", version);
    return true;
}

bool parseCentos(const Section &, const QString &data, const Guess &, Findings &out)
{
    if (data.contains(u"CentOS Stream")) {
        out.set(u"distribution_release", QStringLiteral("Stream"));
        return true;
    }
    if (data.contains(u"TencentOS Server")) {
        out.set(u"distribution", QStringLiteral("TencentOS"));
        return true;
    }
    return false;
}

bool parseOpenWrt(const Section &, const QString &data, const Guess &, Findings &out)
{
    if (!data.contains(u"OpenWrt"))
        return false;
    const QString version = capture("DISTRIB_RELEASE=[\"'](.*)[\"']", data);
    const QString codename = capture("DISTRIB_CODENAME=[\"'](.*)[\"']", data);
    if (!version.isEmpty())
        out.set(u"distribution_version", version);
    if (!codename.isEmpty())
        out.set(u"distribution_release", codename);
    return true;
}

bool parseAmazon(const Section &, const QString &data, const Guess &, Findings &out)
{
    if (!data.contains(u"Amazon"))
        return false;
    out.set(u"distribution", QStringLiteral("Amazon"));
    const QString version = capture("VERSION_ID=\"(.*)\"", data);
    if (!version.isEmpty()) {
        setVersion(out, version);
        out.set(u"distribution_minor_version", version.contains(u'.') ? version.section(u'.', 1, 1) : QStringLiteral("NA"));
    } else if (!data.contains(u'=')) {
        const QString number = capture("(?:^|\\s)(\\d+)(?:\\s|$)", data);
        out.set(u"distribution_version", number.isEmpty() ? QStringLiteral("NA") : number);
    }
    return true;
}

bool parseAlpine(const Section &, const QString &data, const Guess &, Findings &out)
{
    out.set(u"distribution_version", data.trimmed());
    return true;
}

bool parseArch(const Section &, const QString &data, const Guess &, Findings &)
{
    return data.contains(u"Arch Linux");
}

bool parseSuse(const Section &in, const QString &data, const Guess &, Findings &out)
{
    if (!data.contains(u"suse", Qt::CaseInsensitive))
        return false;
    const Assignments release(in.bytes("/etc/os-release"));
    if (release.has("NAME"))
        out.setText(u"distribution", release.value("NAME"));
    static const QRegularExpression number(QStringLiteral("^([0-9]+)\\.?([0-9]*)"));
    const QRegularExpressionMatch version = number.match(toText(release.value("VERSION_ID")));
    if (version.hasMatch()) {
        out.set(u"distribution_version", version.captured(0));
        out.set(u"distribution_major_version", version.captured(1));
        if (data.contains(u"open", Qt::CaseInsensitive))
            out.set(u"distribution_release", version.captured(2));
        else if (data.contains(u"enterprise", Qt::CaseInsensitive))
            out.set(u"distribution_release", version.captured(2).isEmpty() ? QStringLiteral("0") : version.captured(2));
    }
    if (in.bytes("baseproduct").trimmed().endsWith("SLES_SAP.prod"))
        out.set(u"distribution", QStringLiteral("SLES_SAP"));
    return true;
}

bool parseOldSuse(const Section &in, const QString &data, const Guess &guess, Findings &out)
{
    if (!data.contains(u"suse", Qt::CaseInsensitive))
        return false;
    if (data.contains(u"open", Qt::CaseInsensitive)) {
        out.set(u"distribution", data.simplified().section(u' ', 0, 0));
        const QString codename = capture("CODENAME *= *([^\n]+)", data);
        if (!codename.isEmpty())
            out.set(u"distribution_release", codename.trimmed());
    } else if (data.contains(u"enterprise", Qt::CaseInsensitive)) {
        if (data.contains(u"Server"))
            out.set(u"distribution", QStringLiteral("SLES"));
        else if (data.contains(u"Desktop"))
            out.set(u"distribution", QStringLiteral("SLED"));
        const QString level = capture("PATCHLEVEL = ([0-9]+)", data);
        if (!level.isEmpty()) {
            out.set(u"distribution_release", level);
            out.set(u"distribution_version", QString(guess.version + u'.' + level));
        }
    }
    if (in.bytes("baseproduct").trimmed().endsWith("SLES_SAP.prod"))
        out.set(u"distribution", QStringLiteral("SLES_SAP"));
    return true;
}

// Distributions that only name themselves, with version and code name where os-release has them.
struct Descendant
{
    QStringView word; // in the file
    QStringView distribution;
    bool hasCodename;
};
constexpr std::array descendants{
    Descendant{u"Mint", u"Linux Mint", false}, Descendant{u"UOS", u"Uos", true},       Descendant{u"Uos", u"Uos", true},
    Descendant{u"uos", u"Uos", true},          Descendant{u"Deepin", u"Deepin", true}, Descendant{u"deepin", u"Deepin", true},
};

bool parseDescendant(const QString &data, Findings &out)
{
    for (const Descendant &descendant : descendants) {
        if (!data.contains(descendant.word))
            continue;
        out.set(u"distribution", descendant.distribution.toString());
        const QString codename = capture("VERSION_CODENAME=\"?([^\"\n]+)\"?", data);
        if (descendant.hasCodename && !codename.isEmpty())
            out.set(u"distribution_release", codename);
        const QString version = capture("VERSION_ID=\"(.*)\"", data);
        if (!version.isEmpty())
            setVersion(out, version);
        return true;
    }
    return false;
}

void parseTrueDebian(const Section &in, const QString &data, Findings &out)
{
    out.set(u"distribution", QStringLiteral("Debian"));
    const QString codename = capture("PRETTY_NAME=[^(]+ \\(?([^)]+?)\\)", data);
    if (!codename.isEmpty())
        out.set(u"distribution_release", codename);
    static const QRegularExpression number(QStringLiteral("(\\d+)\\.(\\d+)"));
    const QRegularExpressionMatch minor = number.match(toText(in.bytes("/etc/debian_version")));
    if (minor.hasMatch())
        out.set(u"distribution_minor_version", minor.captured(2));
}

bool parseDebian(const Section &in, const QString &data, const Guess &, Findings &out)
{
    if (data.contains(u"Debian") || data.contains(u"Raspbian")) {
        parseTrueDebian(in, data, out);
    } else if (data.contains(u"Ubuntu")) {
        out.set(u"distribution", QStringLiteral("Ubuntu"));
    } else if (data.contains(u"SteamOS")) {
        out.set(u"distribution", QStringLiteral("SteamOS"));
    } else if (data.contains(u"Kali") || data.contains(u"Parrot")) {
        out.set(u"distribution", data.contains(u"Kali") ? QStringLiteral("Kali") : QStringLiteral("Parrot"));
        const QString release = capture("DISTRIB_RELEASE=(.*)", data);
        if (!release.isEmpty())
            out.set(u"distribution_release", release);
    } else if (data.contains(u"Devuan")) {
        out.set(u"distribution", QStringLiteral("Devuan"));
        const QString codename = capture("PRETTY_NAME=\"?[^(\"]+ \\(?([^) \"]+)\\)?", data);
        if (!codename.isEmpty())
            out.set(u"distribution_release", codename);
        const QString version = capture("VERSION_ID=\"(.*)\"", data);
        if (!version.isEmpty()) {
            out.set(u"distribution_version", version);
            out.set(u"distribution_major_version", version);
        }
    } else if (data.contains(u"Cumulus")) {
        out.set(u"distribution", QStringLiteral("Cumulus Linux"));
        const QString version = capture("VERSION_ID=(.*)", data);
        if (!version.isEmpty())
            setVersion(out, version);
        const QString release = capture("VERSION=\"(.*)\"", data);
        if (!release.isEmpty())
            out.set(u"distribution_release", release);
    } else {
        return parseDescendant(data, out);
    }
    return true;
}

bool parseMandriva(const Section &, const QString &data, const Guess &, Findings &out)
{
    if (!data.contains(u"Mandriva"))
        return false;
    const QString version = capture("DISTRIB_RELEASE=\"?([^\"\n]*)", data);
    const QString codename = capture("DISTRIB_CODENAME=\"?([^\"\n]*)", data);
    if (!version.isEmpty())
        out.set(u"distribution_version", version);
    if (!codename.isEmpty())
        out.set(u"distribution_release", codename);
    return true;
}

bool parseClearLinux(const Section &, const QString &data, const Guess &, Findings &out)
{
    const QString name = capture("NAME=\"(.*)\"", data);
    if (!name.contains(u"Clear Linux"))
        return false;
    out.set(u"distribution", name);
    const QString version = capture("VERSION_ID=(.*)", data);
    if (!version.isEmpty()) {
        out.set(u"distribution_version", version);
        out.set(u"distribution_major_version", version);
    }
    const QString id = capture("ID=(.*)", data);
    if (!id.isEmpty())
        out.set(u"distribution_release", id);
    return true;
}

bool parseCoreos(const Section &, const QString &data, const Guess &guess, Findings &out)
{
    if (guess.id != u"coreos")
        return false;
    const QString group = capture("GROUP=(.*)", data);
    if (!group.isEmpty())
        out.set(u"distribution_release", group);
    return !data.isEmpty();
}

bool parseFlatcar(const Section &, const QString &data, const Guess &guess, Findings &out)
{
    if (guess.id != u"flatcar")
        return false;
    const QString version = capture("VERSION=\"?([^\"\n]*)", data);
    if (!version.isEmpty())
        setVersion(out, version);
    return true;
}

bool parseAny(const Section &in, const QString &, const Guess &guess, Findings &out)
{
    const Assignments release(in.bytes("/etc/os-release"));
    if (release.has("NAME"))
        out.setText(u"distribution", release.value("NAME"));
    if (guess.version.isEmpty() && release.has("VERSION"))
        out.setText(u"distribution_version", release.value("VERSION"));
    return true;
}

constexpr std::array rules{
    Rule{"/etc/altlinux-release", u"Altlinux", false, nullptr, u"ALT"},
    Rule{"/etc/oracle-release", u"OracleLinux", false, nullptr, u"Oracle Linux"},
    Rule{"/etc/slackware-version", u"Slackware", false, parseSlackware},
    Rule{"/etc/centos-release", u"CentOS", false, parseCentos},
    Rule{"/etc/redhat-release", u"RedHat", false, nullptr, u"Red Hat"},
    Rule{"/etc/vmware-release", u"VMwareESX", true},
    Rule{"/etc/openwrt_release", u"OpenWrt", false, parseOpenWrt},
    Rule{"/etc/os-release", u"Amazon", false, parseAmazon},
    Rule{"/etc/system-release", u"Amazon", false, parseAmazon},
    Rule{"/etc/alpine-release", u"Alpine", false, parseAlpine},
    Rule{"/etc/arch-release", u"Archlinux", true},
    Rule{"/etc/os-release", u"Archlinux", false, parseArch},
    Rule{"/etc/os-release", u"SUSE", false, parseSuse},
    Rule{"/etc/SuSE-release", u"SUSE", false, parseOldSuse},
    Rule{"/etc/gentoo-release", u"Gentoo"},
    Rule{"/etc/os-release", u"Debian", false, parseDebian},
    Rule{"/etc/lsb-release", u"Debian", false, parseDebian},
    Rule{"/etc/lsb-release", u"Mandriva", false, parseMandriva},
    Rule{"/etc/sourcemage-release", u"SMGL", false, nullptr, u"Source Mage GNU/Linux"},
    Rule{"/usr/lib/os-release", u"ClearLinux", false, parseClearLinux},
    Rule{"/etc/coreos/update.conf", u"Coreos", false, parseCoreos},
    Rule{"/etc/os-release", u"Flatcar", false, parseFlatcar},
    Rule{"/etc/os-release", u"NA", false, parseAny},
};

QString capitalised(const QString &id)
{
    return id.isEmpty() ? id : id.at(0).toUpper() + id.mid(1).toLower();
}

// The one-line file that would be asked where there is no os-release: the first by name that is not another's.
ReleaseLine releaseLine(const Section &in, QString *id)
{
    static constexpr std::array<QByteArrayView, 6> others{"os", "lsb", "system", "initrd", "debian", "openwrt"};
    QMap<QByteArray, QByteArrayView> files;
    for (const Block &block : in.blocks) {
        QByteArrayView name = baseName(block.label);
        const qsizetype dash = std::max(name.lastIndexOf('-'), name.lastIndexOf('_'));
        const bool isRelease = dash > 0 && (name.sliced(dash + 1) == "release" || name.sliced(dash + 1) == "version");
        if (block.kind != Block::Kind::File || !isRelease || !block.label.startsWith("/etc/"))
            continue;
        name = name.first(dash);
        if (std::find(others.begin(), others.end(), name) == others.end() && !in.firstLine(block.label).isEmpty())
            files.insert(name.toByteArray(), block.label);
    }
    for (auto file = files.begin(); file != files.end(); ++file) {
        const QString name = toText(file.key()).toLower();
        *id = name == u"redhat" ? QStringLiteral("rhel") : name;
        return parseReleaseLine(in.firstLine(file.value()));
    }
    return {};
}

Guess guessOf(const Section &in)
{
    const Assignments release(in.has("/etc/os-release") ? in.bytes("/etc/os-release") : in.bytes("/usr/lib/os-release"));
    const Assignments lsb(in.bytes("/etc/lsb-release"));
    Guess guess;
    QString fileId;
    const ReleaseLine line = releaseLine(in, &fileId);
    guess.id = toText(release.value("ID")).toLower();
    if (guess.id.isEmpty())
        guess.id = toText(lsb.value("DISTRIB_ID")).toLower().replace(u' ', u'_');
    if (guess.id.isEmpty())
        guess.id = fileId;
    const QString lsbVersion = toText(lsb.value("DISTRIB_RELEASE"));
    guess.version = toText(release.value("VERSION_ID"));
    if (guess.version.isEmpty())
        guess.version = lsbVersion;
    if (guess.version.isEmpty())
        guess.version = QString::fromUtf8(line.version);
    // CentOS says only its major version there, Debian its point release in a file of its own.
    if (guess.id == u"centos" && line.version.count('.') > guess.version.count(u'.'))
        guess.version = QString::fromUtf8(line.version).section(u'.', 0, 1);
    const QString debian = toText(in.firstLine("/etc/debian_version"));
    if (guess.id == u"debian" && debian.count(u'.') > guess.version.count(u'.'))
        guess.version = debian;
    // A distribution may say that it has none, with an empty value: then nothing else is asked.
    guess.codename = toText(release.has("VERSION_CODENAME") ? release.value("VERSION_CODENAME") : release.value("UBUNTU_CODENAME"));
    guess.hasCodename = release.has("VERSION_CODENAME") || !guess.codename.isEmpty();
    if (!guess.hasCodename)
        guess.codename = toText(lsb.value("DISTRIB_CODENAME"));
    if (!guess.hasCodename && guess.codename.isEmpty())
        guess.codename = QString::fromUtf8(line.codename);
    if (!guess.hasCodename && guess.codename.isEmpty())
        guess.codename = QString::fromUtf8(parseReleaseLine(in.firstLine("/etc/system-release")).codename);
    guess.name = guess.id == u"amzn"   ? QStringLiteral("Amazon")
                 : guess.id == u"rhel" ? QStringLiteral("Redhat")
                 : guess.id.isEmpty()  ? QStringLiteral("OtherLinux")
                                       : capitalised(guess.id);
    return guess;
}

bool apply(const Rule &rule, const Section &in, const Guess &guess, Findings &out)
{
    QString data = toText(in.bytes(rule.path)).trimmed();
    while (!data.isEmpty() && (data.front() == u'\'' || data.front() == u'"' || data.front() == u'\\'))
        data.remove(0, 1);
    if (!rule.search.isEmpty()) {
        if (data.contains(rule.search)) {
            out.set(u"distribution", rule.variety.toString());
            out.set(u"distribution_file_search_string", rule.search.toString());
        } else {
            out.set(u"distribution", data.simplified().section(u' ', 0, 0));
        }
        return true;
    }
    out.set(u"distribution", rule.variety.toString());
    return rule.parse && rule.parse(in, data, guess, out);
}

} // namespace

ReleaseLine parseReleaseLine(QByteArrayView line)
{
    ReleaseLine release;
    QByteArray rest = line.trimmed().toByteArray();
    if (rest.endsWith(')')) {
        const qsizetype open = rest.lastIndexOf('(');
        if (open >= 0) {
            release.codename = rest.mid(open + 1, rest.size() - open - 2);
            rest.truncate(open);
            rest = rest.trimmed();
        }
    }
    if (rest.endsWith(" LTS"))
        rest.chop(4);
    const qsizetype space = rest.lastIndexOf(' ');
    const QByteArray last = rest.mid(space + 1);
    if (!last.isEmpty() && last.front() >= '0' && last.front() <= '9') {
        release.version = last;
        rest.truncate(std::max<qsizetype>(space, 0));
    }
    rest = rest.trimmed();
    if (rest.endsWith(" release"))
        rest.chop(8);
    release.name = rest.trimmed();
    return release;
}

void parseDistributionFiles(const Section &in, Findings &out)
{
    const Guess guess = guessOf(in);
    const QString unknown = QStringLiteral("NA");
    out.set(u"distribution", guess.name);
    out.set(u"distribution_version", guess.version.isEmpty() ? unknown : guess.version);
    out.set(u"distribution_release", guess.codename.isEmpty() && !guess.hasCodename ? unknown : guess.codename);
    const QString major = guess.version.section(u'.', 0, 0);
    out.set(u"distribution_major_version", major.isEmpty() ? unknown : major);

    for (const Rule &rule : rules) {
        const Block *file = in.find(rule.path);
        if (!file || (file->bytes.trimmed().isEmpty() && !rule.mayBeEmpty))
            continue;
        if (!rule.mayBeEmpty) {
            Findings tried = out;
            if (!apply(rule, in, guess, tried))
                continue;
            out = tried;
            out.set(u"distribution_file_parsed", true);
        } else {
            out.set(u"distribution", rule.variety.toString());
        }
        out.setText(u"distribution_file_path", rule.path);
        out.set(u"distribution_file_variety", rule.variety.toString());
        return;
    }
}

} // namespace collector::facts
