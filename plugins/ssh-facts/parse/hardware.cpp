#include "hardware.h"

#include "text.h"

#include <QHash>
#include <QMap>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

using Properties = QHash<QByteArray, QByteArrayView>;

QJsonObject moduleOf(const Properties &properties)
{
    QJsonObject module;
    static constexpr std::array<std::pair<const char *, const char *>, 7> texts{{
        {"LOCATOR", "locator"},
        {"BANK_LOCATOR", "bank"},
        {"MANUFACTURER", "manufacturer"},
        {"SERIAL_NUMBER", "serial"},
        {"PART_NUMBER", "part_number"},
        {"TYPE", "type"},
        {"FORM_FACTOR", "form_factor"},
    }};
    for (const auto &[property, key] : texts) {
        if (properties.contains(property))
            putText(module, QString::fromLatin1(key), properties.value(property).trimmed());
    }
    if (const auto size = toInteger(properties.value("SIZE")))
        module.insert(u"size_bytes", *size);
    if (const auto speed = toInteger(properties.value("SPEED_MTS")))
        module.insert(u"speed_mts", *speed);
    return module;
}

// `16 GB`, `8192 MB`
qint64 dmidecodeSize(QByteArrayView text)
{
    const QList<QByteArrayView> words = wordsOf(text);
    const qint64 number = words.size() == 2 ? toInteger(words[0]).value_or(0) : 0;
    const int shift = words.size() < 2 ? 0 : words[1] == "GB" ? 30 : words[1] == "MB" ? 20 : words[1] == "kB" ? 10 : 0;
    return number > 0 && number < (qint64(1) << 30) ? number << shift : 0;
}

void addDmidecode(QByteArrayView output, QJsonArray &modules, qint64 &slots)
{
    static constexpr std::array<std::pair<QByteArrayView, const char *>, 7> texts{{
        {"Locator", "locator"},
        {"Bank Locator", "bank"},
        {"Manufacturer", "manufacturer"},
        {"Serial Number", "serial"},
        {"Part Number", "part_number"},
        {"Type", "type"},
        {"Form Factor", "form_factor"},
    }};
    QJsonObject module;
    bool isModule = false;
    const auto close = [&] {
        if (isModule && module.value(u"size_bytes").toInteger() > 0 && modules.size() < mostEntries)
            modules.append(module);
        module = {};
    };
    for (const QByteArrayView line : linesOf(output)) {
        if (!line.startsWith('\t') && !line.startsWith(' ')) {
            close();
            isModule = line.startsWith("Memory Device");
            slots += isModule;
            continue;
        }
        const auto [key, value] = keyValue(line, ':');
        const auto text = std::find_if(texts.begin(), texts.end(), [wanted = key](const auto &pair) { return pair.first == wanted; });
        if (text != texts.end())
            putText(module, QString::fromLatin1(text->second), value);
        else if (key == "Size")
            module.insert(u"size_bytes", dmidecodeSize(value));
        else if (key == "Speed" && !wordsOf(value).isEmpty() && toInteger(wordsOf(value)[0]))
            module.insert(u"speed_mts", *toInteger(wordsOf(value)[0]));
    }
    close();
}

// md0 : active raid1 sdb1[1] sda1[0](F)
QJsonObject arrayOf(const QList<QByteArrayView> &words)
{
    QJsonObject array{{QStringLiteral("name"), toText(words[0])}, {QStringLiteral("state"), toText(words[2])}};
    QJsonArray members, failed, spares;
    for (const QByteArrayView word : words.sliced(3)) {
        const qsizetype bracket = word.indexOf('[');
        if (bracket <= 0) {
            if (!word.startsWith('(') && !array.contains(u"level"))
                array.insert(u"level", toText(word));
            continue;
        }
        const QString name = toText(word.first(bracket));
        members.append(name);
        if (word.endsWith("(F)"))
            failed.append(name);
        else if (word.endsWith("(S)"))
            spares.append(name);
    }
    array.insert(u"members", members);
    array.insert(u"failed", failed);
    array.insert(u"spares", spares);
    return array;
}

// `-` is what a pool or a file system says that cannot be read: that is no number.
void putNumber(QJsonObject &object, QStringView key, QByteArrayView text)
{
    if (const auto number = toInteger(text))
        object.insert(key, *number);
}

void setFilesystems(const Section &in, Findings &out)
{
    const Block *block = in.find("zfs");
    if (!block || block->status != 0) {
        out.miss(u"zfs_filesystems", !block ? Absence::ToolMissing : block->isTimedOut() ? Absence::Timeout : Absence::Unsupported);
        return;
    }
    QJsonArray filesystems;
    for (const QByteArrayView line : linesOf(block->bytes)) {
        const QList<QByteArrayView> cells = split(line, '\t');
        if (cells.size() < 6 || filesystems.size() >= mostEntries)
            continue;
        QJsonObject filesystem{{QStringLiteral("name"), toText(cells[0])},
                               {QStringLiteral("mount"), toText(cells[4])},
                               {QStringLiteral("type"), toText(cells[5])}};
        putNumber(filesystem, u"used_bytes", cells[1]);
        putNumber(filesystem, u"available_bytes", cells[2]);
        filesystems.append(filesystem);
    }
    out.set(u"zfs_filesystems", filesystems);
}

