#include "elsewhere.h"

#include "sysctl.h"
#include "text.h"

#include <QHash>

#include <algorithm>
#include <array>
#include <optional>

namespace collector::facts {

QByteArrayView valueIn(QByteArrayView output, QByteArrayView key)
{
    for (const QByteArrayView line : linesOf(output)) {
        const auto [name, value] = keyValue(line, ':');
        if (name == key)
            return value;
    }
    return {};
}

std::optional<qint64> parseUptime(QByteArrayView output)
{
    const QList<QByteArrayView> words = wordsOf(output);
    const qsizetype up = words.indexOf(QByteArrayView("up"));
    if (up < 0)
        return {};
    qint64 seconds = 0;
    bool isAnything = false;
    for (qsizetype i = up + 1; i < words.size(); ++i) {
        QByteArrayView word = words[i];
        const bool isLast = word.startsWith("user") || word.startsWith("load");
        if (isLast)
            break;
        if (word.endsWith(','))
            word.chop(1);
        if (const qsizetype colon = word.indexOf(':'); colon > 0) {
            const auto hours = toInteger(word.first(colon)), minutes = toInteger(word.sliced(colon + 1));
            if (!hours || !minutes)
                return {};
            seconds += std::clamp<qint64>(*hours, 0, 1'000'000) * 3600 + std::clamp<qint64>(*minutes, 0, 59) * 60;
            isAnything = true;
            break;
        }
        const auto number = toInteger(word);
        const QByteArrayView unit = i + 1 < words.size() ? words[i + 1] : QByteArrayView();
        if (!number || *number < 0 || *number > 1'000'000)
            continue;
        const qint64 factor = unit.startsWith("day")    ? 86400
                              : unit.startsWith("hr")   ? 3600
                              : unit.startsWith("hour") ? 3600
                              : unit.startsWith("min")  ? 60
                              : unit.startsWith("sec")  ? 1
                                                        : 0;
        if (factor == 0)
            continue; // `2 users`
        seconds += *number * factor;
        isAnything = true;
    }
    return isAnything ? std::optional(seconds) : std::nullopt;
}

std::optional<QJsonObject> parseLoad(QByteArrayView text)
{
    qsizetype at = text.indexOf("load average");
    if (at >= 0)
        at = text.indexOf(':', at);
    QByteArray rest = (at < 0 ? text : text.sliced(at + 1)).toByteArray();
    for (char &c : rest) {
        if (c == ',' || c == '{' || c == '}')
            c = ' ';
    }
    const QList<QByteArrayView> words =
        wordsOf(QByteArrayView(rest).first(std::max<qsizetype>(0, rest.indexOf('\n') < 0 ? rest.size() : rest.indexOf('\n'))));
    if (words.size() < 3 || !toNumber(words[0]) || !toNumber(words[1]) || !toNumber(words[2]))
        return {};
    return QJsonObject{{QStringLiteral("1m"), *toNumber(words[0])},
                       {QStringLiteral("5m"), *toNumber(words[1])},
                       {QStringLiteral("15m"), *toNumber(words[2])}};
}

std::optional<qint64> parseBootTime(QByteArrayView text)
{
    // { sec = 1594339054, usec = 740932 } Thu Jul  9 … · unix:0:system_misc:boot_time 1515789996 · 1718100000
    QByteArray plain = text.toByteArray();
    plain.replace(',', ' ');
    for (const QByteArrayView word : wordsOf(plain)) {
        const auto number = toInteger(word);
        if (number && *number > 100'000'000 && *number <= 253'402'300'799)
            return number;
    }
    return {};
}

void parseStateElsewhere(const Section &in, Findings &out)
{
    const QByteArrayView uptime = in.firstLine("uptime");
    if (const auto seconds = parseUptime(uptime))
        out.set(u"uptime_seconds", *seconds);
    const auto load = parseLoad(in.has("loadavg") && !in.bytes("loadavg").trimmed().isEmpty() ? in.firstLine("loadavg") : uptime);
    if (load)
        out.set(u"loadavg", *load);
}

namespace {

// Oracle Corporation  sun4v SPARC T7-1 · VMware, Inc. VMware Virtual Platform: vendor, architecture (not on x86), model.
void setSolarisModel(QByteArrayView configuration, Findings &out)
{
    const QString text = toText(configuration).simplified();
    if (text.isEmpty())
        return;
    static const QStringList vendors{QStringLiteral("Oracle Corporation"), QStringLiteral("Sun Microsystems"),
                                     QStringLiteral("VMware, Inc."), QStringLiteral("Fujitsu"), QStringLiteral("QEMU")};
    const auto known =
        std::find_if(vendors.begin(), vendors.end(), [&](const QString &one) { return text.startsWith(one, Qt::CaseInsensitive); });
    const QString vendor = known == vendors.end() ? text.section(u' ', 0, 0) : *known;
    QString model = text.mid(vendor.size()).trimmed();
    if (model.startsWith(u"sun4") && model.contains(u' '))
        model = model.section(u' ', 1);
    out.set(u"system_vendor", vendor);
    if (!model.isEmpty())
        out.set(u"product_name", model);
}

} // namespace

void parseDmiElsewhere(const Section &in, Findings &out)
{
    const Sysctl sysctl(in.bytes("sysctl"));
    const Assignments kenv(in.bytes("kenv"));
    struct Field
    {
        const char *fact;
        const char *sysctl[3];
        const char *kenv;
    };
    static constexpr std::array fields{
        Field{"system_vendor", {"hw.vendor", "machdep.dmi.system-vendor", ""}, "smbios.system.maker"},
        Field{"product_name", {"hw.product", "machdep.dmi.system-product", ""}, "smbios.system.product"},
        Field{"product_version", {"hw.version", "machdep.dmi.system-version", ""}, "smbios.system.version"},
        Field{"product_serial", {"hw.serialno", "machdep.dmi.system-serial", ""}, "smbios.system.serial"},
        Field{"product_uuid", {"hw.uuid", "machdep.dmi.system-uuid", "kern.uuid"}, "smbios.system.uuid"},
        Field{"bios_vendor", {"", "machdep.dmi.bios-vendor", ""}, "smbios.bios.vendor"},
        Field{"bios_version", {"", "machdep.dmi.bios-version", ""}, "smbios.bios.version"},
        Field{"bios_date", {"", "machdep.dmi.bios-date", ""}, "smbios.bios.reldate"},
        Field{"board_vendor", {"", "machdep.dmi.board-vendor", ""}, "smbios.planar.maker"},
        Field{"board_name", {"", "machdep.dmi.board-product", ""}, "smbios.planar.product"},
        Field{"board_version", {"", "machdep.dmi.board-version", ""}, "smbios.planar.version"},
        Field{"board_serial", {"", "machdep.dmi.board-serial", ""}, "smbios.planar.serial"},
        Field{"chassis_vendor", {"", "", ""}, "smbios.chassis.maker"},
        Field{"chassis_serial", {"", "", ""}, "smbios.chassis.serial"},
        Field{"chassis_asset_tag", {"", "", ""}, "smbios.chassis.tag"},
    };
    for (const Field &field : fields) {
        QByteArrayView value = kenv.value(field.kenv);
        for (const char *key : field.sysctl) {
            if (value.isEmpty())
                value = sysctl.text(key);
        }
        if (!value.isEmpty())
            out.setText(QString::fromLatin1(field.fact), value);
    }
    // macOS: the model is all that sysctl has; the rest is system_profiler's.
    if (!out.has(u"product_name") && out.text(u"system") == u"Darwin" && !sysctl.text("hw.model").isEmpty()) {
        out.setText(u"product_name", sysctl.text("hw.model"));
        out.set(u"system_vendor", QStringLiteral("Apple Inc."));
    }
    const QByteArrayView profile = in.bytes("system_profiler");
    if (const QByteArrayView serial = valueIn(profile, "Serial Number (system)"); !serial.isEmpty())
        out.setText(u"product_serial", serial);
    if (const QByteArrayView uuid = valueIn(profile, "Hardware UUID"); !uuid.isEmpty())
        out.setText(u"product_uuid", uuid);
    // AIX: `System Model: IBM,8233-E8B`, `Machine Serial Number: 06ACD1P`; Solaris: `System Configuration:  Oracle Corporation sun4v`.
    const QByteArrayView prtconf = in.bytes("prtconf");
    if (const QByteArrayView model = valueIn(prtconf, "System Model"); !model.isEmpty()) {
        const QList<QByteArrayView> parts = split(model, ',');
        out.setText(u"system_vendor", parts[0]);
        out.setText(u"product_name", parts.constLast());
        out.setText(u"product_serial", valueIn(prtconf, "Machine Serial Number"));
        out.setText(u"bios_version", valueIn(prtconf, "Firmware Version"));
    } else {
        // prtdiag knows the model, prtconf the architecture alone.
        const QByteArrayView prtdiag = valueIn(in.bytes("prtdiag"), "System Configuration");
        setSolarisModel(prtdiag.isEmpty() ? valueIn(prtconf, "System Configuration") : prtdiag, out);
    }
}

void parseVirtualizationElsewhere(const Section &in, Findings &out)
{
    if (in.blocks.isEmpty())
        return; // AIX: nothing is known
    const Sysctl sysctl(in.bytes("sysctl"));
    static const QHash<QByteArray, QString> freebsd{{"xen", QStringLiteral("xen")},         {"hv", QStringLiteral("Hyper-V")},
                                                    {"vmware", QStringLiteral("VMware")},   {"kvm", QStringLiteral("kvm")},
                                                    {"bhyve", QStringLiteral("bhyve")},     {"parallels", QStringLiteral("parallels")},
                                                    {"vbox", QStringLiteral("virtualbox")}, {"generic", QStringLiteral("generic")}};
    QString type = freebsd.value(sysctl.text("kern.vm_guest").toByteArray());
    if (sysctl.text("security.jail.jailed") == "1")
        type = QStringLiteral("jails");
    const QByteArray product =
        (sysctl.text("hw.vendor").toByteArray() + ' ' + sysctl.text("hw.product").toByteArray() + ' ' +
         sysctl.text("machdep.dmi.system-vendor").toByteArray() + ' ' + sysctl.text("machdep.dmi.system-product").toByteArray());
    static constexpr std::array<std::pair<QByteArrayView, const char *>, 10> signs{{
        {"QEMU", "kvm"},
        {"KVM", "kvm"},
        {"Bochs", "kvm"},
        {"VMware", "VMware"},
        {"VirtualBox", "virtualbox"},
        {"Xen", "xen"},
        {"HVM domU", "xen"},
        {"Parallels", "parallels"},
        {"OpenBSD VMM", "vmm"},
        {"OpenStack", "openstack"},
    }};
    for (const auto &[sign, name] : signs) {
        if (type.isEmpty() && product.contains(sign.toByteArray()))
            type = QString::fromLatin1(name);
    }
    if (type.isEmpty() && sysctl.text("kern.hv_vmm_present") == "1")
        type = QStringLiteral("generic");
    const QByteArrayView zone = in.firstLine("zonename");
    if (type.isEmpty() && !zone.isEmpty() && zone != "global")
        type = QStringLiteral("zone");
    out.set(u"virtualization_type", type);
    out.set(u"virtualization_role", type.isEmpty() ? QString() : QStringLiteral("guest"));
    out.set(u"virtualization_tech_guest", type.isEmpty() ? QJsonArray() : QJsonArray{type});
    out.set(u"virtualization_tech_host", QJsonArray());
}

void parseDevicesElsewhere(const Section &in, Findings &out)
{
    // geom disk list: `Geom name: ada0`, then details.
    QJsonObject devices, device;
    QString name;
    qint64 total = 0, disks = 0;
    const auto close = [&] {
        if (!name.isEmpty() && devices.size() < mostEntries)
            devices.insert(name, device);
        device = {};
    };
    for (const QByteArrayView line : linesOf(in.bytes("geom"))) {
        const auto [key, value] = keyValue(line, ':');
        if (key == "Geom name") {
            close();
            name = toText(value);
        } else if (key == "Mediasize" && !wordsOf(value).isEmpty()) {
            const qint64 bytes = std::clamp<qint64>(toInteger(wordsOf(value)[0]).value_or(0), 0, qint64(1) << 60);
            device.insert(u"size", sizeForPeople(double(bytes)));
            device.insert(u"sectors", QString::number(bytes / 512));
            if (!name.startsWith(u"cd"))
                addBytes(total, bytes);
            disks += !name.startsWith(u"cd");
        } else if (key == "Sectorsize") {
            device.insert(u"sectorsize", toText(value));
        } else if (key == "descr") {
            putText(device, u"model", value);
        } else if (key == "ident" && value != "(null)" && !value.isEmpty()) {
            putText(device, u"serial", value);
        } else if (key == "lunid" && value != "(null)") {
            putText(device, u"wwn", value);
        } else if (key == "rotationrate" && toInteger(value)) {
            device.insert(u"rotational", value == "0" ? QStringLiteral("0") : QStringLiteral("1"));
        }
    }
    close();
    // hw.disknames=sd0:4ed1bd96cb20ab42,cd0:,fd0: (OpenBSD) · hw.disknames = wd0 cd0 dk0 (NetBSD): names alone, no sizes
    const QByteArray names = Sysctl(in.bytes("sysctl")).text("hw.disknames").toByteArray().replace(',', ' ');
    for (const QByteArrayView word : wordsOf(names)) {
        const qsizetype colon = word.indexOf(':');
        QJsonObject named;
        if (colon > 0 && colon + 1 < word.size())
            named.insert(u"uid", toText(word.sliced(colon + 1)));
        devices.insert(toText(colon > 0 ? word.first(colon) : word), named);
    }
    if (devices.isEmpty())
        return;
    out.set(u"devices", devices);
    if (!names.isEmpty())
        return;
    out.set(u"disk_total_bytes", total);
    out.set(u"disk_count", disks);
}

} // namespace collector::facts
