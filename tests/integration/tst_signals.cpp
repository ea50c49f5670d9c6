// Runs and verbs that are told to end: once, once more, and before the first host.

#include "endingsfixture.h"

#include <QElapsedTimer>

#include <csignal>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace collector;

namespace {

// Whether a signal stands in one of the sets that /proc tells of a process.
bool isIn(const QByteArray &set, qint64 process, int signal)
{
    QFile status(QStringLiteral("/proc/%1/status").arg(process));
    const QByteArray lines = status.open(QFile::ReadOnly) ? status.readAll() : QByteArray();
    const QByteArray bits = lines.mid(lines.indexOf('\n' + set + ':') + set.size() + 2).trimmed().left(16);
    return (bits.toULongLong(nullptr, 16) >> (signal - 1)) & 1;
}

// Whether nobody in that process has taken it in yet.
bool isPending(qint64 process, int signal)
{
    return isIn("ShdPnd", process, signal);
}

} // namespace

class TestSignals : public EndingsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { begin(); }
    void cleanupTestCase() { end(); }
    void theSecondSignal_data();
    void theSecondSignal();
    void oneSignalSentTwice();
    void beforeTheFirstHost();
    void anInputThatDoesNotCome_data();
    void anInputThatDoesNotCome();
    void aPipeThatNobodyReads_data();
    void aPipeThatNobodyReads();
    void nothingIsLeftOfAVerb_data();
    void nothingIsLeftOfAVerb();
};

void TestSignals::theSecondSignal_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("second");
    QTest::newRow("INT, INT") << SIGINT << SIGINT;
    QTest::newRow("INT, TERM") << SIGINT << SIGTERM;
    QTest::newRow("TERM, TERM") << SIGTERM << SIGTERM;
}

