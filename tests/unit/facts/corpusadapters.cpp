#include "corpusadapters.h"

#include "parse/addresses.h"
#include "parse/cpu.h"
#include "parse/distribution.h"
#include "parse/memory.h"
#include "parse/platform.h"
#include "parse/text.h"

#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Holds the bytes that a section's views point to.
class Given
{
public:
    void file(const QByteArray &path, const QByteArray &bytes) { add(Block::Kind::File, path, bytes); }
    void output(const QByteArray &label, const QByteArray &bytes) { add(Block::Kind::Output, label, bytes); }
    [[nodiscard]] const Section &section() const { return m_section; }

private:
    void add(Block::Kind kind, const QByteArray &label, const QByteArray &bytes)
    {
        m_bytes.append(label);
        m_bytes.append(bytes);
        m_section.blocks.append({kind, m_bytes[m_bytes.size() - 2], m_bytes.constLast(), {}, 0});
        m_section.isEnded = true;
    }

    QList<QByteArray> m_bytes;
    Section m_section;
};

QString shown(const QJsonValue &value)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact).left(200));
}

void compare(QStringList &differences, const QString &what, const QJsonValue &expected, const QJsonValue &ours)
{
    if (expected != ours)
        differences.append(QStringLiteral("%1: expected %2, ours %3").arg(what, shown(expected), shown(ours)));
}

Given releaseFiles(const QString &root)
{
    Given given;
    QDirIterator files(root, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        given.file(path.mid(root.size()).toUtf8(), read(path));
    }
    return given;
}

std::optional<QStringList> ansibleDistribution(const QString &path, const QJsonValue &expected)
{
    Given given = releaseFiles(path);
    Findings out;
    const QString system = expected[u"platform.system"].toString(QStringLiteral("Linux"));
    const QString release = expected[u"platform.release"].toString(expected[u"uname_r"].toString());
    out.set(u"system", system);
    out.set(u"kernel", release);
    out.set(u"kernel_version", expected[u"platform.version"].toString(expected[u"uname_v"].toString()));
    const QJsonObject commands = expected[u"command_output"].toObject();
    for (auto command = commands.begin(); command != commands.end(); ++command) {
        if (command.key().contains(u"kern.version"))
            given.output("kern.version", command.value().toString().toUtf8());
    }
    // What the host's lsb_release said, /etc/debian_version says too.
    if (expected[u"distro"][u"id"] == QJsonValue(QStringLiteral("debian")) && !given.section().has("/etc/debian_version"))
        given.file("/etc/debian_version", expected[u"distro"][u"version_best"].toString().toUtf8());
    parseDistribution(given.section(), out);
    QStringList differences;
    const QJsonObject result = expected[u"result"].toObject();
    for (auto fact = result.begin(); fact != result.end(); ++fact)
        compare(differences, fact.key(), fact.value(), out.value(fact.key()));
    return differences;
}

std::optional<QStringList> pythonDistribution(const QString &path, const QJsonValue &expected)
{
    Given given = releaseFiles(path);
    Findings out;
    out.set(u"system", QStringLiteral("Linux"));
    parseDistribution(given.section(), out);
    // Its own tests say what is so when one kind of file alone is read; the last word is that of all together.
    const QJsonValue overall = expected[u"TestOverall"].isObject() ? expected[u"TestOverall"] : expected[u"TestOSRelease"];
    if (!overall.isObject())
        return {};
    QStringList differences;
    const QJsonValue version = overall[u"version"], best = overall[u"best_version"];
    const QJsonValue ours = out.value(u"distribution_version");
    const bool hasNone = version.toString().isEmpty() && best.toString().isEmpty();
    // CentOS' is cut after the second part, as Ansible does it.
    const bool isCut = best.toString().startsWith(ours.toString() + u'.');
    if (!hasNone && ours != version && ours != best && !isCut)
        compare(differences, QStringLiteral("version"), version, ours);
    if (!overall[u"major_version"].toString().isEmpty())
        compare(differences, QStringLiteral("major_version"), overall[u"major_version"], out.value(u"distribution_major_version"));
    if (given.section().has("/etc/os-release") && expected[u"TestOSRelease"][u"pretty_name"].isString())
        compare(differences, QStringLiteral("pretty_name"), expected[u"TestOSRelease"][u"pretty_name"], out.value(u"os_pretty_name"));
    return differences;
}

