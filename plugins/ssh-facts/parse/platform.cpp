#include "platform.h"

#include "text.h"

#include <algorithm>
#include <array>
#include <limits>

namespace collector::facts {

namespace {

bool isIntel32(QByteArrayView machine)
{
    return machine == "i386" || machine == "i486" || machine == "i586" || machine == "i686" || machine == "i86pc";
}

struct HostsLine
{
    QByteArrayView address;
    QList<QByteArrayView> names;
};

QList<HostsLine> hostsLines(QByteArrayView hosts)
{
    QList<HostsLine> lines;
    for (QByteArrayView line : linesOf(hosts)) {
        if (const qsizetype comment = line.indexOf('#'); comment >= 0)
            line = line.first(comment);
        QList<QByteArrayView> words = wordsOf(line);
        if (words.size() >= 2) {
            const QByteArrayView address = words.takeFirst();
            lines.append({address, words});
        }
    }
    return lines;
}

bool isElf(QByteArrayView program)
{
    return program.size() >= 6 && program.startsWith("\x7f"
                                                     "ELF");
}

// MIPS has one name for both orders, ARM and PowerPC have two.
bool isBigEndian(QByteArrayView machine, QByteArrayView elf)
{
    if (isElf(elf) && (elf[5] == 1 || elf[5] == 2))
        return elf[5] == 2;
    static constexpr std::array<QByteArrayView, 8> always{"s390", "s390x", "ppc", "ppc64", "sparc", "sparc64", "m68k", "aarch64_be"};
    const bool isArm = machine.startsWith("arm") && (machine.endsWith('b') || machine.endsWith("_be"));
    return isArm || machine.startsWith("parisc") || machine == "mips" || machine == "mips64" ||
           std::find(always.begin(), always.end(), machine) != always.end();
}

void setArchitecture(QByteArrayView machine, QByteArrayView system, const Section &in, Findings &out)
{
    QByteArrayView bits = in.firstLine("long-bit");
    const QByteArrayView elf = in.bytes("elf");
    if (bits.isEmpty() && !in.has("stack") && isElf(elf))
        bits = elf[4] == 2 ? "64" : "32";
    if (bits.isEmpty() && toInteger(in.firstLine("stack")).value_or(0) > std::numeric_limits<quint32>::max())
        bits = "64";
    if (bits == "32" || bits == "64")
        out.setText(u"userspace_bits", bits);
    else
        out.miss(u"userspace_bits", Absence::ToolMissing);

    QByteArrayView architecture = machine;
    if (system == "AIX" && in.has("machine-architecture"))
        architecture = in.firstLine("machine-architecture");
    else if (system == "AIX" || system == "OpenBSD")
        architecture = in.has("uname-p") ? in.firstLine("uname-p") : machine;
    else if (isIntel32(machine))
        architecture = "i386";
    out.setText(u"architecture", architecture);
    if (machine == "x86_64" || isIntel32(machine)) {
        if (bits == "64")
            out.set(u"userspace_architecture", QStringLiteral("x86_64"));
        else if (bits == "32")
            out.set(u"userspace_architecture", QStringLiteral("i386"));
    }
    if (!out.has(u"userspace_architecture"))
        out.miss(u"userspace_architecture", Absence::NotApplicable);
}

} // namespace

QByteArray qualifiedName(QByteArrayView hosts, QByteArrayView name)
{
    const QList<HostsLine> lines = hostsLines(hosts);
    const auto own = std::find_if(lines.begin(), lines.end(), [&](const HostsLine &line) {
        return std::any_of(line.names.begin(), line.names.end(),
                           [&](QByteArrayView alias) { return alias.compare(name, Qt::CaseInsensitive) == 0; });
    });
    if (own == lines.end())
        return name.toByteArray();
    const auto first = std::find_if(lines.begin(), lines.end(), [&](const HostsLine &line) { return line.address == own->address; });
    const auto dotted = std::find_if(first->names.begin(), first->names.end(), [](QByteArrayView alias) { return alias.contains('.'); });
    return (dotted == first->names.end() ? first->names.constFirst() : *dotted).toByteArray();
}

void parsePlatform(const Section &in, Findings &out)
{
    const QList<Thing> kernels = thingsOf(in.bytes("kernel"));
    const Thing kernel = kernels.isEmpty() ? Thing{} : kernels.constFirst();
    const auto either = [&](QByteArrayView proc, QByteArrayView label) {
        return kernel.has(proc) ? kernel.value(proc) : in.firstLine(label);
    };
    const QByteArrayView system = either("ostype", "uname-s");
    const QByteArrayView node = either("hostname", "uname-n");
    const QByteArrayView machine = in.has("uname-m") ? in.firstLine("uname-m") : in.firstLine("/proc/sys/kernel/arch");
    const auto put = [&](QStringView key, QByteArrayView value) {
        if (value.isEmpty())
            out.miss(key, Absence::ToolMissing);
        else
            out.setText(key, value);
    };
    put(u"system", system);
    put(u"kernel", either("osrelease", "uname-r"));
    put(u"kernel_version", either("version", "uname-v"));
    put(u"machine", machine);
    put(u"nodename", node);
    put(u"hostname", node.first(std::max<qsizetype>(0, node.indexOf('.') < 0 ? node.size() : node.indexOf('.'))));
    if (!node.isEmpty()) {
        const QByteArray qualified = qualifiedName(in.bytes("/etc/hosts"), node);
        out.setText(u"fqdn", qualified);
        const qsizetype dot = qualified.indexOf('.');
        out.setText(u"domain", dot < 0 ? QByteArrayView() : QByteArrayView(qualified).sliced(dot + 1));
    } else {
        out.miss(u"fqdn", Absence::ToolMissing);
        out.miss(u"domain", Absence::ToolMissing);
    }
    setArchitecture(machine, system, in, out);
    out.setByteOrder(isBigEndian(machine, in.bytes("elf")) ? ByteOrder::Big : ByteOrder::Little);

    QByteArrayView id = in.firstLine("/var/lib/dbus/machine-id");
    if (id.isEmpty())
        id = in.firstLine("/etc/machine-id");
    if (!id.isEmpty())
        out.setText(u"machine_id", id);
    else
        out.miss(u"machine_id", in.missing("/etc/machine-id") == "denied" ? Absence::Denied : Absence::NotApplicable);
}

} // namespace collector::facts
