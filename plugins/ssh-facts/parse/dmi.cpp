#include "dmi.h"

#include "elsewhere.h"
#include "text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace collector::facts {

namespace {

struct Field
{
    const char *fact;
    const char *file;
};

constexpr std::array fields{
    Field{"bios_date", "bios_date"},
    Field{"bios_vendor", "bios_vendor"},
    Field{"bios_version", "bios_version"},
    Field{"board_asset_tag", "board_asset_tag"},
    Field{"board_name", "board_name"},
    Field{"board_serial", "board_serial"},
    Field{"board_vendor", "board_vendor"},
    Field{"board_version", "board_version"},
    Field{"chassis_asset_tag", "chassis_asset_tag"},
    Field{"chassis_serial", "chassis_serial"},
    Field{"chassis_vendor", "chassis_vendor"},
    Field{"chassis_version", "chassis_version"},
    Field{"product_name", "product_name"},
    Field{"product_serial", "product_serial"},
    Field{"product_uuid", "product_uuid"},
    Field{"product_version", "product_version"},
    Field{"system_vendor", "sys_vendor"},
};

// SMBIOS 7.4.1, as Ansible spells them.
constexpr std::array formFactors{
    "Unknown",
    "Other",
    "Unknown",
    "Desktop",
    "Low Profile Desktop",
    "Pizza Box",
    "Mini Tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand Held",
    "Docking Station",
    "All In One",
    "Sub Notebook",
    "Space-saving",
    "Lunch Box",
    "Main Server Chassis",
    "Expansion Chassis",
    "Sub Chassis",
    "Bus Expansion Chassis",
    "Peripheral Chassis",
    "RAID Chassis",
    "Rack Mount Chassis",
    "Sealed-case PC",
    "Multi-system",
    "CompactPCI",
    "AdvancedTCA",
    "Blade",
    "Blade Enclosure",
    "Tablet",
    "Convertible",
    "Detachable",
    "IoT Gateway",
    "Embedded PC",
    "Mini PC",
    "Stick PC",
};

void setFormFactor(const Thing &dmi, Findings &out)
{
    const auto type = toInteger(dmi.value("chassis_type"));
    if (!type)
        out.miss(u"form_factor", Absence::NotApplicable);
    else if (*type >= 0 && *type < qint64(formFactors.size()))
        out.set(u"form_factor", QString::fromLatin1(formFactors[size_t(*type)]));
    else
        out.set(u"form_factor", QStringLiteral("unknown (%1)").arg(*type));
}

// The serials that a raised read printed: a line for each of these files that is there. Says why it has not given one.
Absence setRaised(const Section &in, Findings &out)
{
    static constexpr std::array keys{"product_serial", "product_uuid", "board_serial", "chassis_serial"};
    const Block *serials = in.find("serials");
    if (!serials || !in.missing("serials").isEmpty())
        return Absence::Denied;
    if (serials->isTimedOut())
        return Absence::Timeout;
    QList<const char *> there;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(there),
                 [&](const char *key) { return in.exists(QByteArray("/sys/class/dmi/id/") + key); });
    const QList<QByteArrayView> lines = linesOf(serials->bytes);
    if (lines.size() != there.size()) // one that could not be read would shift the others
        return Absence::Unsupported;
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (const QByteArrayView value = lines[i].trimmed(); !value.isEmpty())
            out.setText(QString::fromLatin1(there[i]), value);
    }
    return Absence::NotApplicable; // it is empty
}

void setDeviceTree(const Section &in, Findings &out)
{
    const QList<Thing> things = thingsOf(in.bytes("device-tree"));
    if (things.isEmpty())
        return;
    const Thing &tree = things.constFirst();
    if (tree.has("model"))
        out.setText(u"product_name", tree.value("model"));
    if (tree.has("serial-number"))
        out.setText(u"product_serial", tree.value("serial-number"));
    const QByteArrayView compatible = tree.value("compatible");
    if (!compatible.isEmpty())
        out.setText(u"system_vendor", split(compatible, ',').constFirst());
}

// s390: `Manufacturer:`, `Type:`, `Model:`, `Sequence Code:` of /proc/sysinfo.
void setSysinfo(const Section &in, Findings &out)
{
    QByteArray type, model;
    for (const QByteArrayView line : linesOf(in.bytes("/proc/sysinfo"))) {
        const auto [key, value] = keyValue(line, ':');
        if (key == "Manufacturer")
            out.setText(u"system_vendor", value);
        else if (key == "Type")
            type = value.toByteArray();
        else if (key == "Model")
            model = value.toByteArray();
        else if (key == "Sequence Code")
            out.setText(u"product_serial", value);
    }
    if (!type.isEmpty())
        out.setText(u"product_name", QByteArray(type + ' ' + model).trimmed());
}

} // namespace

void parseDmi(const Section &in, Findings &out)
{
    const QList<Thing> things = thingsOf(in.bytes("dmi"));
    const Thing dmi = things.isEmpty() ? Thing{} : things.constFirst();
    for (const Field &field : fields) {
        if (dmi.has(field.file))
            out.setText(QString::fromLatin1(field.fact), dmi.value(field.file));
    }
    if (in.has("sysctl") || in.has("prtconf") || in.has("kenv"))
        parseDmiElsewhere(in, out);
    const Absence notRaised = setRaised(in, out);
    setDeviceTree(in, out);
    setSysinfo(in, out);
    setFormFactor(dmi, out);
    for (const Field &field : fields) {
        const QString fact = QString::fromLatin1(field.fact);
        if (!out.has(fact))
            out.miss(fact, dmi.isDenied(field.file) ? notRaised : Absence::NotApplicable);
    }
}

} // namespace collector::facts