std::optional<QStringList> ansibleCpuinfo(const QString &path, const QJsonValue &expected)
{
    QStringList differences;
    for (const QJsonValue &one : expected.toArray()) {
        Given given;
        given.output("cpuinfo", read(path));
        const QJsonArray affinity = one[u"sched_getaffinity"].toArray();
        QByteArray list;
        for (const QJsonValue &cpu : affinity)
            list += (list.isEmpty() ? "" : ",") + QByteArray::number(cpu.toInt());
        given.output("affinity", list);
        Findings out;
        out.set(u"architecture", one[u"architecture"]);
        parseCpu(given.section(), out);
        const QJsonObject result = one[u"expected_result"].toObject();
        for (auto fact = result.begin(); fact != result.end(); ++fact)
            compare(differences, fact.key(), fact.value(), out.value(fact.key()));
    }
    return differences;
}

// lscpu has the rest from /sys: here only how many there are, and what they are called where /proc/cpuinfo says so.
std::optional<QStringList> lscpuText(const QString &path, const QJsonValue &expected)
{
    const QByteArray text = expected[u"lscpu_output"].toString().toUtf8();
    qint64 count = -1;
    QByteArray architecture;
    for (const QByteArrayView line : linesOf(text)) {
        const auto [key, value] = keyValue(line, ':');
        if (key == "CPU(s)")
            count = toInteger(value).value_or(-1);
        if (key == "Architecture")
            architecture = value.toByteArray();
    }
    if (count < 0)
        return {};
    Given given;
    given.output("cpuinfo", read(path));
    Findings out;
    out.set(u"architecture", toText(architecture));
    parseCpu(given.section(), out);
    QStringList differences;
    compare(differences, QStringLiteral("CPU(s)"), count, out.value(u"cpu_threads"));
    return differences;
}

void comparePyinfraDevice(QStringList &differences, const QString &name, const QJsonValue &device, const InterfaceAddresses &ours)
{
    const QJsonValue ipv4 = device[u"ipv4"], ipv6 = device[u"ipv6"];
    if (ipv4[u"address"].isString()) {
        const Ipv4 first = ours.ipv4.isEmpty() ? Ipv4{} : ours.ipv4.constFirst();
        compare(differences, name + QStringLiteral(".ipv4.address"), ipv4[u"address"], toText(first.address));
        compare(differences, name + QStringLiteral(".ipv4.mask_bits"), ipv4[u"mask_bits"], first.prefix);
    }
    if (ipv6[u"address"].isString()) {
        const Ipv6 first = ours.ipv6.isEmpty() ? Ipv6{} : ours.ipv6.constFirst();
        compare(differences, name + QStringLiteral(".ipv6.address"), ipv6[u"address"], toText(first.address));
        compare(differences, name + QStringLiteral(".ipv6.mask_bits"), ipv6[u"mask_bits"], first.prefix);
    }
    if (device[u"mtu"].isDouble())
        compare(differences, name + QStringLiteral(".mtu"), device[u"mtu"], ours.mtu);
}

