// Standard output: records and nothing else, and an end with status 1 or 2 where nobody gets them.

#include "endingsfixture.h"

#include <unistd.h>

using namespace collector;

class TestStandardOutput : public EndingsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { begin(); }
    void cleanupTestCase() { end(); }
    void standardOutputHasRecordsAlone_data();
    void standardOutputHasRecordsAlone();
    void aPipeThatIsClosed();
    void helpIsAVerbToo_data();
    void helpIsAVerbToo();
    void durationsAreToldAsTheyAreTyped();
    void helpThatNobodyGets();
    void aReaderThatHasSeenEnough();
    void aStandardDescriptorThatIsClosed_data();
    void aStandardDescriptorThatIsClosed();
};

void TestStandardOutput::standardOutputHasRecordsAlone_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("lines");
    QTest::newRow("JSON lines, by default") << QByteArray() << 16;
    QTest::newRow("CSV") << QByteArray("-f csv") << 17 + 8; // the answers of the good ones end their own lines
    QTest::newRow("JSON") << QByteArray("-f json") << 18;
    QTest::newRow("a table") << QByteArray("-f table") << 17;
    QTest::newRow("by its name") << QByteArray("-o - -f csv") << 17 + 8;
    QTest::newRow("as a device") << QByteArray("-o /dev/stdout -f csv") << 17 + 8;
    QTest::newRow("with much to say beside it") << QByteArray("-vv --progress on") << 16;
}

void TestStandardOutput::standardOutputHasRecordsAlone()
{
    QFETCH(QByteArray, words);
    QFETCH(int, lines);
    const QTemporaryDir dir;
    QProcess process;
    process.setWorkingDirectory(dir.path());
    QCOMPARE(run(process, command(good + bad + words)), 3);
    const QByteArray out = process.readAllStandardOutput();
    QCOMPARE(out.count('\n'), lines);
    for (int i = 1; i <= 8; ++i) {
        QVERIFY2(out.contains("127.9.0." + QByteArray::number(i)), out.constData());
        QVERIFY2(out.contains("127.9.1." + QByteArray::number(i)), out.constData());
    }
    QCOMPARE(filesIn(dir.path()), QStringList());
}

void TestStandardOutput::aPipeThatIsClosed()
{
    const QTemporaryDir dir;
    int ends[2];
    QCOMPARE(pipe(ends), 0);
    const QByteArray line = "exec " + QByteArray(program) + " \"$@\" >&" + QByteArray::number(ends[1]);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    ::close(ends[0]);
    process.start(QStringLiteral("/bin/sh"),
                  QStringList{QStringLiteral("-c"), QString::fromLatin1(line), QStringLiteral("sh")} + command(good));
    QVERIFY(process.waitForFinished(60'000));
    ::close(ends[1]);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.contains("standard output cannot be written: Broken pipe"), said.constData());

    // Told once, where nothing else is told.
    process.start(QStringLiteral("/bin/sh"), QStringList{QStringLiteral("-c"), QStringLiteral("exec \"$@\" > /dev/full"),
                                                         QStringLiteral("sh"), QString::fromLatin1(program), QStringLiteral("--quiet")} +
                                                 command(good));
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.readAllStandardError().count("standard output cannot be written"), 1);
}

void TestStandardOutput::helpIsAVerbToo_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QByteArray>("usual");
    QTest::newRow("alone") << QByteArray("help") << QByteArray("--help");
    QTest::newRow("of a verb") << QByteArray("help diff") << QByteArray("diff --help");
    QTest::newRow("of the verb that takes options of a run") << QByteArray("help explain") << QByteArray("explain --help");
}

// As with git and apt: it was refused as a host in a verb's place.
void TestStandardOutput::helpIsAVerbToo()
{
    QFETCH(QByteArray, words);
    QFETCH(QByteArray, usual);
    QProcess process;
    QCOMPARE(run(process, QString::fromLatin1(usual).split(u' ')), 0);
    const QByteArray expected = process.readAllStandardOutput();
    QVERIFY(expected.count('\n') > 10);
    QCOMPARE(run(process, QString::fromLatin1(words).split(u' ')), 0);
    QCOMPARE(process.readAllStandardOutput(), expected);
}

// In milliseconds, they were an invitation to --wait 1000.
void TestStandardOutput::durationsAreToldAsTheyAreTyped()
{
    QProcess process;
    QCOMPARE(run(process, {QStringLiteral("plugins"), QStringLiteral("ping")}), 0);
    const QByteArray told = process.readAllStandardOutput();
    QVERIFY2(told.contains("--wait duration 1ms…1h (1s)\n"), told.constData());
}

void TestStandardOutput::helpThatNobodyGets()
{
    QProcess process;
    process.setStandardOutputFile(QStringLiteral("/dev/full"));
    for (const char *words :
         {"--help", "--version", "inventory --help", "plugins --help", "explain --help", "diff --help", "merge --help", "report --help",
          "schema --help", "inventory -i a,b --list", "inventory -i a,b --hosts", "plugins", "schema", "explain a -i a,"}) {
        QCOMPARE(run(process, QString::fromLatin1(words).split(u' ')), 1);
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(said.contains("standard output: No space left on device"), said.constData());
    }
}

// `collector schema | head`: whoever reads has seen enough, and that is no mistake to be told.
void TestStandardOutput::aReaderThatHasSeenEnough()
{
    for (const char *words : {"schema", "plugins ssh-facts", "--help"}) {
        QProcess process;
        process.start(
            QStringLiteral("/bin/sh"),
            {QStringLiteral("-c"), QStringLiteral("(sleep 1; exec %1 %2) | :").arg(QLatin1StringView(program), QLatin1StringView(words))});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.readAllStandardError(), QByteArray());
    }
}

void TestStandardOutput::aStandardDescriptorThatIsClosed_data()
{
    QTest::addColumn<QByteArray>("closed");
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("status");
    QTest::newRow("results go there") << QByteArray(">&-") << good << 2;
    QTest::newRow("results go there, all are closed") << QByteArray("<&- >&- 2>&-") << good << 2;
    QTest::newRow("results go to a file") << QByteArray("<&- >&- 2>&-") << good + "-o a.json" << 0;
}

// Its number is not that of a socket or of the journal afterwards, into which results would go.
void TestStandardOutput::aStandardDescriptorThatIsClosed()
{
    QFETCH(QByteArray, closed);
    QFETCH(QByteArray, words);
    QFETCH(int, status);
    const QTemporaryDir dir;
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(
        QStringLiteral("/bin/sh"),
        QStringList{QStringLiteral("-c"), QString::fromLatin1("exec " + QByteArray(program) + " \"$@\" " + closed), QStringLiteral("sh")} +
            command(words));
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), status);
    QCOMPARE(m_fleet->count(FleetEvent::Connect) - contacts, status == 2 ? 0 : 8);
    QCOMPARE(filesIn(dir.path()), status == 2 ? QStringList() : QStringList{QStringLiteral("a.json")});
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(closed.contains("2>") || said.contains("standard output cannot be written: Bad file descriptor"), said.constData());
}

QTEST_GUILESS_MAIN(TestStandardOutput)
#include "tst_standardoutput.moc"
