#include "state.h"

#include "elsewhere.h"
#include "text.h"

#include <QDateTime>
#include <array>

namespace collector::facts {

void parseState(const Section &in, Findings &out)
{
    if (!in.has("/proc/uptime")) {
        parseStateElsewhere(in, out);
        return;
    }
    const QList<QByteArrayView> uptime = wordsOf(in.firstLine("/proc/uptime"));
    const auto seconds = uptime.isEmpty() ? std::nullopt : toNumber(uptime[0]);
    if (seconds && *seconds >= 0 && *seconds < 1e12)
        out.set(u"uptime_seconds", qint64(*seconds));
    const QList<QByteArrayView> load = wordsOf(in.firstLine("/proc/loadavg"));
    if (load.size() >= 3 && toNumber(load[0]) && toNumber(load[1]) && toNumber(load[2]))
        out.set(u"loadavg", QJsonObject{{QStringLiteral("1m"), *toNumber(load[0])},
                                        {QStringLiteral("5m"), *toNumber(load[1])},
                                        {QStringLiteral("15m"), *toNumber(load[2])}});
}

QList<QByteArray> commandLineWords(QByteArrayView line)
{
    QList<QByteArray> words;
    QByteArray word;
    char quote = 0;
    bool isOpen = false;
    for (const char c : line) {
        if (quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            if (isOpen)
                words.append(word);
            word.clear();
            isOpen = false;
            continue;
        }
        isOpen = true;
        word += c;
        if (quote == c)
            quote = 0;
        else if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
    }
    if (isOpen)
        words.append(word);
    return words;
}

void parseCmdline(const Section &in, Findings &out)
{
    const QByteArrayView line = in.bytes("/proc/cmdline").trimmed();
    if (line.isEmpty())
        return;
    QMap<QString, QJsonArray> values;
    for (const QByteArray &word : commandLineWords(line)) {
        const qsizetype at = word.indexOf('=');
        const QString key = toText(at < 0 ? QByteArrayView(word) : QByteArrayView(word).first(at));
        const QJsonValue value = at < 0 ? QJsonValue(true) : QJsonValue(toText(QByteArrayView(word).sliced(at + 1)));
        // A word without a value stands for all before it.
        QJsonArray &known = values[key];
        if (at < 0)
            known = {};
        known.append(value);
    }
    QJsonObject last, all;
    for (auto one = values.begin(); one != values.end(); ++one) {
        last.insert(one.key(), one->last());
        all.insert(one.key(), one->size() == 1 ? one->first() : QJsonValue(*one));
    }
    out.set(u"cmdline", last);
    out.set(u"proc_cmdline", all);
}

QByteArray summerTimeName(QByteArrayView posixZone)
{
    // Name, offset, name of summer time, its offset; a name may stand in <>.
    const auto takeName = [](QByteArrayView &rest) {
        qsizetype end = 0;
        QByteArrayView name;
        if (rest.startsWith('<')) {
            end = rest.indexOf('>');
            if (end < 0)
                return QByteArrayView();
            name = rest.sliced(1, end - 1);
            rest = rest.sliced(end + 1);
            return name;
        }
        while (end < rest.size() && ((rest[end] >= 'A' && rest[end] <= 'Z') || (rest[end] >= 'a' && rest[end] <= 'z')))
            ++end;
        name = rest.first(end);
        rest = rest.sliced(end);
        return name;
    };
    // Hours to the west of Greenwich; nothing where none stand there.
    const auto takeHours = [](QByteArrayView &rest) {
        qsizetype end = 0;
        while (end < rest.size() && (QByteArrayView("+-:").contains(rest[end]) || (rest[end] >= '0' && rest[end] <= '9')))
            ++end;
        const auto hours = toInteger(split(rest.first(end), ':').constFirst());
        rest = rest.sliced(end);
        return hours;
    };
    QByteArrayView rest = posixZone.trimmed();
    const QByteArrayView standard = takeName(rest);
    const auto west = takeHours(rest);
    const QByteArrayView other = takeName(rest);
    // Ireland's winter is the other time, an hour behind its standard: IST-1GMT0.
    const auto otherWest = takeHours(rest);
    return (other.isEmpty() || (west && otherWest && *otherWest > *west) ? standard : other).toByteArray();
}

namespace {

// The time of day less the time since boot, as they were read beside one another; to the nearest second, for both have fractions.
QString bootTime(const Section &in, const Findings &out)
{
    const qint64 now = out.value(u"clock_unix_ms").toInteger();
    const QList<QByteArrayView> uptime = wordsOf(in.firstLine("/proc/uptime"));
    const auto beside = uptime.isEmpty() ? std::nullopt : toNumber(uptime[0]);
    const bool isSound = beside && *beside >= 0 && *beside < 1e12;
    const double up = isSound ? *beside : double(out.value(u"uptime_seconds").toInteger());
    return QDateTime::fromSecsSinceEpoch(qRound64(double(now) / 1000 - up), Qt::UTC).toString(Qt::ISODate);
}

} // namespace

void parseDateTime(const Section &in, Findings &out)
{
    const QList<QByteArrayView> words = wordsOf(in.firstLine("date"));
    const auto epoch = words.size() >= 12 ? toInteger(words[0]) : std::nullopt;
    if (!epoch || *epoch < 0 || *epoch > 253'402'300'799) {
        out.miss(u"date_time", in.missing("date").isEmpty() ? Absence::ParseError : Absence::ToolMissing);
        return;
    }
    // date printed local time; %N is not everywhere.
    const QDate date(int(toInteger(words[3]).value_or(0)), int(toInteger(words[4]).value_or(0)), int(toInteger(words[5]).value_or(0)));
    const QTime time(int(toInteger(words[6]).value_or(-1)), int(toInteger(words[7]).value_or(-1)),
                     int(qMin<qint64>(59, toInteger(words[8]).value_or(-1))));
    if (!date.isValid() || !time.isValid()) {
        out.miss(u"date_time", Absence::ParseError);
        return;
    }
    // A date without %N knows the second alone: its middle is the best guess.
    auto nanos = toInteger(words[11]);
    if (nanos && (*nanos < 0 || *nanos > 999'999'999))
        nanos.reset();
    out.set(u"clock_unix_ms", *epoch * 1000 + (nanos ? *nanos / 1'000'000 : 500));
    const QString fraction = QStringLiteral("%1").arg(nanos.value_or(0) / 1000, 6, 10, QLatin1Char('0'));
    const QDateTime utc = QDateTime::fromSecsSinceEpoch(*epoch, Qt::UTC);
    const int weekday = date.dayOfWeek() % 7; // Sunday is 0
    const int weekNumber = (date.dayOfYear() + 6 - (weekday + 6) % 7) / 7;
    static const std::array<QString, 7> days{QStringLiteral("Sunday"),    QStringLiteral("Monday"),   QStringLiteral("Tuesday"),
                                             QStringLiteral("Wednesday"), QStringLiteral("Thursday"), QStringLiteral("Friday"),
                                             QStringLiteral("Saturday")};
    const QString zone = toText(words[1]);
    QByteArray summer = summerTimeName(in.firstLine("localtime"));
    if (summer.isEmpty())
        summer = words[1].toByteArray();
    const auto text = [&](const char *format) { return QDateTime(date, time, Qt::UTC).toString(QString::fromLatin1(format)); };
    out.set(u"date_time",
            QJsonObject{{QStringLiteral("year"), text("yyyy")},
                        {QStringLiteral("month"), text("MM")},
                        {QStringLiteral("day"), text("dd")},
                        {QStringLiteral("hour"), text("HH")},
                        {QStringLiteral("minute"), text("mm")},
                        {QStringLiteral("second"), text("ss")},
                        {QStringLiteral("weekday"), days[size_t(weekday)]},
                        {QStringLiteral("weekday_number"), QString::number(weekday)},
                        {QStringLiteral("weeknumber"), QStringLiteral("%1").arg(weekNumber, 2, 10, QLatin1Char('0'))},
                        {QStringLiteral("epoch"), QString::number(*epoch)},
                        {QStringLiteral("epoch_int"), QString::number(*epoch)},
                        {QStringLiteral("date"), text("yyyy-MM-dd")},
                        {QStringLiteral("time"), text("HH:mm:ss")},
                        {QStringLiteral("iso8601"), utc.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ssZ"))},
                        {QStringLiteral("iso8601_micro"), QString(utc.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.")) + fraction + u'Z')},
                        {QStringLiteral("iso8601_basic"), QString(text("yyyyMMddTHHmmss") + fraction)},
                        {QStringLiteral("iso8601_basic_short"), text("yyyyMMddTHHmmss")},
                        {QStringLiteral("tz"), zone},
                        {QStringLiteral("tz_dst"), toText(summer)},
                        {QStringLiteral("tz_offset"), toText(words[2])}});
    // Other systems know when they were started; `uptime` there counts minutes.
    if (const auto boot = parseBootTime(in.bytes("boottime")); boot && *boot <= *epoch) {
        out.set(u"uptime_seconds", *epoch - *boot);
        out.set(u"boot_time", QDateTime::fromSecsSinceEpoch(*boot, Qt::UTC).toString(Qt::ISODate));
    } else if (out.has(u"uptime_seconds")) {
        out.set(u"boot_time", bootTime(in, out));
    }
}

} // namespace collector::facts
