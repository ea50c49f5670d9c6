#include "buses.h"

#include "text.h"

#include <array>

namespace collector::facts {

namespace {

// The first two digits of a class (PCI Code and ID Assignment Specification, 1.1).
constexpr std::array kinds{"unclassified",   "storage",   "network", "display",           "multimedia", "memory",     "bridge",
                           "communication",  "system",    "input",   "docking",           "processor",  "serial_bus", "wireless",
                           "intelligent_io", "satellite", "crypto",  "signal_processing", "accelerator"};

QByteArrayView digits(QByteArrayView number)
{
    return number.startsWith("0x") ? number.sliced(2) : number;
}

QString pairOf(const Thing &thing, QByteArrayView vendor, QByteArrayView device)
{
    return toText(digits(thing.value(vendor))) + u':' + toText(digits(thing.value(device)));
}

QJsonObject pciOf(const Thing &thing)
{
    const QByteArrayView number = digits(thing.value("class"));
    const qint64 base = number.size() == 6 ? toInteger(number.first(2), 16).value_or(-1) : -1;
    QJsonObject device{{QStringLiteral("slot"), toText(thing.name)},
                       {QStringLiteral("class"), toText(number)},
                       {QStringLiteral("id"), pairOf(thing, "vendor", "device")}};
    if (base >= 0 && base < qint64(kinds.size()))
        device.insert(u"kind", QString::fromLatin1(kinds[size_t(base)]));
    if (const QByteArrayView subsystem = digits(thing.value("subsystem_vendor")); !subsystem.isEmpty() && subsystem != "0000")
        device.insert(u"subsystem", pairOf(thing, "subsystem_vendor", "subsystem_device"));
    if (thing.has("revision"))
        device.insert(u"revision", toText(digits(thing.value("revision"))));
    if (thing.has("driver"))
        device.insert(u"driver", toText(baseName(thing.value("driver"))));
    return device;
}

QJsonObject usbOf(const Thing &thing)
{
    QJsonObject device{{QStringLiteral("port"), toText(thing.name)}, {QStringLiteral("id"), pairOf(thing, "idVendor", "idProduct")}};
    for (const auto &[attribute, key] : {std::pair("manufacturer", u"manufacturer"), std::pair("product", u"product"),
                                         std::pair("serial", u"serial"), std::pair("bDeviceClass", u"class")}) {
        if (thing.has(attribute))
            putText(device, key, thing.value(attribute));
    }
    return device;
}

} // namespace

void parsePci(const Section &in, Findings &out)
{
    for (const auto &[label, key, make] : {std::tuple("pci", u"pci_devices", &pciOf), std::tuple("usb", u"usb_devices", &usbOf)}) {
        QJsonArray devices;
        for (const Thing &thing : thingsOf(in.bytes(label))) {
            if (!thing.name.isEmpty())
                devices.append(make(thing));
        }
        if (in.has(label))
            out.set(key, devices);
    }
}

} // namespace collector::facts
