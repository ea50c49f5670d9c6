#include "output/timestamp.h"

#include <QDateTime>
#include <QTest>

using namespace collector;

class TestTimestamp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asQtWritesIt_data();
    void asQtWritesIt();
    void parsed_data();
    void parsed();
    void runId();
};

void TestTimestamp::asQtWritesIt_data()
{
    QTest::addColumn<qint64>("ms");
    QTest::newRow("the epoch") << qint64(0);
    QTest::newRow("a millisecond before the epoch") << qint64(-1);
    QTest::newRow("a leap day") << qint64(951'827'696'789);
    QTest::newRow("the end of 32 bits") << qint64(2'147'483'647'999);
    QTest::newRow("the first day of March in a century that is no leap year") << qint64(4'107'542'400'000);
    QTest::newRow("the last millisecond of 9999") << qint64(253'402'300'799'999);
    for (int i = 0; i < 200; ++i)
        QTest::addRow("step %d", i) << qint64(i) * 17'654'321'987 - 62'000'000'000'000 / 40;
}

void TestTimestamp::asQtWritesIt()
{
    QFETCH(qint64, ms);
    QCOMPARE(timestamp(ms), QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODateWithMs).toLatin1());
    QCOMPARE(parseTimestamp(timestamp(ms)), std::optional(ms));
}

void TestTimestamp::parsed_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("ms"); // -1: none
    QTest::newRow("without a fraction") << QByteArray("1970-01-01T00:00:01Z") << qint64(1000);
    QTest::newRow("nanoseconds") << QByteArray("1970-01-01T00:00:00.123456789Z") << qint64(123);
    QTest::newRow("an offset to the east") << QByteArray("1970-01-01T02:00:00+02:00") << qint64(0);
    QTest::newRow("an offset to the west") << QByteArray("1969-12-31T19:00:00.5-05:00") << qint64(500);
    QTest::newRow("no zone") << QByteArray("1970-01-01T00:00:01") << qint64(-1);
    QTest::newRow("a month too many") << QByteArray("1970-13-01T00:00:01Z") << qint64(-1);
    QTest::newRow("cut off") << QByteArray("1970-01-01T00:0") << qint64(-1);
    QTest::newRow("a point and no fraction") << QByteArray("1970-01-01T00:00:01.Z") << qint64(-1);
    QTest::newRow("something behind it") << QByteArray("1970-01-01T00:00:01Z ") << qint64(-1);
    QTest::newRow("empty") << QByteArray() << qint64(-1);
}

void TestTimestamp::parsed()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, ms);
    QCOMPARE(parseTimestamp(text).value_or(-1), ms);
}

void TestTimestamp::runId()
{
    QCOMPARE(makeRunId(1'795'312'800'000, 0x4f1c), QByteArray("20261122T020000Z-4f1c"));
    QCOMPARE(makeRunId(1'795'312'800'999, 0xa), QByteArray("20261122T020000Z-000a"));
}

QTEST_APPLESS_MAIN(TestTimestamp)
#include "tst_timestamp.moc"
