#include "cli/commandline.h"
#include "cli/deadlinetime.h"

#include <QTest>

#include <ctime>

using namespace collector;
using namespace std::chrono_literals;

class tst_deadlinetime final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { setZone("Europe/Berlin"); }
    void cleanupTestCase() { setZone(nullptr); }
    void nextOccurrence_data();
    void nextOccurrence();
    void theClockCountsForATimeOfDay();
    void theRunCountsForADuration();
    void neither_data();
    void neither();

private:
    static void setZone(const char *zone)
    {
        if (zone)
            qputenv("TZ", zone);
        else
            qunsetenv("TZ");
        tzset();
    }
};

namespace {

QDateTime at(const QByteArray &text)
{
    return QDateTime::fromString(QString::fromLatin1(text), Qt::ISODate);
}

} // namespace

void tst_deadlinetime::nextOccurrence_data()
{
    QTest::addColumn<QByteArray>("now");
    QTest::addColumn<QString>("text");
    QTest::addColumn<std::chrono::milliseconds>("left");
    const auto row = [](const char *name, const QByteArray &now, const char *text, std::chrono::milliseconds left) {
        QTest::newRow(name) << now << QString::fromLatin1(text) << left;
    };
    row("today", "2026-11-22T02:00:00", "06:00", 4h);
    row("tomorrow", "2026-11-22T22:00:00", "06:00", 8h);
    row("now is past", "2026-11-22T06:00:00", "06:00", 24h);
    row("without a zero", "2026-11-22T02:00:00", "6:00", 4h);
    row("with seconds", "2026-11-22T02:00:00", "02:00:05", 5s);
    row("the night of summer time", "2026-03-28T22:00:00", "06:00", 7h);
    row("the night of its end", "2026-10-24T22:00:00", "06:00", 9h);
    // An hour that is left out was no distance away: the run ended at once.
    row("a time that summer time leaves out", "2026-03-28T22:00:00", "02:30", 4h + 30min);
    row("such a time, an hour before", "2026-03-29T01:30:00", "02:30", 1h);
}

void tst_deadlinetime::nextOccurrence()
{
    QFETCH(const QByteArray, now);
    QFETCH(const QString, text);
    QFETCH(const std::chrono::milliseconds, left);
    QCOMPARE(DeadlineTime::parse(text, at(now)).left(0ms, at(now)).count(), left.count());
}

void tst_deadlinetime::theClockCountsForATimeOfDay()
{
    const DeadlineTime deadline = DeadlineTime::parse(QStringLiteral("06:00"), at("2026-11-22T05:59:00"));
    QVERIFY(deadline.left(2h, at("2026-11-22T05:59:59")) == 1s); // whatever began when
    QVERIFY(deadline.left(0ms, at("2026-11-22T06:00:00")) == 0ms);
    QVERIFY(deadline.left(0ms, at("2026-11-22T06:02:00")) == -2min); // no second occurrence
    QVERIFY(deadline.left(0ms, at("2026-11-22T05:00:00")) == 1h);    // the clock was set back
}

void tst_deadlinetime::theRunCountsForADuration()
{
    const DeadlineTime deadline = DeadlineTime::parse(QStringLiteral("30m"), at("2026-11-22T05:59:00"));
    for (const char *now : {"2026-11-22T05:59:00", "2026-11-22T08:00:00"}) {
        QVERIFY(deadline.left(0ms, at(now)) == 30min);
        QVERIFY(deadline.left(29min, at(now)) == 1min);
        QVERIFY(deadline.left(30min, at(now)) == 0ms);
    }
}

void tst_deadlinetime::neither_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"soon", "", "0", "-5m", "24:00", "12:60", "06:00:00:00", ":", "6:", "2000d"})
        QTest::newRow(*text ? text : "nothing") << QString::fromLatin1(text);
}

void tst_deadlinetime::neither()
{
    QFETCH(const QString, text);
    QVERIFY_THROWS_EXCEPTION(UsageError, (void)DeadlineTime::parse(text, at("2026-11-22T05:59:00")));
}

QTEST_GUILESS_MAIN(tst_deadlinetime)
#include "tst_deadlinetime.moc"
