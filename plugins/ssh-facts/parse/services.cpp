#include "services.h"

#include "text.h"

#include <QDateTime>

#include <algorithm>

namespace collector::facts {

namespace {

void put(Services &services, const QString &name, const char *source, const QString &state, const QString &status)
{
    if (name.isEmpty() || (services.size() >= mostEntries && !services.contains(name)))
        return;
    Service &service = services[name];
    service.source = source;
    if (!state.isEmpty())
        service.state = state;
    if (!status.isEmpty())
        service.status = status;
}

// Words of a line of systemctl, without the mark before a unit that failed.
QList<QByteArrayView> unitWords(QByteArrayView line)
{
    QList<QByteArrayView> words = wordsOf(line);
    if (!words.isEmpty() && (words[0] == "\xe2\x97\x8f" || words[0] == "*" || words[0] == "\xe2\x97\x8b" || words[0] == "\xc3\x97"))
        words.removeFirst();
    return words;
}

// Names that the script printed, one a line.
void addNames(QByteArrayView names, const char *source, const QString &state, const QString &status, Services &services)
{
    for (const QByteArrayView line : linesOf(names)) {
        if (!line.trimmed().isEmpty())
            put(services, toText(baseName(line.trimmed())), source, state, status);
    }
}

void addInitScripts(const Section &in, Services &services)
{
    for (const QByteArrayView name : linesOf(in.bytes("init.d"))) {
        if (!name.isEmpty() && name != "functions" && name != "README" && !services.contains(toText(name)))
            put(services, toText(name), "sysv", {}, QStringLiteral("disabled"));
    }
    for (const QByteArrayView path : linesOf(in.bytes("rc.d"))) {
        QByteArrayView name = baseName(path);
        // S20ssh: a letter and a number come before the name.
        qsizetype start = 1;
        while (start < name.size() && name[start] >= '0' && name[start] <= '9')
            ++start;
        name = start < name.size() ? name.sliced(start) : QByteArrayView();
        if (qstrcmp(services.value(toText(name)).source, "sysv") == 0)
            put(services, toText(name), "sysv", {}, QStringLiteral("enabled"));
    }
}

// `Sun 2026-11-22 10:00:00 UTC`, or microseconds of older systemds; nothing for `n/a` and 0.
QJsonValue unitTime(QByteArrayView text)
{
    const QList<QByteArrayView> words = wordsOf(text);
    if (words.size() < 4 || words[3] != "UTC")
        return words.size() >= 3 ? QJsonValue(toText(text)) : QJsonValue();
    const QDateTime time = QDateTime::fromString(toText(words[1]) + u'T' + toText(words[2]) + u'Z', Qt::ISODate);
    return time.isValid() ? QJsonValue(time.toString(Qt::ISODate)) : QJsonValue(toText(text));
}

} // namespace

QJsonObject toJson(const Services &services)
{
    const QString unknown = QStringLiteral("unknown");
    QJsonObject all;
    for (auto one = services.begin(); one != services.end(); ++one)
        all.insert(one.key(), QJsonObject{{QStringLiteral("name"), one.key()},
                                          {QStringLiteral("source"), QString::fromLatin1(one->source)},
                                          {QStringLiteral("state"), one->state.isEmpty() ? unknown : one->state},
                                          {QStringLiteral("status"), one->status.isEmpty() ? unknown : one->status}});
    return all;
}

void addUnits(QByteArrayView listUnits, Services &services)
{
    for (const QByteArrayView line : linesOf(listUnits)) {
        const QList<QByteArrayView> words = unitWords(line);
        if (words.size() < 4 || !words[0].endsWith(".service"))
            continue;
        // As service_facts: running where it runs, else stopped; what was not found says so.
        QString state = words[3] == "running" ? QStringLiteral("running") : QStringLiteral("stopped");
        QString status;
        if (words[1] == "not-found")
            status = QStringLiteral("not-found");
        else if (words[2] == "failed" || words[3] == "failed")
            state = QStringLiteral("failed");
        put(services, toText(words[0]), "systemd", state, status);
    }
}

void addUnitFiles(QByteArrayView listUnitFiles, Services &services)
{
    for (const QByteArrayView line : linesOf(listUnitFiles)) {
        const QList<QByteArrayView> words = unitWords(line);
        if (words.size() < 2 || !words[0].endsWith(".service"))
            continue;
        const QString name = toText(words[0]);
        const bool isTemplate = name.contains(u"@.");
        put(services, name, "systemd",
            services.contains(name) ? QString()
            : isTemplate            ? QStringLiteral("unknown")
                                    : QStringLiteral("inactive"),
            toText(words[1]));
    }
}

void addRcStatus(QByteArrayView output, Services &services)
{
    for (const QByteArrayView line : linesOf(output)) {
        const qsizetype open = line.lastIndexOf('['), close = line.lastIndexOf(']');
        if (open <= 0 || close < open)
            continue;
        QByteArrayView state = line.sliced(open + 1, close - open - 1).trimmed();
        // `started 02:11:05 (0)` of supervised ones.
        if (const qsizetype blank = state.indexOf(' '); blank > 0)
            state = state.first(blank);
        const QString word = state == "started" ? QStringLiteral("running") : toText(state);
        put(services, toText(line.first(open).trimmed()), "openrc", word, {});
    }
}

void addRcUpdate(QByteArrayView output, Services &services)
{
    for (const QByteArrayView line : linesOf(output)) {
        const qsizetype bar = line.indexOf('|');
        if (bar <= 0)
            continue;
        const QList<QByteArrayView> levels = wordsOf(line.sliced(bar + 1));
        put(services, toText(line.first(bar).trimmed()), "openrc", {},
            levels.isEmpty() ? QStringLiteral("disabled") : QStringLiteral("enabled"));
    }
}

void addLaunchctl(QByteArrayView output, Services &services)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() != 3 || words[2] == "Label")
            continue;
        const bool runs = toInteger(words[0]).has_value();
        const bool hasFailed = !runs && words[1] != "0";
        put(services, toText(words[2]), "launchd",
            runs        ? QStringLiteral("running")
            : hasFailed ? QStringLiteral("failed")
                        : QStringLiteral("stopped"),
            QStringLiteral("enabled"));
    }
}