// At once, though the outputs wait for a disk that hangs: here a FIFO that nobody empties.
void TestSignals::theSecondSignal()
{
    QFETCH(int, first);
    QFETCH(int, second);
    const QTemporaryDir dir;
    QCOMPARE(mkfifo(qPrintable(dir.filePath(QStringLiteral("full"))), 0600), 0);
    const int reader = ::open(qPrintable(dir.filePath(QStringLiteral("full"))), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    QVERIFY(reader >= 0);
    QVERIFY(fcntl(reader, F_SETPIPE_SZ, 4096) >= 0);
    const QByteArray filler(4096, 'x');
    while (::write(reader, filler.constData(), size_t(filler.size())) > 0) {
    }
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(QString::fromLatin1(program),
                  command(good + silent + "-o a.json -o b.csv -o full -f jsonl --summary s.json --timeout 30"));
    const QString journal = dir.filePath(QStringLiteral(".a.json.journal"));
    QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(journal).size() > 4000, 20'000); // the good ones are in it
    ::kill(pid_t(process.processId()), first);
    QTRY_VERIFY_WITH_TIMEOUT(!isPending(process.processId(), first), 20'000);
    QTest::qWait(300); // within 200 ms of it, the second would be the same one
    QCOMPARE(process.state(), QProcess::Running);
    ::kill(pid_t(process.processId()), second);
    QVERIFY(process.waitForFinished(10'000)); // the hosts would have taken 30 s
    ::close(reader);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 128 + second);
    QCOMPARE(filesIn(dir.path()), QStringList{QStringLiteral(".a.json.journal")});
    // And from there it goes on.
    QCOMPARE(run(process, command(good + silent + "-o a.json -o b.csv --timeout 1 --resume")), 3);
    QVERIFY(QFile::exists(dir.filePath(QStringLiteral("a.json"))) && QFile::exists(dir.filePath(QStringLiteral("b.csv"))));
}

// As by timeout(1): to the process, then to its group. Only what comes within 200 ms is one signal, so an attempt counts only if we were
// not held up between the two.
void TestSignals::oneSignalSentTwice()
{
    for (int attempt = 0; attempt < 10; ++attempt) {
        const QTemporaryDir dir;
        QProcess process;
        process.setWorkingDirectory(dir.path());
        process.start(QString::fromLatin1(program), command(good + silent + "-o a.json --timeout 30"));
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(dir.filePath(QStringLiteral(".a.json.journal"))).size() > 4000, 20'000);
        QElapsedTimer between;
        between.start();
        ::kill(pid_t(process.processId()), SIGTERM);
        QTest::qWait(2); // or the kernel makes one of them
        ::kill(pid_t(process.processId()), SIGTERM);
        const bool counts = between.elapsed() < 50;
        QVERIFY(process.state() == QProcess::NotRunning || process.waitForFinished(60'000));
        if (!counts)
            continue;
        QCOMPARE(process.exitCode(), 143);
        QCOMPARE(filesIn(dir.path()), (QStringList{QStringLiteral(".a.json.journal"), QStringLiteral("a.json.partial")}));
        return;
    }
    QFAIL("this machine does not get round to sending two signals within 50 ms");
}

// While a dynamic inventory is waited for nothing has begun that would have to be ended in good order.
void TestSignals::beforeTheFirstHost()
{
    const QTemporaryDir dir;
    QFile script(dir.filePath(QStringLiteral("slow.sh")));
    QVERIFY(script.open(QFile::WriteOnly));
    script.write("#!/bin/sh\necho $$ > begun\nexec sleep 60\n");
    script.close();
    QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    for (const char *words : {"-i ./slow.sh -o a.json", "inventory -i ./slow.sh --list"}) {
        QFile::remove(dir.filePath(QStringLiteral("begun")));
        QProcess process;
        process.setWorkingDirectory(dir.path());
        process.start(QString::fromLatin1(program), *words == '-' ? command(words) : QString::fromLatin1(words).split(u' '));
        QFile begun(dir.filePath(QStringLiteral("begun")));
        QTRY_VERIFY_WITH_TIMEOUT(begun.size() > 1, 20'000);
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000)); // the script would have taken a minute
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
        QVERIFY(begun.open(QFile::ReadOnly));
        const pid_t started = begun.readAll().trimmed().toInt(); // in a group of its own, where no ^C reaches it
        QVERIFY(started > 1);
        QTRY_VERIFY(::kill(started, 0) != 0);
        QCOMPARE(filesIn(dir.path()), (QStringList{QStringLiteral("begun"), QStringLiteral("slow.sh")}));
    }
}

void TestSignals::anInputThatDoesNotCome_data()
{
    QTest::addColumn<QByteArray>("words");
    for (const char *words : {"--order oldest --since fifo", "--rerun fifo", "--config fifo", "--password-file fifo",
                              "--passphrase-file fifo", "-b --become-password-file fifo"})
        QTest::newRow(words) << QByteArray(words);
}

// From a pipe, of which the end is not in sight: only KILL ended a run that read it.
void TestSignals::anInputThatDoesNotCome()
{
    QFETCH(QByteArray, words);
    const QTemporaryDir dir;
    const QByteArray fifo = QFile::encodeName(dir.filePath(QStringLiteral("fifo")));
    QCOMPARE(mkfifo(fifo.constData(), 0600), 0);
    const int end = ::open(fifo.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    QVERIFY(end >= 0);
    const auto close = qScopeGuard([end] { ::close(end); });
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(QString::fromLatin1(program), command(good + "-o a.json " + words));
    QCOMPARE(::write(end, "{", 1), ssize_t(1));
    const auto unread = [end] {
        int count = 0;
        return ioctl(end, FIONREAD, &count) == 0 ? count : -1;
    };
    QTRY_COMPARE_WITH_TIMEOUT(unread(), 0, 20'000);
    ::kill(pid_t(process.processId()), SIGTERM);
    const bool hasEnded = process.waitForFinished(10'000);
    process.kill();
    QVERIFY(hasEnded);
    QCOMPARE(process.exitCode(), SIGTERM);
    QCOMPARE(filesIn(dir.path()), QStringList());
}

void TestSignals::aPipeThatNobodyReads_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("status");
    QTest::newRow("a log") << QByteArray("-o a.json --log-file pipe") << SIGTERM;
    QTest::newRow("an output") << QByteArray("-o a.json -o pipe -f jsonl") << 2;
}

// For an output it would wait ten seconds, for a log until there is a reader.
void TestSignals::aPipeThatNobodyReads()
{
    QFETCH(QByteArray, words);
    QFETCH(int, status);
    const QTemporaryDir dir;
    QCOMPARE(mkfifo(qPrintable(dir.filePath(QStringLiteral("pipe"))), 0600), 0);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(QString::fromLatin1(program), command(good + words));
    QVERIFY(process.waitForStarted());
    const QString lock = dir.filePath(QStringLiteral(".a.json.lock"));
    QTRY_VERIFY_WITH_TIMEOUT(status == 2 ? QFile::exists(lock) : isIn("SigBlk", process.processId(), SIGUSR1), 20'000);
    ::kill(pid_t(process.processId()), SIGTERM);
    const bool hasEnded = process.waitForFinished(5'000);
    process.kill();
    QVERIFY(hasEnded);
    QCOMPARE(process.exitCode(), status);
    QCOMPARE(filesIn(dir.path()), QStringList());
}

void TestSignals::nothingIsLeftOfAVerb_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("signal");
    QTest::newRow("a merge that reads") << QByteArray("merge in fifo -o a.json -o b.csv.gz --tables t") << SIGINT;
    QTest::newRow("a merge that writes") << QByteArray("merge in -o a.json -o fifo -f jsonl --tables t") << SIGTERM;
    QTest::newRow("a report that reads") << QByteArray("report fifo -o a.html") << SIGINT;
}

// Locks, and files that had no name yet, stayed beside the outputs.
void TestSignals::nothingIsLeftOfAVerb()
{
    QFETCH(QByteArray, words);
    QFETCH(int, signal);
    const QTemporaryDir dir;
    QFile in(dir.filePath(QStringLiteral("in")));
    QVERIFY(in.open(QFile::WriteOnly));
    for (int i = 0; i < 1000; ++i) // more than the FIFO holds
        in.write(R"({"host":"h)" + QByteArray::number(i) + "\",\"status\":\"ok\",\"facts\":{}}\n");
    in.close();
    const QByteArray fifo = QFile::encodeName(dir.filePath(QStringLiteral("fifo")));
    QCOMPARE(mkfifo(fifo.constData(), 0600), 0);
    const int end = ::open(fifo.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    QVERIFY(end >= 0);
    const auto close = qScopeGuard([end] { ::close(end); });
    const bool isReading = !words.contains("-o fifo");
    if (isReading)
        QVERIFY(::write(end, "{", 1) == 1);
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(QString::fromLatin1(program), QString::fromLatin1(words).split(u' '));
    // It has read what there is, or has filled what it writes to.
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            int held = 0;
            return ioctl(end, FIONREAD, &held) == 0 && (isReading ? held == 0 : held > 0);
        }(),
        20'000);
    QVERIFY(QFile::exists(
        dir.filePath(isReading && words.startsWith("report") ? QStringLiteral(".a.html.lock") : QStringLiteral(".a.json.lock"))));
    ::kill(pid_t(process.processId()), signal);
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitStatus(), QProcess::CrashExit);
    QCOMPARE(process.exitCode(), signal);
    QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot),
             (QStringList{QStringLiteral("fifo"), QStringLiteral("in")}));
}

QTEST_GUILESS_MAIN(TestSignals)
#include "tst_signals.moc"
