#include "virtualization.h"

#include "elsewhere.h"
#include "text.h"

#include <QSet>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

// Signs in the order in which they are looked for: the first settles type and role, all go into the two lists.
class Signs
{
public:
    void guest(const QString &tech, const QString &type = {})
    {
        m_guest.insert(tech);
        settle(type.isEmpty() ? tech : type, u"guest");
    }
    void host(const QString &tech)
    {
        m_host.insert(tech);
        settle(tech, u"host");
    }
    void settle(const QString &type, QStringView role)
    {
        if (m_type.isEmpty()) {
            m_type = type;
            m_role = role.toString();
        }
    }
    void addGuest(const QString &tech) { m_guest.insert(tech); }
    void addHost(const QString &tech) { m_host.insert(tech); }
    [[nodiscard]] bool isGuest(const QString &tech) const { return m_guest.contains(tech); }

    void store(Findings &out) const
    {
        out.set(u"virtualization_type", m_type.isEmpty() ? QStringLiteral("NA") : m_type);
        out.set(u"virtualization_role", m_type.isEmpty() ? QStringLiteral("NA") : m_role);
        out.set(u"virtualization_tech_guest", sorted(m_guest));
        out.set(u"virtualization_tech_host", sorted(m_host));
    }

private:
    static QJsonArray sorted(const QSet<QString> &set)
    {
        QStringList list = set.values();
        list.sort();
        return QJsonArray::fromStringList(list);
    }

    QString m_type, m_role;
    QSet<QString> m_guest, m_host;
};

bool isDockerLine(QByteArrayView line)
{
    if (line.contains("/docker/"))
        return true;
    const qsizetype at = line.indexOf("/docker-");
    return at >= 0 && line.sliced(at).contains(".scope");
}

void lookAtControlGroups(QByteArrayView cgroup, Signs &signs)
{
    for (const QByteArrayView line : linesOf(cgroup)) {
        if (isDockerLine(line))
            signs.guest(QStringLiteral("docker"));
        if (line.contains("/lxc/") || line.contains("/machine.slice/machine-lxc") || line.contains("/lxc.payload"))
            signs.guest(QStringLiteral("lxc"));
        if (line.contains("/system.slice/containerd.service"))
            signs.guest(QStringLiteral("containerd"));
        if (line.contains("/libpod-"))
            signs.guest(QStringLiteral("podman"));
    }
}

void lookAtContainers(const Section &in, Signs &signs)
{
    lookAtControlGroups(in.bytes("/proc/1/cgroup"), signs);
    for (const QByteArrayView line : linesOf(in.bytes("environ"))) {
        if (line.contains("container=lxc"))
            signs.guest(QStringLiteral("lxc"));
        if (line.contains("container=podman"))
            signs.guest(QStringLiteral("podman"));
        if (line.startsWith("container=") && line.size() > 10)
            signs.guest(QStringLiteral("container"));
    }
    if (in.exists("/proc/vz") && !in.exists("/proc/lve")) {
        if (in.exists("/proc/bc"))
            signs.host(QStringLiteral("openvz"));
        else
            signs.guest(QStringLiteral("openvz"));
    }
    const QString systemd = toText(in.firstLine("/run/systemd/container"));
    if (!systemd.isEmpty())
        signs.guest(systemd);
    if (in.exists("/.dockerenv") || in.exists("/.dockerinit"))
        signs.guest(QStringLiteral("docker"));
    // Podman without systemd and without root leaves only this (ansible #80866).
    if (in.exists("/run/.containerenv"))
        signs.guest(QStringLiteral("podman"));
    static const QStringList containers{QStringLiteral("docker"), QStringLiteral("lxc"), QStringLiteral("podman"), QStringLiteral("openvz"),
                                        QStringLiteral("containerd")};
    if (!systemd.isEmpty() || std::any_of(containers.begin(), containers.end(), [&](const QString &tech) { return signs.isGuest(tech); }))
        signs.addGuest(QStringLiteral("container"));
}

void lookAtXen(const Section &in, Signs &signs)
{
    if (!in.exists("/proc/xen"))
        return;
    if (in.bytes("/proc/xen/capabilities").contains("control_d"))
        signs.host(QStringLiteral("xen"));
    else
        signs.settle(QStringLiteral("xen"), u"guest");
}

struct DmiSign
{
    const char *field;
    const char *value;
    const char *tech;
};

