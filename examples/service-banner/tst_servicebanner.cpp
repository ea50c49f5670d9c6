#include <collector/jobtester.h>

#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

class TestServiceBanner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServer()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.answerTcp(22, {{"", "SSH-2.0-OpenSSH_9.2\r\n"}});
        QCOMPARE(tester.run().facts[QStringLiteral("software")].toString(), QStringLiteral("OpenSSH_9.2"));
    }

    void oneThatSaysNothing()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.answerTcp(22, {}, true);
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.cause, Cause::ExecTimeout);
        QCOMPARE(outcome.elapsed, 3000ms); // of virtual time
    }

    void nobody()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        QCOMPARE(tester.run().status, "unreachable");
    }
};

QTEST_GUILESS_MAIN(TestServiceBanner)
#include "tst_servicebanner.moc"
