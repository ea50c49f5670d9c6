#include "elsewhere.h"

#include "sysctl.h"
#include "text.h"

#include <QHash>

#include <algorithm>
#include <array>
#include <optional>

namespace collector::facts {

namespace {

constexpr qint64 mebi = 1 << 20;

void setMemory(Findings &out, qint64 total, std::optional<qint64> unused)
{
    if (total <= 0)
        return;
    out.set(u"memtotal_mb", total / mebi);
    out.set(u"memory_total_bytes", total);
    if (unused && *unused >= 0)
        out.set(u"memfree_mb", *unused / mebi);
}

void setSwap(Findings &out, qint64 total, qint64 unused)
{
    out.set(u"swaptotal_mb", total / mebi);
    out.set(u"swap_total_bytes", total);
    out.set(u"swapfree_mb", unused / mebi);
}

// Device 1K-blocks Used Avail Capacity (FreeBSD's swapinfo -k); the last line is the sum, or the only device.
void addSwapinfo(QByteArrayView output, Findings &out)
{
    const QList<QByteArrayView> lines = linesOf(output);
    const QList<QByteArrayView> words = lines.isEmpty() ? QList<QByteArrayView>() : wordsOf(lines.constLast());
    if (words.size() >= 4 && words[0] != "Device" && toInteger(words[1]) && toInteger(words[3]))
        setSwap(out, bytesOf(*toInteger(words[1]), 1024), bytesOf(*toInteger(words[3]), 1024));
}

// total: 1048576 1K-blocks allocated, 0 used, 1048576 available (OpenBSD and NetBSD: swapctl -sk)
void addSwapctl(QByteArrayView line, Findings &out)
{
    const QList<QByteArrayView> words = wordsOf(line);
    if (words.size() >= 8 && words[0] == "total:" && toInteger(words[1]) && toInteger(words[6]))
        setSwap(out, bytesOf(*toInteger(words[1]), 1024), bytesOf(*toInteger(words[6]), 1024));
}

// total = 2048.00M  used = 1.00M  free = 2047.00M (macOS)
void addSwapusage(QByteArrayView text, Findings &out)
{
    const QList<QByteArrayView> words = wordsOf(text);
    const auto amount = [&](QByteArrayView name) {
        const qsizetype at = words.indexOf(name);
        QByteArrayView number = at >= 0 && at + 2 < words.size() ? words[at + 2] : QByteArrayView();
        if (number.endsWith('M'))
            number.chop(1);
        const double value = toNumber(number).value_or(0);
        return value >= 0 && value < 1e12 ? qint64(value * double(mebi)) : 0;
    };
    if (words.contains(QByteArrayView("total")))
        setSwap(out, amount("total"), amount("free"));
}

// macOS: what is neither wired, active nor inactive is free, as Ansible counts it; the page's size is that of the report.
std::optional<qint64> freeOfVmStat(QByteArrayView output, qint64 total)
{
    qint64 page = 4096, used = 0;
    for (const QByteArrayView line : linesOf(output)) {
        if (const qsizetype at = line.indexOf("page size of "); at >= 0)
            page = toInteger(wordsOf(line.sliced(at + 13)).value(0)).value_or(4096);
        auto [key, value] = keyValue(line, ':');
        if (value.endsWith('.'))
            value.chop(1);
        if (key == "Pages wired down" || key == "Pages active" || key == "Pages inactive")
            used += std::clamp<qint64>(toInteger(value).value_or(0), 0, qint64(1) << 40);
    }
    return used > 0 && page > 0 && page <= (1 << 24) ? std::optional(std::max<qint64>(0, total - used * page)) : std::nullopt;
}

// `Memory size: 8192 Megabytes` of prtconf; `Memory Size: 4096 MB` of AIX.
qint64 memoryOfPrtconf(QByteArrayView output)
{
    for (const QByteArrayView line : linesOf(output)) {
        const auto [key, value] = keyValue(line, ':');
        if (key.compare("Memory size", Qt::CaseInsensitive) == 0) {
            const qint64 amount = wordsOf(value).isEmpty() ? 0 : toInteger(wordsOf(value)[0]).value_or(0);
            return amount > 0 && amount < (qint64(1) << 30) ? amount * mebi : 0;
        }
    }
    return 0;
}

QByteArrayView valueIn(QByteArrayView output, QByteArrayView key)
{
    for (const QByteArrayView line : linesOf(output)) {
        const auto [name, value] = keyValue(line, ':');
        if (name == key)
            return value;
    }
    return {};
}

// The processors that psrinfo -p and -v know: `The physical processor has 4 virtual processors (0-3)`.
void setSolarisProcessors(const Section &in, Findings &out)
{
    const QByteArrayView listing = in.bytes("psrinfo");
    qint64 processors = 0, sockets = 0;
    QJsonArray names;
    bool expectsName = false;
    for (const QByteArrayView line : linesOf(listing)) {
        const QByteArrayView bare = line.trimmed();
        if (bare.startsWith("The physical processor has")) {
            ++sockets;
            for (const QByteArrayView word : wordsOf(bare)) {
                if (toInteger(word))
                    processors += std::clamp<qint64>(*toInteger(word), 0, 100'000);
            }
            expectsName = false;
        } else if (!bare.isEmpty() && sockets > 0 && !bare.startsWith("The core has") && names.size() < sockets) {
            // A line with the chip, then one with what it is called.
            if (expectsName || !bare.contains('('))
                names.append(toText(bare));
            expectsName = !expectsName;
        }
    }
    if (sockets == 0)
        return;
    out.set(u"processor", names);
    out.set(u"processor_count", sockets);
    out.set(u"processor_vcpus", processors);
    out.set(u"cpu_sockets", sockets);
    out.set(u"cpu_threads", processors);
    if (!names.isEmpty())
        out.set(u"cpu_model", names.at(0));
}

void setAixProcessors(const Section &in, Findings &out)
{
    const QByteArrayView prtconf = in.bytes("prtconf");
    const auto count = toInteger(valueIn(prtconf, "Number Of Processors"));
    if (!count)
        return;
    const QByteArrayView type = valueIn(prtconf, "Processor Type");
    out.set(u"processor", QJsonArray{toText(type)});
    out.set(u"processor_count", *count);
    out.set(u"cpu_model", toText(type));
    out.set(u"cpu_threads", *count);
}

} // namespace

void parseCpuElsewhere(const Section &in, Findings &out)
{
    const Sysctl sysctl(in.bytes("sysctl"));
    if (sysctl.isEmpty()) {
        setSolarisProcessors(in, out);
        setAixProcessors(in, out);
        return;
    }
    const QByteArrayView brand = sysctl.text("machdep.cpu.brand_string");
    const QByteArrayView model = brand.isEmpty() ? sysctl.text("hw.model") : brand;
    const auto online = sysctl.number("hw.ncpuonline"), all = sysctl.number("hw.ncpu"), logical = sysctl.number("hw.logicalcpu");
    const auto physical = sysctl.number("hw.physicalcpu"), cores = sysctl.number("kern.smp.cores");
    const qint64 count = logical.value_or(online.value_or(all.value_or(0)));
    if (count <= 0)
        return;
    out.set(u"processor", QJsonArray{toText(model)});
    out.set(u"cpu_model", toText(model).simplified());
    // Ansible counts processors here as the kernel does: each thread is one.
    out.set(u"processor_count", count);
    out.set(u"processor_cores", physical.value_or(cores.value_or(count)));
    out.set(u"processor_vcpus", count);
    out.set(u"cpu_threads", count);
    if (physical || cores)
        out.set(u"cpu_cores", physical.value_or(cores.value_or(count)));
    if (const auto packages = sysctl.number("hw.packages"))
        out.set(u"cpu_sockets", *packages);
    const auto threads = sysctl.number("kern.smp.threads_per_core");
    if (threads)
        out.set(u"processor_threads_per_core", *threads);
    QJsonArray flags;
    for (const QByteArrayView flag : wordsOf(sysctl.text("machdep.cpu.features")))
        flags.append(toText(flag).toLower());
    if (!flags.isEmpty())
        out.set(u"flags", flags);
}

void parseMemoryElsewhere(const Section &in, Findings &out)
{
    const Sysctl sysctl(in.bytes("sysctl"));
    const qint64 page = sysctl.number("hw.pagesize").value_or(sysctl.number("vm.stats.vm.v_page_size").value_or(4096));
    qint64 total = 0;
    for (const char *key : {"hw.memsize", "hw.physmem64", "hw.physmem", "hw.realmem"}) {
        if (total <= 0)
            total = sysctl.number(key).value_or(0);
    }
    if (total <= 0)
        total = memoryOfPrtconf(in.bytes("prtconf"));
    std::optional<qint64> unused;
    if (const auto pages = sysctl.number("vm.stats.vm.v_free_count"); pages && *pages < (qint64(1) << 40))
        unused = *pages * page;
    if (in.has("vm_stat"))
        unused = freeOfVmStat(in.bytes("vm_stat"), total);
    setMemory(out, total, unused);
    addSwapinfo(in.bytes("swapinfo"), out);
    addSwapctl(in.firstLine("swapctl"), out);
    addSwapusage(sysctl.text("vm.swapusage"), out);
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

void parseStateElsewhere(const Section &in, Findings &out)
{
    const QByteArrayView uptime = in.firstLine("uptime");
    if (const auto seconds = parseUptime(uptime))
        out.set(u"uptime_seconds", *seconds);
    const auto load = parseLoad(in.has("loadavg") && !in.bytes("loadavg").trimmed().isEmpty() ? in.firstLine("loadavg") : uptime);
    if (load)
        out.set(u"loadavg", *load);
}

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
    } else if (const QByteArrayView configuration = valueIn(prtconf, "System Configuration"); !configuration.isEmpty()) {
        const QList<QByteArrayView> words = wordsOf(configuration);
        out.setText(u"system_vendor", words.value(0));
        out.setText(u"product_name", words.isEmpty() ? QByteArrayView() : words.constLast());
    }
}

void parseVirtualizationElsewhere(const Section &in, Findings &out)
{
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
    qint64 total = 0;
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
        } else if (key == "Sectorsize") {
            device.insert(u"sectorsize", toText(value));
        } else if (key == "descr") {
            putText(device, u"model", value);
        } else if (key == "ident" && value != "(null)" && !value.isEmpty()) {
            putText(device, u"serial", value);
        } else if (key == "lunid" && value != "(null)") {
            putText(device, u"wwn", value);
        } else if (key == "rotationrate") {
            device.insert(u"rotational", value == "0" ? QStringLiteral("0") : QStringLiteral("1"));
        }
    }
    close();
    if (devices.isEmpty())
        return;
    out.set(u"devices", devices);
    out.set(u"disk_total_bytes", total);
    out.set(u"disk_count", devices.size());
}

} // namespace collector::facts