std::optional<QStringList> pyinfraInterfaces(const QString &path, const QJsonValue &expected, bool isIp)
{
    const QByteArray output = read(path);
    const InterfaceTable all = isIp ? parseIpAddr(output) : parseIfconfig(output);
    QStringList differences;
    const QJsonObject fact = expected[u"fact"].toObject();
    for (auto device = fact.begin(); device != fact.end(); ++device) {
        const InterfaceAddresses *ours = all.find(device.key().toUtf8());
        if (!ours)
            differences.append(device.key() + QStringLiteral(": not found"));
        else if (device.value().isArray())
            compare(differences, device.key(), device.value().toArray().size(), ours->ipv6.size());
        else
            comparePyinfraDevice(differences, device.key(), device.value(), *ours);
    }
    return differences;
}

std::optional<QStringList> jcIfconfig(const QString &path, const QJsonValue &expected)
{
    const InterfaceTable all = parseIfconfig(read(path));
    QStringList differences;
    compare(differences, QStringLiteral("interfaces"), expected.toArray().size(), all.size());
    for (const QJsonValue &device : expected.toArray()) {
        const QString name = device[u"name"].toString();
        const InterfaceAddresses *ours = all.find(name.toUtf8());
        if (!ours) {
            differences.append(name + QStringLiteral(": not found"));
            continue;
        }
        const QJsonArray ipv4 = device[u"ipv4"].toArray();
        if (!ipv4.isEmpty())
            compare(differences, name + QStringLiteral(".ipv4"), ipv4.at(0)[u"address"],
                    ours->ipv4.isEmpty() ? QJsonValue() : QJsonValue(toText(ours->ipv4.constFirst().address)));
        else if (device[u"ipv4_addr"].isString())
            compare(differences, name + QStringLiteral(".ipv4_addr"), device[u"ipv4_addr"],
                    ours->ipv4.isEmpty() ? QJsonValue() : QJsonValue(toText(ours->ipv4.constLast().address)));
        if (device[u"mtu"].isDouble())
            compare(differences, name + QStringLiteral(".mtu"), device[u"mtu"], ours->mtu);
        if (device[u"mac_addr"].isString())
            compare(differences, name + QStringLiteral(".mac_addr"), device[u"mac_addr"].toString().toLower(), toText(ours->mac));
    }
    return differences;
}

// One entry a processor, as the file has them.
std::optional<QStringList> glpiCpuinfo(const QString &path, const QJsonValue &expected)
{
    const QJsonArray processors = expected[u"getCPUsFromProc"].toArray();
    const auto isOne = [](const QJsonValue &one) { return one[u"processor"].isString(); };
    if (processors.isEmpty() || !std::all_of(processors.begin(), processors.end(), isOne))
        return {};
    Given given;
    given.output("cpuinfo", read(path));
    Findings out;
    parseCpu(given.section(), out);
    QStringList differences;
    compare(differences, QStringLiteral("processors"), processors.size(), out.value(u"cpu_threads"));
    const QJsonValue model = processors.at(0)[u"model name"];
    if (model.isString())
        compare(differences, QStringLiteral("model name"), model, out.value(u"cpu_model"));
    return differences;
}

void compareGlpiAddress(QStringList &differences, const QJsonValue &entry, const InterfaceAddresses &ours)
{
    const QString name = entry[u"DESCRIPTION"].toString();
    if (entry[u"IPADDRESS"].isString()) {
        const QByteArray address = entry[u"IPADDRESS"].toString().toUtf8();
        const auto found = std::find_if(ours.ipv4.begin(), ours.ipv4.end(), [&](const Ipv4 &one) { return one.address == address; });
        if (found == ours.ipv4.end())
            differences.append(name + QStringLiteral(": no ") + entry[u"IPADDRESS"].toString());
        else if (entry[u"IPMASK"].isString())
            compare(differences, name + QStringLiteral(".IPMASK"), entry[u"IPMASK"], toJson(*found).value(u"netmask"));
    }
    if (entry[u"IPADDRESS6"].isString()) {
        const QByteArray address = entry[u"IPADDRESS6"].toString().section(u'/', 0, 0).toUtf8();
        const bool isHere = std::any_of(ours.ipv6.begin(), ours.ipv6.end(), [&](const Ipv6 &one) { return one.address == address; });
        if (!isHere)
            differences.append(name + QStringLiteral(": no ") + entry[u"IPADDRESS6"].toString());
    }
}