void addSvcs(QByteArrayView output, Services &services)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() < 2)
            continue;
        const QString state = words[0] == "online"        ? QStringLiteral("running")
                              : words[0] == "maintenance" ? QStringLiteral("failed")
                                                          : QStringLiteral("stopped");
        put(services, toText(words[1]), "smf", state, words[0] == "disabled" ? QStringLiteral("disabled") : QStringLiteral("enabled"));
    }
}

void addLssrc(QByteArrayView output, Services &services)
{
    for (const QByteArrayView line : linesOf(output)) {
        const QList<QByteArrayView> words = wordsOf(line);
        if (words.size() >= 2 && words[0] != "Subsystem")
            put(services, toText(words[0]), "src", words.constLast() == "active" ? QStringLiteral("running") : QStringLiteral("stopped"),
                {});
    }
}

void parseUnits(const Section &in, Findings &out)
{
    const QList<QByteArrayView> version = linesOf(in.bytes("version"));
    const QList<QByteArrayView> words = version.isEmpty() ? QList<QByteArrayView>() : wordsOf(version.constFirst());
    const auto number = words.size() >= 2 ? toInteger(words[1]) : std::nullopt;
    if (number)
        out.set(u"systemd", QJsonObject{{QStringLiteral("version"), *number},
                                        {QStringLiteral("features"), version.size() > 1 ? toText(version[1]) : QString()}});
    else
        out.miss(u"systemd", Absence::NotApplicable);
    const Block *failed = in.find("failed");
    if (!failed) {
        out.miss(u"failed_units", Absence::NotApplicable);
        return;
    }
    if (failed->status != 0) {
        out.miss(u"failed_units", failed->isTimedOut() ? Absence::Timeout : Absence::Denied);
        return;
    }
    QJsonArray names;
    for (const QByteArrayView line : linesOf(failed->bytes)) {
        const QList<QByteArrayView> unit = unitWords(line);
        if (!unit.isEmpty() && names.size() < mostEntries)
            names.append(toText(unit[0]));
    }
    out.set(u"failed_units", names);
}

void parseServices(const Section &in, Findings &out)
{
    Services services;
    addUnits(in.bytes("units"), services);
    addUnitFiles(in.bytes("unit-files"), services);
    addRcStatus(in.bytes("rc-status"), services);
    addRcUpdate(in.bytes("rc-update"), services);
    addLaunchctl(in.bytes("launchctl"), services);
    addSvcs(in.bytes("svcs"), services);
    addLssrc(in.bytes("lssrc"), services);
    addNames(in.bytes("service-l"), "rc", {}, QStringLiteral("disabled"), services);
    addNames(in.bytes("service-e"), "rc", {}, QStringLiteral("enabled"), services);
    addNames(in.bytes("rcctl-on"), "rcctl", {}, QStringLiteral("enabled"), services);
    addNames(in.bytes("rcctl-started"), "rcctl", QStringLiteral("running"), {}, services);
    addNames(in.bytes("rcctl-failed"), "rcctl", QStringLiteral("failed"), {}, services);
    addInitScripts(in, services);
    const bool hasTimedOut = std::any_of(in.blocks.begin(), in.blocks.end(), [](const Block &block) { return block.isTimedOut(); });
    if (!services.isEmpty() && !hasTimedOut)
        out.set(u"services", toJson(services));
}

void parseTimers(const Section &in, Findings &out)
{
    const Block *block = in.find("timers");
    if (!block || block->status != 0) {
        out.miss(u"timers", !block ? Absence::NotApplicable : block->isTimedOut() ? Absence::Timeout : Absence::Denied);
        return;
    }
    QJsonArray timers;
    QJsonObject timer;
    const auto close = [&] {
        if (timer.contains(u"name") && timers.size() < mostEntries)
            timers.append(timer);
        timer = {};
    };
    for (const QByteArrayView line : linesOf(block->bytes)) {
        if (line.isEmpty()) {
            close();
            continue;
        }
        const auto [key, value] = keyValue(line, '=');
        if (key == "Id")
            timer.insert(u"name", toText(value));
        else if (key == "Unit")
            timer.insert(u"activates", toText(value));
        else if (key == "ActiveState")
            timer.insert(u"active", value == "active");
        else if (key == "NextElapseUSecRealtime" && !unitTime(value).isNull())
            timer.insert(u"next", unitTime(value));
        else if (key == "LastTriggerUSec" && !unitTime(value).isNull())
            timer.insert(u"last", unitTime(value));
    }
    close();
    out.set(u"timers", timers);
}

} // namespace collector::facts
