// The second half of the adapters: packages, services, users, routes.

#include "corpusadapters.h"

#include "parse/elsewhere.h"
#include "parse/packages.h"
#include "parse/routes.h"
#include "parse/services.h"
#include "parse/sysctl.h"
#include "parse/text.h"
#include "parse/users.h"

#include <QJsonDocument>

namespace collector::facts {

namespace {

void compare(QStringList &differences, const QString &what, const QJsonValue &expected, const QJsonValue &ours)
{
    if (expected != ours)
        differences.append(QStringLiteral("%1: expected %2, ours %3")
                               .arg(what, QString::fromUtf8(QJsonDocument(QJsonArray{expected}).toJson(QJsonDocument::Compact).left(200)),
                                    QString::fromUtf8(QJsonDocument(QJsonArray{ours}).toJson(QJsonDocument::Compact).left(200))));
}

// Two lists of the same length, field by field: their name, our name.
QStringList compareLists(const QJsonArray &expected, const QJsonArray &ours, const QList<std::pair<QString, QString>> &fields)
{
    QStringList differences;
    compare(differences, QStringLiteral("entries"), expected.size(), ours.size());
    for (qsizetype i = 0; i < std::min(expected.size(), ours.size()); ++i) {
        for (const auto &[theirs, mine] : fields) {
            if (!expected.at(i)[theirs].isUndefined() && !expected.at(i)[theirs].isNull())
                compare(differences, QStringLiteral("%1.%2").arg(i).arg(theirs), expected.at(i)[theirs], ours.at(i)[mine]);
        }
    }
    return differences;
}

using Pairs = QList<std::pair<QString, QString>>;

Pairs pairs(std::initializer_list<std::pair<const char *, const char *>> list)
{
    Pairs all;
    for (const auto &[theirs, mine] : list)
        all.append({QString::fromLatin1(theirs), QString::fromLatin1(mine)});
    return all;
}

QStringList packagesAs(const QJsonValue &fact, const QJsonObject &packages)
{
    QStringList differences;
    const QJsonObject expected = fact.toObject();
    for (auto package = expected.begin(); package != expected.end(); ++package) {
        QJsonArray versions;
        for (const QJsonValue &one : packages.value(package.key()).toArray()) {
            const QString release = one[u"release"].toString();
            versions.append(release.isEmpty() ? one[u"version"].toString() : QString(one[u"version"].toString() + u'-' + release));
        }
        compare(differences, package.key(), package.value(), versions);
    }
    compare(differences, QStringLiteral("packages"), expected.size(), packages.size());
    return differences;
}

// Whether a service runs, or is enabled.
QStringList servicesAs(const QJsonValue &fact, const QJsonObject &services, QStringView key, const QString &yes)
{
    QStringList differences;
    const QJsonObject expected = fact.toObject();
    for (auto service = expected.begin(); service != expected.end(); ++service)
        compare(differences, service.key(), service.value(), services.value(service.key())[key].toString() == yes);
    return differences;
}

QStringList unitsAs(const QJsonArray &expected, const QByteArray &input)
{
    Services services;
    addUnits(input, services);
    QStringList differences;
    for (const QJsonValue &unit : expected) {
        const QString name = unit[u"unit"].toString();
        if (name.endsWith(u".service"))
            compare(differences, name, unit[u"sub"] == QJsonValue(QStringLiteral("running")), services.value(name).state == u"running");
    }
    return differences;
}

// `0.0.0.0` with a mask of its own is what others call default.
QStringList netstatAs(const QJsonArray &expected, const QByteArray &input)
{
    QJsonArray routes;
    for (const QJsonValue &route : expected) {
        if (route[u"kind"] != QJsonValue(QStringLiteral("socket")))
            routes.append(route);
    }
    return compareLists(routes, parseNetstatRoutes(input),
                        pairs({{"destination", "destination"}, {"gateway", "gateway"}, {"iface", "interface"}, {"route_flags", "flags"}}));
}

QStringList mountsAs(const QJsonArray &expected, const QByteArray &input)
{
    QStringList differences = compareLists(expected, parseMountTable(input), pairs({{"filesystem", "device"}, {"mount_point", "mount"}}));
    const QJsonArray ours = parseMountTable(input);
    for (qsizetype i = 0; i < std::min(expected.size(), ours.size()); ++i) {
        if (expected.at(i)[u"type"].isString())
            compare(differences, QStringLiteral("type"), expected.at(i)[u"type"], ours.at(i)[u"fstype"]);
    }
    return differences;
}

QStringList pyinfraMounts(const QJsonObject &expected, const QByteArray &input)
{
    QStringList differences;
    QJsonObject ours;
    for (const QJsonValue &mount : parseMountTable(input))
        ours.insert(mount[u"mount"].toString(), mount);
    for (auto mount = expected.begin(); mount != expected.end(); ++mount) {
        compare(differences, mount.key(), mount.value()[u"device"], ours.value(mount.key())[u"device"]);
        compare(differences, mount.key(), mount.value()[u"type"], ours.value(mount.key())[u"fstype"]);
    }
    return differences;
}

// What Ansible makes of macOS: there its numbers are text.
QStringList darwinAs(const QJsonObject &expected, const QByteArray &input)
{
    Section section;
    section.blocks.append({Block::Kind::Output, "sysctl", input, {}, 0});
    Findings out;
    out.set(u"system", QStringLiteral("Darwin"));
    parseCpuElsewhere(section, out);
    parseDmiElsewhere(section, out);
    QStringList differences;
    compare(differences, QStringLiteral("product_name"), expected.value(u"product_name"), out.value(u"product_name"));
    compare(differences, QStringLiteral("processor"), expected.value(u"processor"), out.value(u"processor")[0]);
    for (const QString &key : {QStringLiteral("processor_cores"), QStringLiteral("processor_vcpus")})
        compare(differences, key, expected.value(key), QString::number(out.value(key).toInteger()));
    return differences;
}

QStringList uptimeAs(const QJsonValue &expected, const QByteArray &input)
{
    QStringList differences;
    compare(differences, QStringLiteral("uptime_total_seconds"), expected[u"uptime_total_seconds"], parseUptime(input).value_or(-1));
    const QJsonObject load = parseLoad(input).value_or(QJsonObject());
    compare(differences, QStringLiteral("load_1m"), expected[u"load_1m"], load.value(u"1m"));
    compare(differences, QStringLiteral("load_15m"), expected[u"load_15m"], load.value(u"15m"));
    return differences;
}

// Each key that has a dot, as text.
QStringList sysctlAs(const QJsonObject &expected, const QByteArray &input)
{
    const Sysctl sysctl(input);
    QStringList differences;
    for (auto one = expected.begin(); one != expected.end(); ++one) {
        if (!one.key().contains(u'.') || !(one.value().isDouble() || one.value().isString()))
            continue;
        const QByteArray key = one.key().toUtf8();
        if (one.value().isDouble() ? toNumber(sysctl.text(key.constData())) != one.value().toDouble()
                                   : wordsOf(sysctl.text(key.constData())).isEmpty() != one.value().toString().trimmed().isEmpty())
            compare(differences, one.key(), one.value(), toText(sysctl.text(key.constData())));
    }
    return differences;
}

// GLPI's: destination → gateway.
QStringList glpiRoutes(const QJsonObject &expected, const QByteArray &input)
{
    QStringList differences;
    const QJsonArray ours = parseNetstatRoutes(input);
    for (auto route = expected.begin(); route != expected.end(); ++route) {
        const bool isHere = std::any_of(ours.begin(), ours.end(), [&](const QJsonValue &one) {
            const QString destination = one[u"destination"].toString();
            const bool isSame = destination == route.key() || (route.key() == u"0.0.0.0" && destination == u"default");
            return isSame && one[u"gateway"] == route.value();
        });
        if (!isHere)
            differences.append(route.key() + QStringLiteral(": no ") + route.value().toString());
    }
    return differences;
}

QStringList lslppAs(const QJsonArray &expected, const QByteArray &input)
{
    Packages packages;
    addLslpp(input, packages);
    QStringList differences;
    for (const QJsonValue &one : expected) {
        const QString name = one[u"NAME"].toString();
        // A fileset stands there once for each of its parts.
        const QJsonArray versions = packages.value(name);
        const bool isHere =
            std::any_of(versions.begin(), versions.end(), [&](const QJsonValue &ours) { return ours[u"version"] == one[u"VERSION"]; });
        if (!isHere)
            compare(differences, name, one[u"VERSION"], versions);
    }
    return differences;
}

} // namespace

std::optional<QStringList> compareFurther(const QByteArray &command, const QByteArray &schema, const QByteArray &input,
                                          const QJsonValue &expected)
{
    const QJsonValue fact = expected[u"fact"];
    const QString running = QStringLiteral("running"), enabled = QStringLiteral("enabled");
    const QString how = expected[u"command"].toString();
    Services found;
    if (command == "passwd" && schema == "jc")
        return compareLists(expected.toArray(), parsePasswd(input),
                            pairs({{"username", "name"}, {"uid", "uid"}, {"gid", "gid"}, {"home", "home"}, {"shell", "shell"}}));
    if (command == "group" && schema == "jc")
        return compareLists(expected.toArray(), parseGroup(input), pairs({{"group_name", "name"}, {"gid", "gid"}, {"members", "members"}}));
    if (command == "group" && schema == "pyinfra") {
        QJsonArray names;
        for (const QJsonValue &group : parseGroup(input))
            names.append(group[u"name"]);
        QStringList differences;
        compare(differences, QStringLiteral("groups"), fact, names);
        return differences;
    }
    if (command == "ip-route" && schema == "jc")
        return compareLists(
            expected.toArray(), parseIpRoute(input),
            pairs({{"ip", "destination"}, {"dev", "interface"}, {"via", "gateway"}, {"metric", "metric"}, {"src", "source"}}));
    if (command == "netstat-r" && schema == "jc")
        return netstatAs(expected.toArray(), input);
    if (command == "proc-net" && schema == "jc" && expected[0][u"Destination"].isString())
        return compareLists(expected.toArray(), parseProcRoutes(input, {}), pairs({{"Iface", "interface"}, {"Metric", "metric"}}));
    if (command == "proc-net" && schema == "jc" && expected[0][u"dest_net"].isString())
        return compareLists(expected.toArray(), parseProcRoutes({}, input), pairs({{"device", "interface"}}));
    if (command == "systemctl" && schema == "jc")
        return unitsAs(expected.toArray(), input);
    if (command == "mount" && schema == "jc")
        return mountsAs(expected.toArray(), input);
    if (command == "mount" && schema == "pyinfra")
        return pyinfraMounts(fact.toObject(), input);
    if (command == "uptime" && schema == "jc")
        return uptimeAs(expected, input);
    if (command == "sysctl" && schema == "ansible-setup")
        return darwinAs(expected.toObject(), input);
    if (command == "sysctl" && schema == "jc")
        return sysctlAs(expected.toObject(), input);
    if (command == "netstat-r" && schema == "glpi-agent" && expected.isObject())
        return glpiRoutes(expected.toObject(), input);
    if (command == "lslpp" && schema == "glpi-agent" && expected.isArray())
        return lslppAs(expected.toArray(), input);
    if (schema != "pyinfra")
        return {};
    if (command == "openrc" && how.startsWith(u"rc-status")) {
        addRcStatus(input, found);
        return servicesAs(fact, toJson(found), u"state", running);
    }
    if (command == "openrc") {
        addRcUpdate(input, found);
        // Its word is of the level `default` alone; ours of any.
        QJsonObject ours;
        for (const QByteArrayView line : linesOf(input)) {
            const auto [name, levels] = keyValue(line, '|');
            ours.insert(toText(name), QJsonObject{{QStringLiteral("status"), wordsOf(levels).contains("default") ? enabled : QString()}});
        }
        return found.size() == fact.toObject().size() ? servicesAs(fact, ours, u"status", enabled)
                                                      : QStringList{QStringLiteral("services: expected %1").arg(fact.toObject().size())};
    }
    if (command == "launchctl") {
        addLaunchctl(input, found);
        return servicesAs(fact, toJson(found), u"state", running);
    }
    if (command == "pkg" || command == "pkgin") {
        Packages packages;
        addDashed(input, "pkg", packages);
        return packagesAs(fact, objectOf(packages));
    }
    return {};
}

} // namespace collector::facts
