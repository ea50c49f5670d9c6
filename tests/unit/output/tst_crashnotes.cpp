#include "output/crashnotes.h"

#include "model/runningjob.h"
#include "output/journalreader.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

using namespace collector;

class TestCrashNotes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noted_data();
    void noted();
};

namespace {

int dive(volatile char *above);
int (*volatile deeper)(volatile char *) = dive; // so that no compiler sees that it never ends

int dive(volatile char *above)
{
    volatile char here[4096];
    here[0] = above[0];
    return deeper(here) + here[0];
}

void endBy(const QByteArray &end)
{
    if (end == "fault")
        *static_cast<volatile int *>(nullptr) = 1;
    else if (end == "abort")
        std::abort();
    else if (end == "overflow") {
        volatile char start[1] = {0};
        dive(start);
    } else if (end == "kill")
        ::kill(getpid(), SIGKILL);
    else if (end == "segv from outside")
        ::kill(getpid(), SIGSEGV);
}

} // namespace

void TestCrashNotes::noted_data()
{
    QTest::addColumn<QByteArray>("end");
    QTest::addColumn<bool>("isRunning");
    QTest::addColumn<int>("signal");
    QTest::addColumn<bool>("isNoted");
    QTest::newRow("a null pointer") << QByteArray("fault") << true << SIGSEGV << true;
    QTest::newRow("an assertion") << QByteArray("abort") << true << SIGABRT << true;
#ifndef SANITIZED // by what has a stack of its own to watch over
    QTest::newRow("a stack that runs over") << QByteArray("overflow") << true << SIGSEGV << true;
#endif
    QTest::newRow("no job is running") << QByteArray("fault") << false << SIGSEGV << false;
    QTest::newRow("killed") << QByteArray("kill") << true << SIGKILL << false;
    QTest::newRow("a signal from outside") << QByteArray("segv from outside") << true << SIGSEGV << false;
}

void TestCrashNotes::noted()
{
    QFETCH(QByteArray, end);
    QFETCH(bool, isRunning);
    QFETCH(int, signal);
    QFETCH(bool, isNoted);
    const QTemporaryDir dir;
    const QByteArray path = dir.filePath(QStringLiteral("journal")).toLocal8Bit();
    QFile journal(QString::fromLocal8Bit(path));
    QVERIFY(journal.open(QFile::WriteOnly));
    journal.write("{\"journal\":\"collector/1\",\"run\":{\"id\":\"r\",\"started\":\"2026-11-22T02:00:00.000Z\"},\"seed\":\"1\"}\n");
    journal.write("{\"host\":\"h\",\"status\":\"ok\"}\n");
    journal.close();
    const pid_t child = fork();
    if (child == 0) {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        for (const int number : CrashNotes::signals)
            std::signal(number, SIG_DFL); // not Qt Test's, which would have much to say
        const CrashNotes notes(open(path.constData(), O_WRONLY | O_APPEND));
        RunningJob job{"web\"01\n", "ssh-facts"};
        std::thread worker([&] {
            const CrashNotes::Thread stack;
            runningJob = isRunning ? &job : nullptr;
            endBy(end);
        });
        worker.join();
        _exit(0);
    }
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status) || end == "abort" || end == "fault"); // a sanitizer exits instead
    if (WIFSIGNALED(status))
        QCOMPARE(WTERMSIG(status), signal);
    QVERIFY(journal.open(QFile::ReadOnly));
    const QList<QByteArray> lines = journal.readAll().split('\n');
    QCOMPARE(lines.contains(
                 "{\"crashed\":{\"host\":\"web\\\"01\\u000a\",\"plugin\":\"ssh-facts\",\"signal\":" + QByteArray::number(signal) + "}}"),
             isNoted);
    QCOMPARE(lines.size(), isNoted ? 5 : 3);

    QString error;
    const auto reader = JournalReader::open(path, &error);
    QVERIFY2(reader, qPrintable(error));
    JournalReader::Entry entry;
    QVERIFY(reader->next(entry) && entry.record);
    QCOMPARE(reader->next(entry), isNoted);
    if (isNoted) {
        QVERIFY(entry.crash);
        QCOMPARE(entry.crash->host, QByteArray("web\"01\n"));
        QCOMPARE(entry.crash->plugin, QByteArray("ssh-facts"));
        QCOMPARE(entry.crash->signal, signal);
    }
}

QTEST_APPLESS_MAIN(TestCrashNotes)
#include "tst_crashnotes.moc"