void setPools(const Section &in, Findings &out)
{
    const Block *block = in.find("zpool");
    if (!block || block->status != 0) {
        out.miss(u"zfs_pools", block && block->isTimedOut() ? Absence::Timeout : Absence::NotApplicable);
        out.miss(u"zfs_filesystems", Absence::NotApplicable);
        return;
    }
    QJsonArray pools;
    for (const QByteArrayView line : linesOf(block->bytes)) {
        const QList<QByteArrayView> cells = split(line, '\t');
        if (cells.size() < 7 || pools.size() >= mostEntries)
            continue;
        QJsonObject pool{{QStringLiteral("name"), toText(cells[0])},
                         {QStringLiteral("health"), toText(cells[5])},
                         {QStringLiteral("guid"), toText(cells[6])}};
        putNumber(pool, u"size_bytes", cells[1]);
        putNumber(pool, u"allocated_bytes", cells[2]);
        putNumber(pool, u"free_bytes", cells[3]);
        pools.append(pool);
    }
    out.set(u"zfs_pools", pools);
    setFilesystems(in, out);
}

// Who made the machine that the vendor's name stands for.
QString providerOf(const Thing &dmi)
{
    struct Sign
    {
        const char *field;
        QByteArrayView text;
        const char *provider;
    };
    static constexpr std::array signs{
        Sign{"sys_vendor", "Amazon EC2", "aws"},
        Sign{"bios_vendor", "Amazon EC2", "aws"},
        Sign{"bios_version", "amazon", "aws"},
        Sign{"sys_vendor", "Google", "gcp"},
        Sign{"chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", "azure"},
        Sign{"sys_vendor", "DigitalOcean", "digitalocean"},
        Sign{"sys_vendor", "Hetzner", "hetzner"},
        Sign{"sys_vendor", "Scaleway", "scaleway"},
        Sign{"sys_vendor", "Vultr", "vultr"},
        Sign{"sys_vendor", "Alibaba Cloud", "alibaba"},
        Sign{"chassis_asset_tag", "OracleCloud.com", "oracle"},
        Sign{"sys_vendor", "OpenStack Foundation", "openstack"},
        Sign{"product_name", "OpenStack", "openstack"},
        Sign{"sys_vendor", "Exoscale", "exoscale"},
        Sign{"sys_vendor", "Linode", "linode"},
        Sign{"sys_vendor", "Akamai", "linode"},
        Sign{"sys_vendor", "UpCloud", "upcloud"},
        Sign{"sys_vendor", "Huawei Cloud", "huawei"},
        Sign{"sys_vendor", "Tencent Cloud", "tencent"},
    };
    const auto found =
        std::find_if(signs.begin(), signs.end(), [&](const Sign &sign) { return dmi.value(sign.field).contains(sign.text); });
    return found == signs.end() ? QString() : QString::fromLatin1(found->provider);
}

} // namespace

void parseMemoryModules(const Section &in, Findings &out)
{
    QJsonArray modules;
    qint64 slots = 0;
    QMap<int, Properties> byNumber;
    for (const QByteArrayView line : linesOf(in.bytes("/run/udev/data/+dmi:id"))) {
        // E:MEMORY_DEVICE_0_SIZE=17179869184
        if (!line.startsWith("E:MEMORY_DEVICE_"))
            continue;
        const auto [key, value] = keyValue(line.sliced(16), '=');
        const qsizetype underscore = key.indexOf('_');
        const auto number = underscore > 0 ? toInteger(key.first(underscore)) : std::nullopt;
        if (number && *number >= 0 && *number < 4096)
            byNumber[int(*number)].insert(key.sliced(underscore + 1).toByteArray(), value);
    }
    for (const Properties &properties : std::as_const(byNumber)) {
        ++slots;
        if (properties.value("PRESENT", "1") != "0" && toInteger(properties.value("SIZE")).value_or(0) > 0)
            modules.append(moduleOf(properties));
    }
    addDmidecode(in.bytes("dmidecode"), modules, slots);
    if (slots > 0) {
        out.set(u"memory_modules", modules);
        out.set(u"memory_slots", slots);
    } else {
        const Block *dmidecode = in.find("dmidecode");
        const QByteArrayView reason = in.missing("dmidecode");
        const Absence absence = dmidecode && dmidecode->isTimedOut()        ? Absence::Timeout
                                : reason == "denied" || reason == "refused" ? Absence::Denied
                                : reason == "tool_missing"                  ? Absence::ToolMissing
                                                                            : Absence::Unsupported;
        out.miss(u"memory_modules", absence);
        out.miss(u"memory_slots", absence);
    }
}

