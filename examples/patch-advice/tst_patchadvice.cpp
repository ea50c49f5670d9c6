#include <collector/jobtester.h>

#include <QTest>

using namespace collector;

class TestPatchAdvice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anOldSystem()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.setFactsOf("ssh-facts", {{QStringLiteral("distribution"), QStringLiteral("Debian")},
                                        {QStringLiteral("distribution_major_version"), QStringLiteral("9")}});
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.facts[QStringLiteral("system")].toString(), QStringLiteral("Debian 9"));
        QCOMPARE(outcome.facts[QStringLiteral("is_maintained")].toBool(true), false);
    }

    void aloneItIsOfNoUse()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        QCOMPARE(tester.run().cause, Cause::BadVariable);
    }
};

QTEST_GUILESS_MAIN(TestPatchAdvice)
#include "tst_patchadvice.moc"
