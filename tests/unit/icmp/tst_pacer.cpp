// Pacer, on a clock of the test's own.

#include "icmp/pacer.h"

#include <QTest>

using namespace collector;

static constexpr int64_t second = 1'000'000'000;

class tst_Pacer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void holdsTheRate_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<qint64>("step");
        QTest::newRow("one a second") << 1.0 << qint64(1'000'000);
        QTest::newRow("the default, looked at each 200 us") << 5'000.0 << qint64(200'000);
        QTest::newRow("the default, looked at each 3 ms") << 5'000.0 << qint64(3'000'000);
        QTest::newRow("starved: looked at each 30 ms") << 5'000.0 << qint64(30'000'000);
        QTest::newRow("fast") << 50'000.0 << qint64(100'000);
        QTest::newRow("faster than a batch a millisecond") << 200'000.0 << qint64(20'000);
    }
    void holdsTheRate()
    {
        QFETCH(double, rate);
        QFETCH(qint64, step);
        Pacer pacer(rate, 0);
        double sent = 0;
        const int64_t end = std::max<int64_t>(second, int64_t(20 * second / rate));
        for (int64_t now = 0; now < end; now += step) {
            while (const int packets = pacer.allowance(now, 64)) {
                pacer.spend(packets, now);
                sent += packets;
            }
        }
        const double expected = rate * double(end) / second;
        QVERIFY2(sent <= expected + 1 && sent >= expected * 0.99 - 1, qPrintable(QString::number(sent)));
    }

    void anEvenStream()
    {
        Pacer pacer(5'000, 0);
        int batches = 0;
        for (int64_t now = 0; now < second; now += 50'000) {
            const int packets = pacer.allowance(now, 64);
            QVERIFY(packets <= 6);
            batches += packets > 0;
            pacer.spend(packets, now);
        }
        QVERIFY2(batches > 900 && batches <= 1001, "one a millisecond");
    }

    void catchesUpAfterAHiccup()
    {
        Pacer pacer(5'000, 0);
        pacer.spend(pacer.allowance(0, 64), 0);
        double sent = 0;
        for (int64_t now = 200'000'000; now < 500'000'000; now += 100'000) { // 200 ms late
            const int packets = pacer.allowance(now, 64);
            pacer.spend(packets, now);
            sent += packets;
        }
        QVERIFY2(sent >= 2450 && sent <= 2501, qPrintable(QString::number(sent)));
    }

    void doesNotMakeUpForALongSleep()
    {
        Pacer pacer(5'000, 0);
        pacer.rest(10 * second); // as the loop says each turn in which there is nothing to send
        double sent = 0;
        for (int64_t now = 10 * second; now < 11 * second; now += 100'000) {
            const int packets = pacer.allowance(now, 64);
            pacer.spend(packets, now);
            sent += packets;
        }
        QVERIFY2(sent <= 5'000 * 1.05 + 1, qPrintable(QString::number(sent)));
    }

    void noRateIsNoLimit()
    {
        Pacer pacer(0, 0);
        QCOMPARE(pacer.allowance(0, 64), 64);
        pacer.spend(64, 0);
        QCOMPARE(pacer.allowance(0, 64), 64);
    }
};

QTEST_APPLESS_MAIN(tst_Pacer)
#include "tst_pacer.moc"