QJsonArray parseMdstat(QByteArrayView mdstat)
{
    QJsonArray arrays;
    QJsonObject array;
    const auto close = [&] {
        if (!array.isEmpty() && arrays.size() < mostEntries)
            arrays.append(array);
        array = {};
    };
    for (const QByteArrayView line : linesOf(mdstat)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() > 3 && words[1] == ":" && (words[2] == "active" || words[2] == "inactive")) {
            close();
            array = arrayOf(words);
        } else if (words.isEmpty() || line.startsWith("unused devices")) {
            close();
        } else if (!array.isEmpty()) {
            if (words.size() > 1 && words[1] == "blocks" && toInteger(words[0]))
                array.insert(u"size_bytes", bytesOf(*toInteger(words[0]), 1024));
            for (const QByteArrayView word : words) {
                // [2/1] [U_]: wanted, present
                const QList<QByteArrayView> counts =
                    word.startsWith('[') && word.endsWith(']') ? split(word.sliced(1, word.size() - 2), '/') : QList<QByteArrayView>();
                if (counts.size() == 2 && toInteger(counts[0]) && toInteger(counts[1]))
                    array.insert(u"degraded", *toInteger(counts[1]) < *toInteger(counts[0]));
                if (word == "resync" || word == "recovery" || word == "check" || word == "reshape")
                    array.insert(u"action", toText(word));
            }
        }
    }
    close();
    return arrays;
}

void parseStorage(const Section &in, Findings &out)
{
    if (in.has("/proc/mdstat"))
        out.set(u"md_arrays", parseMdstat(in.bytes("/proc/mdstat")));
    else
        out.miss(u"md_arrays", Absence::NotApplicable);
    setPools(in, out);
}

void parseCloud(const Section &in, Findings &out)
{
    const QList<Thing> things = thingsOf(in.bytes("dmi"));
    const Thing dmi = things.isEmpty() ? Thing{} : things.constFirst();
    QJsonObject cloud;
    const QString provider = providerOf(dmi);
    if (!provider.isEmpty())
        cloud.insert(u"provider", provider);
    else if (in.has("/run/cloud-init/cloud-id"))
        cloud.insert(u"provider", toText(in.firstLine("/run/cloud-init/cloud-id")));
    if (in.has("/var/lib/cloud/data/instance-id"))
        cloud.insert(u"instance_id", toText(in.firstLine("/var/lib/cloud/data/instance-id")));
    // On EC2's newer machines the board's asset tag is the instance.
    else if (dmi.value("board_asset_tag").startsWith("i-"))
        cloud.insert(u"instance_id", toText(dmi.value("board_asset_tag")));
    for (const QByteArrayView line : linesOf(in.bytes("instance-data"))) {
        auto [key, value] = keyValue(line, ':');
        if (value.endsWith(','))
            value.chop(1);
        key = unquoted(key);
        value = unquoted(value);
        static const QHash<QByteArray, QString> names{{"region", QStringLiteral("region")},
                                                      {"availability_zone", QStringLiteral("zone")},
                                                      {"availability-zone", QStringLiteral("zone")},
                                                      {"instance_type", QStringLiteral("instance_type")},
                                                      {"machine_type", QStringLiteral("instance_type")},
                                                      {"platform", QStringLiteral("platform")}};
        const QString name = names.value(key.toByteArray());
        if (!name.isEmpty() && value != "null" && !value.isEmpty() && !cloud.contains(name))
            cloud.insert(name, toText(value));
    }
    if (cloud.isEmpty())
        out.miss(u"cloud", Absence::NotApplicable);
    else
        out.set(u"cloud", cloud);
}

void parseClock(const Section &in, Findings &out)
{
    static constexpr std::array<std::pair<QByteArrayView, const char *>, 6> sources{{
        {"/run/chrony/chronyd.pid", "chrony"},
        {"/run/chrony.pid", "chrony"},
        {"/run/ntpd.pid", "ntpd"},
        {"/var/run/ntpd.pid", "ntpd"},
        {"/run/openntpd.pid", "openntpd"},
        {"/run/systemd/timesync/synchronized", "systemd-timesyncd"},
    }};
    const auto source = std::find_if(sources.begin(), sources.end(), [&](const auto &pair) { return in.exists(pair.first); });
    if (source != sources.end())
        out.set(u"time_source", QString::fromLatin1(source->second));
    else
        out.miss(u"time_source", Absence::NotApplicable);
    const QList<Thing> things = thingsOf(in.bytes("adjtime"));
    if (!things.isEmpty() && things.constFirst().has("current_clocksource"))
        out.setText(u"clocksource", things.constFirst().value("current_clocksource"));
    else
        out.miss(u"clocksource", Absence::Unsupported);
}

} // namespace collector::facts