std::optional<QStringList> glpiInterfaces(const QString &path, const QJsonValue &expected, bool isIp)
{
    const QByteArray output = read(path);
    const InterfaceTable all = isIp ? parseIpAddr(output) : parseIfconfig(output);
    if (!expected.isArray())
        return {};
    QStringList differences;
    for (const QJsonValue &entry : expected.toArray()) {
        const QString name = entry[u"DESCRIPTION"].toString();
        if (const InterfaceAddresses *ours = all.find(name.toUtf8()))
            compareGlpiAddress(differences, entry, *ours);
        else if (output.contains(name.toUtf8()))
            differences.append(name + QStringLiteral(": not found"));
        // Else it is a name from another command, such as `Wi-Fi`.
    }
    return differences;
}

std::optional<QStringList> jcUname(const QString &path, const QJsonValue &expected)
{
    // uname -a: kernel, node, release first; the script asks for each alone.
    const QByteArray output = read(path).trimmed();
    const QList<QByteArrayView> words = wordsOf(output);
    if (words.size() < 3)
        return {};
    Given given;
    given.output("uname-s", words[0].toByteArray());
    given.output("uname-n", words[1].toByteArray());
    given.output("uname-r", words[2].toByteArray());
    given.output("uname-m", expected[u"machine"].toString().toUtf8());
    Findings out;
    parsePlatform(given.section(), out);
    QStringList differences;
    compare(differences, QStringLiteral("kernel_name"), expected[u"kernel_name"], out.value(u"system"));
    compare(differences, QStringLiteral("node_name"), expected[u"node_name"], out.value(u"nodename"));
    compare(differences, QStringLiteral("kernel_release"), expected[u"kernel_release"], out.value(u"kernel"));
    compare(differences, QStringLiteral("machine"), expected[u"machine"], out.value(u"machine"));
    return differences;
}

std::optional<QStringList> jcOsRelease(const QString &path, const QJsonValue &expected)
{
    const QByteArray bytes = read(path);
    const Assignments release(bytes);
    QStringList differences;
    const QJsonObject all = expected.toObject();
    for (auto member = all.begin(); member != all.end(); ++member)
        compare(differences, member.key(), member.value(), toText(release.value(member.key().toUtf8())));
    return differences;
}

} // namespace

std::optional<QStringList> compareWithCorpus(const QByteArray &command, const QByteArray &schema, const QString &inputPath,
                                             const QJsonValue &expected)
{
    if (command == "distribution")
        return schema == "ansible-setup"   ? ansibleDistribution(inputPath, expected)
               : schema == "python-distro" ? pythonDistribution(inputPath, expected)
                                           : std::nullopt;
    if (command == "cpuinfo")
        return schema == "ansible-setup"       ? ansibleCpuinfo(inputPath, expected)
               : schema.contains("util-linux") ? lscpuText(inputPath, expected)
               : schema == "glpi-agent"        ? glpiCpuinfo(inputPath, expected)
                                               : std::nullopt;
    if (schema == "pyinfra" && (command == "ip-addr" || command == "ifconfig"))
        return pyinfraInterfaces(inputPath, expected, command == "ip-addr");
    if (schema == "glpi-agent" && (command == "ip-addr" || command == "ifconfig"))
        return glpiInterfaces(inputPath, expected, command == "ip-addr");
    if (schema == "jc" && command == "ifconfig")
        return jcIfconfig(inputPath, expected);
    if (schema == "jc" && command == "uname")
        return expected.isObject() ? jcUname(inputPath, expected) : std::nullopt;
    if (schema == "jc" && command == "os-release")
        return jcOsRelease(inputPath, expected);
    return compareFurther(command, schema, read(inputPath), expected);
}

} // namespace collector::facts
