#include <collector/jobtester.h>

#include <QTest>

using namespace collector;

class TestUptime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLinuxHost()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.answer("cat /proc/uptime", "86400.25 171000.11\n");
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.status, "ok");
        QCOMPARE(outcome.facts[QStringLiteral("seconds")].toDouble(), 86400.25);
    }

    void aHostWithoutProc()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.answer("cat /proc/uptime", "", 1);
        QCOMPARE(tester.run().cause, Cause::BadOutput);
    }

    void aHostThatMocks()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.answer("cat /proc/uptime", "inf nan\n");
        QCOMPARE(tester.run().cause, Cause::BadOutput);
    }
};

QTEST_GUILESS_MAIN(TestUptime)
#include "tst_uptime.moc"
