// One run at a time for one output, also when runs end, are killed, or race.

#include "output/filelock.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

using namespace collector;

class TestFileLock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_output = m_dir->filePath(QStringLiteral("a.json")).toLocal8Bit();
        m_file = m_dir->filePath(QStringLiteral(".a.json.lock"));
        m_error.clear();
    }
    void oneAtATime();
    void itGoesWithItsFile();
    void oneThatWasKilledHoldsNothing();
    void aFullDiskLeavesNone();
    void noFolder();
    void noLinkIsFollowed();
    void whatIsSaidOfTheHolderIsHarmless();
    void manyAtOnce();

private:
    std::optional<FileLock> take(const QByteArray &holder = "process 1\n") { return FileLock::take(m_output, holder, &m_error); }

    std::unique_ptr<QTemporaryDir> m_dir;
    QByteArray m_output;
    QString m_file;
    QString m_error;
};

void TestFileLock::oneAtATime()
{
    const auto first = take("process 17, run x\n");
    QVERIFY2(first, qPrintable(m_error));
    QVERIFY(!take());
    QVERIFY2(m_error.contains(QStringLiteral("is being written by process 17, run x")), qPrintable(m_error));
    struct stat info
    {
    };
    QCOMPARE(stat(qPrintable(m_file), &info), 0);
    QCOMPARE(info.st_mode & 0777, 0600u);
    QVERIFY(FileLock::take(m_dir->filePath(QStringLiteral("b.json")).toLocal8Bit(), "x", &m_error)); // another output is free
}

void TestFileLock::itGoesWithItsFile()
{
    {
        auto first = take();
        QVERIFY(first);
        const FileLock moved = std::move(*first);
        first.reset();
        QVERIFY(!take());
    }
    QVERIFY(!QFile::exists(m_file));
    QVERIFY(take());
}

void TestFileLock::oneThatWasKilledHoldsNothing()
{
    const pid_t child = fork();
    if (child == 0) {
        const auto lock = take("process of old\n");
        raise(lock ? SIGKILL : SIGABRT);
        _exit(1);
    }
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    QVERIFY(QFile::exists(m_file));
    QVERIFY2(take(), qPrintable(m_error));
    QVERIFY(!QFile::exists(m_file)); // and now it is gone
}

// It was made, its holder could not be put down in it, and there it stayed.
void TestFileLock::aFullDiskLeavesNone()
{
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto restore = qScopeGuard([&] { setrlimit(RLIMIT_FSIZE, &before); });
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit nothing{0, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &nothing), 0);
    QVERIFY(!take());
    QVERIFY2(m_error.contains(QStringLiteral("a.json cannot be written: File too large")), qPrintable(m_error));
    QVERIFY(!QFile::exists(m_file));
}

void TestFileLock::noFolder()
{
    m_output = m_dir->filePath(QStringLiteral("none/a.json")).toLocal8Bit();
    QVERIFY(!take());
    QVERIFY2(m_error.contains(QString::fromLocal8Bit(m_output)) && m_error.contains(QStringLiteral("No such file or directory")),
             qPrintable(m_error));
    QVERIFY2(!m_error.contains(QStringLiteral(".lock")), qPrintable(m_error)); // whose name means nothing to the user
}

void TestFileLock::noLinkIsFollowed()
{
    QVERIFY(QFile::link(m_dir->filePath(QStringLiteral("victim")), m_file));
    QVERIFY(!take());
    QVERIFY(!QFile::exists(m_dir->filePath(QStringLiteral("victim"))));
}

void TestFileLock::whatIsSaidOfTheHolderIsHarmless()
{
    const auto first = take("\x1b]0;x\x07" + QByteArray(1000, 'y'));
    QVERIFY(first);
    QVERIFY(!take());
    QVERIFY(!m_error.contains(QChar(0x1b)));
    QVERIFY(m_error.size() < 600);
}

// Whoever has it removes the file as it ends, while others wait to lock the very same file.
void TestFileLock::manyAtOnce()
{
    std::atomic<int> holders = 0, most = 0, taken = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            QString error;
            for (int round = 0; round < 500; ++round) {
                const auto lock = FileLock::take(m_output, "x", &error);
                if (!lock)
                    continue;
                ++taken;
                most = std::max(most.load(), ++holders);
                std::this_thread::yield();
                --holders;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(taken > 0);
    QCOMPARE(most.load(), 1);
    QVERIFY(!QFile::exists(m_file));
}

QTEST_APPLESS_MAIN(TestFileLock)
#include "tst_filelock.moc"
