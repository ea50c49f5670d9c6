#include "health.h"

#include "text.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <array>
#include <optional>

namespace collector::facts {

namespace {

// Drivers of controllers that make one disk of several.
constexpr std::array<QByteArrayView, 14> raidDrivers{"megaraid_sas", "megaraid", "mpt3sas", "mpt2sas", "mptsas", "hpsa", "cciss",
                                                     "smartpqi",     "aacraid",  "3w-sas",  "3w-9xxx", "arcmsr", "ips",  "mpi3mr"};

// Why a raised read has given nothing; nothing where it has.
std::optional<Absence> reasonOf(const Section &in, QByteArrayView label)
{
    const QByteArrayView missing = in.missing(label);
    if (!missing.isEmpty())
        return missing == "tool_missing" ? Absence::ToolMissing : Absence::Denied;
    const Block *block = in.find(label);
    if (!block || block->status == 0)
        return std::nullopt;
    return block->isTimedOut() ? Absence::Timeout : Absence::Unsupported;
}

void setBmc(const Section &in, Findings &out)
{
    QJsonObject bmc;
    for (const Thing &thing : thingsOf(in.bytes("bmc"))) {
        for (const auto &[attribute, key] :
             {std::pair("firmware_revision", u"firmware"), std::pair("ipmi_version", u"ipmi_version"),
              std::pair("manufacturer_id", u"manufacturer_id"), std::pair("product_id", u"product_id"), std::pair("guid", u"guid")}) {
            if (thing.has(attribute) && !bmc.contains(key))
                putText(bmc, key, thing.value(attribute));
        }
    }
    // Lines such as `IP Address              : 192.0.2.20`
    for (const QByteArrayView line : linesOf(in.bytes("ipmitool"))) {
        const auto [name, value] = keyValue(line, ':');
        if (name == "IP Address" && value != "0.0.0.0")
            bmc.insert(u"address", toText(value));
        else if (name == "MAC Address")
            bmc.insert(u"macaddress", toText(value));
        else if (name == "IP Address Source")
            bmc.insert(u"address_source", toText(value));
    }
    const std::optional<Absence> reason = reasonOf(in, "ipmitool");
    if (!bmc.isEmpty())
        out.set(u"bmc", bmc);
    else
        out.miss(u"bmc", reason.value_or(Absence::NotApplicable));
    for (const QStringView path : {u"bmc.address", u"bmc.macaddress"}) {
        if (reason)
            out.miss(path, *reason);
    }
}

void setControllers(const Section &in, Findings &out)
{
    QJsonArray controllers;
    for (const Thing &thing : thingsOf(in.bytes("scsi"))) {
        const QByteArrayView driver = thing.value("proc_name");
        if (std::find(raidDrivers.begin(), raidDrivers.end(), driver) == raidDrivers.end())
            continue;
        QJsonObject controller{{QStringLiteral("host"), toText(thing.name)}, {QStringLiteral("driver"), toText(driver)}};
        for (const auto &[attribute, key] :
             {std::pair("model", u"model"), std::pair("board_name", u"model"), std::pair("host_fw_model", u"model"),
              std::pair("version_fw", u"firmware"), std::pair("firmware_revision", u"firmware"), std::pair("firmware_version", u"firmware"),
              std::pair("host_fw_version", u"firmware"), std::pair("hba_bios_version", u"firmware"), std::pair("serial_number", u"serial"),
              std::pair("vendor", u"vendor")}) {
            if (!thing.value(attribute).isEmpty() && !controller.contains(key))
                putText(controller, key, thing.value(attribute));
        }
        if (thing.has("lockup_detected"))
            controller.insert(u"locked_up", thing.value("lockup_detected") != "0");
        controllers.append(controller);
    }
    out.set(u"raid_controllers", controllers);
}

// ata-smart-attribute.5.id = 197, ata-smart-attribute.5.raw = 8
QJsonObject smartdOf(const Block &block)
{
    static const QHash<qint64, QString> counted{{5, QStringLiteral("reallocated_sectors")},
                                                {187, QStringLiteral("reported_uncorrectable")},
                                                {197, QStringLiteral("pending_sectors")},
                                                {198, QStringLiteral("offline_uncorrectable")}};
    QByteArrayView name = baseName(block.label);
    if (name.startsWith("smartd.") && name.endsWith(".state"))
        name = name.sliced(7, name.size() - 13);
    QJsonObject disk{{QStringLiteral("source"), QStringLiteral("smartd")}};
    putText(disk, u"name", name);
    QHash<QByteArray, qint64> ids;
    for (const QByteArrayView line : linesOf(block.bytes)) {
        const auto [key, value] = keyValue(line, '=');
        const auto number = toInteger(value);
        if (!number)
            continue;
        const QList<QByteArrayView> parts = split(key, '.');
        if (key == "ata-error-count")
            disk.insert(u"ata_errors", *number);
        else if (key == "self-test-errors")
            disk.insert(u"self_test_errors", *number);
        else if (parts.size() == 3 && parts[0] == "ata-smart-attribute" && parts[2] == "id")
            ids.insert(parts[1].toByteArray(), *number);
        else if (parts.size() == 3 && parts[0] == "ata-smart-attribute" && parts[2] == "raw" &&
                 counted.contains(ids.value(parts[1].toByteArray())))
            disk.insert(counted.value(ids.value(parts[1].toByteArray())), *number);
    }
    return disk;
}

// ATA and NVMe: `PASSED`, `FAILED!`, `UNKNOWN!`; SCSI: `OK`, or in words what is expected to fail. Older ATA: `Passed`, `Failed`.
QJsonValue verdictOf(const Block &block)
{
    for (const QByteArrayView line : linesOf(block.bytes)) {
        const auto [key, value] = keyValue(line, ':');
        if (key == "SMART overall-health self-assessment test result" || key == "SMART Health Status")
            return value.startsWith("UNKNOWN")                                          ? QStringLiteral("unknown")
                   : value.compare("PASSED", Qt::CaseInsensitive) == 0 || value == "OK" ? QStringLiteral("passed")
                                                                                        : QStringLiteral("failed");
    }
    return {};
}

} // namespace

void parseBmc(const Section &in, Findings &out)
{
    if (!in.has("bmc"))
        return; // not Linux
    setBmc(in, out);
    setControllers(in, out);
    qint64 corrected = 0, uncorrected = 0;
    const QList<Thing> things = thingsOf(in.bytes("edac"));
    for (const Thing &thing : things) {
        corrected += std::clamp<qint64>(toInteger(thing.value("ce_count")).value_or(0), 0, 1'000'000'000);
        uncorrected += std::clamp<qint64>(toInteger(thing.value("ue_count")).value_or(0), 0, 1'000'000'000);
    }
    if (!things.isEmpty())
        out.set(u"memory_errors", QJsonObject{{QStringLiteral("corrected"), corrected}, {QStringLiteral("uncorrected"), uncorrected}});
    else
        out.miss(u"memory_errors", Absence::NotApplicable);
}

void parseDiskHealth(const Section &in, Findings &out)
{
    QJsonArray disks;
    QSet<QByteArrayView> seen; // the kernel gives each name once
    for (const Thing &thing : thingsOf(in.bytes("disks"))) {
        if (seen.size() >= mostEntries || seen.contains(thing.name))
            continue;
        seen.insert(thing.name);
        QJsonObject disk{{QStringLiteral("device"), toText(thing.name)}};
        if (thing.has("state"))
            disk.insert(u"state", toText(thing.value("state")));
        if (thing.has("raid_level"))
            disk.insert(u"raid_level", toText(thing.value("raid_level")));
        QByteArrayView errors = thing.value("ioerr_cnt");
        if (const auto count = toInteger(errors.startsWith("0x") ? errors.sliced(2) : errors, 16))
            disk.insert(u"io_errors", *count);
        if (const auto degrees = toInteger(thing.value("temp1_input")))
            disk.insert(u"temperature_celsius", double(*degrees) / 1000);
        const QByteArray label = "smart " + thing.name.toByteArray();
        if (const Block *smart = in.find(label)) {
            if (const QJsonValue verdict = verdictOf(*smart); verdict.isString())
                disk.insert(u"smart", verdict);
        }
        if (disk.size() > 1)
            disks.append(disk);
    }
    for (const Block &block : in.blocks) {
        if (block.kind == Block::Kind::File && disks.size() < mostEntries)
            disks.append(smartdOf(block));
    }
    if (in.missing("smartctl") == "denied")
        out.miss(u"disk_health.smart", Absence::Denied);
    if (in.has("disks"))
        out.set(u"disk_health", disks);
}

} // namespace collector::facts