constexpr std::array dmiSigns{
    DmiSign{"product_name", "KVM", "kvm"},
    DmiSign{"product_name", "KVM Server", "kvm"},
    DmiSign{"product_name", "Bochs", "kvm"},
    DmiSign{"product_name", "AHV", "kvm"},
    DmiSign{"sys_vendor", "oVirt", "oVirt"},
    DmiSign{"product_family", "RHV", "RHV"},
    DmiSign{"product_name", "RHEV Hypervisor", "RHEV"},
    DmiSign{"product_name", "VMware Virtual Platform", "VMware"},
    DmiSign{"product_name", "VMware7,1", "VMware"},
    DmiSign{"product_name", "VMware20,1", "VMware"},
    DmiSign{"product_name", "OpenStack Compute", "openstack"},
    DmiSign{"product_name", "OpenStack Nova", "openstack"},
    DmiSign{"bios_vendor", "Xen", "xen"},
    DmiSign{"bios_vendor", "innotek GmbH", "virtualbox"},
    DmiSign{"bios_vendor", "Amazon EC2", "kvm"},
    DmiSign{"bios_vendor", "DigitalOcean", "kvm"},
    DmiSign{"bios_vendor", "Hetzner", "kvm"},
    DmiSign{"bios_vendor", "BHYVE", "bhyve"},
    DmiSign{"product_name", "BHYVE", "bhyve"},
    DmiSign{"sys_vendor", "QEMU", "kvm"},
    DmiSign{"sys_vendor", "Amazon EC2", "kvm"},
    DmiSign{"sys_vendor", "DigitalOcean", "kvm"},
    DmiSign{"sys_vendor", "Google", "kvm"},
    DmiSign{"sys_vendor", "Scaleway", "kvm"},
    DmiSign{"sys_vendor", "Nutanix", "kvm"},
    DmiSign{"sys_vendor", "KubeVirt", "KubeVirt"},
    DmiSign{"sys_vendor", "Microsoft Corporation", "VirtualPC"},
    DmiSign{"sys_vendor", "Parallels Software International Inc.", "parallels"},
    DmiSign{"sys_vendor", "OpenStack Foundation", "openstack"},
};

void lookAtDmi(const Section &in, Signs &signs)
{
    const QList<Thing> things = thingsOf(in.bytes("dmi"));
    if (things.isEmpty())
        return;
    const Thing &dmi = things.constFirst();
    for (const DmiSign &sign : dmiSigns) {
        // A Surface is Microsoft's too, and a machine of metal.
        const bool isMetal = qstrcmp(sign.tech, "VirtualPC") == 0 && !dmi.value("product_name").contains("Virtual");
        const bool isRhv = qstrcmp(sign.tech, "RHV") != 0 || dmi.value("sys_vendor") == "Red Hat";
        // A bare-metal instance of EC2 has the vendor's name as well, and its size says what it is.
        const bool isBare = dmi.value("product_name").endsWith(".metal");
        if (dmi.value(sign.field) == QByteArrayView(sign.value) && !isMetal && isRhv && !isBare)
            signs.guest(QString::fromLatin1(sign.tech));
    }
}

// `VM00 Control Program: z/VM    6.4.0`; nothing in a partition of its own.
QString controlProgram(QByteArrayView sysinfo)
{
    for (const QByteArrayView line : linesOf(sysinfo)) {
        const auto [key, value] = keyValue(line, ':');
        if (key == "VM00 Control Program")
            return toText(value).simplified();
    }
    return {};
}

void lookAtProcessor(QByteArrayView cpuinfo, QByteArrayView sysinfo, Signs &signs)
{
    for (const QByteArrayView line : linesOf(cpuinfo)) {
        if (line.startsWith("model name") && line.contains("QEMU Virtual CPU"))
            signs.guest(QStringLiteral("kvm"));
        else if (line.startsWith("vendor_id") && line.contains("User Mode Linux"))
            signs.guest(QStringLiteral("uml"));
        else if (line.startsWith("model name") && line.contains("UML"))
            signs.guest(QStringLiteral("uml"));
        else if (line.startsWith("machine") && line.contains("emulated by qemu"))
            signs.guest(QStringLiteral("kvm"));
        else if (line.startsWith("vendor_id") && line.contains("PowerVM Lx86"))
            signs.guest(QStringLiteral("powervm_lx86"));
        else if (line.startsWith("vendor_id") && line.contains("IBM/S390")) {
            signs.addGuest(QStringLiteral("PR/SM"));
            // What runs in the partition and we run in, z/VM or KVM, as lscpu has it.
            const QString hypervisor = controlProgram(sysinfo);
            if (hypervisor.isEmpty())
                signs.settle(QStringLiteral("PR/SM"), u"LPAR");
            else
                signs.guest(hypervisor);
        }
    }
}

void lookAtModules(const Section &in, Signs &signs)
{
    QSet<QByteArray> modules;
    for (const QByteArrayView line : linesOf(in.bytes("modules")))
        modules.insert(split(line, ' ').constFirst().toByteArray());
    if (modules.contains("kvm"))
        signs.host(QStringLiteral("kvm"));
    if (modules.contains("vboxdrv"))
        signs.host(QStringLiteral("virtualbox"));
    if (modules.contains("virtio")) {
        signs.addHost(QStringLiteral("kvm"));
        signs.settle(QStringLiteral("kvm"), u"guest");
    }
    if (in.exists("/dev/kvm"))
        signs.host(QStringLiteral("kvm"));
}

void lookAtVserver(const Section &in, Signs &signs)
{
    const auto context = toInteger(in.firstLine("vxid"));
    if (!context)
        return;
    if (*context == 0)
        signs.host(QStringLiteral("linux_vserver"));
    else
        signs.guest(QStringLiteral("linux_vserver"));
}

} // namespace

void parseVirtualization(const Section &in, Findings &out)
{
    if (!out.text(u"system").isEmpty() && out.text(u"system") != u"Linux") {
        parseVirtualizationElsewhere(in, out);
        return;
    }
    Signs signs;
    lookAtContainers(in, signs);
    lookAtXen(in, signs);
    lookAtDmi(in, signs);
    lookAtVserver(in, signs);
    lookAtProcessor(in.has("cpuinfo") ? in.bytes("cpuinfo") : in.bytes("/proc/cpuinfo"), in.bytes("/proc/sysinfo"), signs);
    lookAtModules(in, signs);
    signs.store(out);
}

} // namespace collector::facts
