#include <collector/jobtester.h>

#include <QTest>

using namespace collector;

class TestDiskSpace : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneOfThemIsGone()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.setOption("paths", "/,/srv,/gone");
        tester.answer("*'/'*", "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 1000 250 750 25% /\n");
        tester.answer("*'/srv'*", "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vdb1 2000 1000 1000 50% /srv\n");
        tester.answer("*'/gone'*", "", 1);
        tester.answer("who", "root pts/0\n");
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.status, "partial");
        QCOMPARE(outcome.facts[QStringLiteral("used_percent")].toObject(),
                 (QJsonObject{{QStringLiteral("/"), 25}, {QStringLiteral("/srv"), 50}}));
        QCOMPARE(outcome.facts[QStringLiteral("total_bytes")].toInteger(), 3000 * 1024);
        QCOMPARE(outcome.facts[QStringLiteral("sessions")].toInt(), 1);
        QVERIFY(outcome.absent.contains(QStringLiteral("used_percent./gone")));
    }

    void twoPathsOnOneFileSystem()
    {
        JobTester tester(QStringLiteral(PLUGIN_FILE));
        tester.setOption("paths", "/var,/srv/a b,/tmp");
        tester.answer("*'/var'*", "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 1000 250 750 25% /\n");
        tester.answer("*'/tmp'*", "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 1000 250 750 25% /\n");
        tester.answer("*'/srv/a b'*", "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vdb1 2000 1000 1000 50% /srv/a b\n");
        tester.answer("who", "");
        const JobOutcome outcome = tester.run();
        QCOMPARE(outcome.status, "ok");
        QCOMPARE(outcome.facts[QStringLiteral("used_percent")].toObject().size(), 3);
        QCOMPARE(outcome.facts[QStringLiteral("total_bytes")].toInteger(), 3000 * 1024);
    }
};

QTEST_GUILESS_MAIN(TestDiskSpace)
#include "tst_diskspace.moc"
