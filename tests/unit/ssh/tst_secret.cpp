// Secret and its sources: files, environment, a real terminal (a pseudo one).

#include "ssh/secret.h"
#include "ssh/secretsource.h"

#include "keygen.h"

#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <type_traits>

using namespace collector;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

namespace {

QByteArray plain(const Secret &secret)
{
    return {secret.bytes().data(), qsizetype(secret.size())};
}

struct Terminal
{
    Terminal() : master(posix_openpt(O_RDWR | O_NOCTTY))
    {
        grantpt(master);
        unlockpt(master);
        slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    }
    ~Terminal()
    {
        close(slave);
        close(master);
    }
    void waitForSilence() const // until the question has switched the echo off
    {
        termios mode = {};
        do {
            std::this_thread::yield();
            tcgetattr(slave, &mode);
        } while ((mode.c_lflag & ECHO) != 0);
    }
    bool echoes() const
    {
        termios mode = {};
        tcgetattr(slave, &mode);
        return (mode.c_lflag & ECHO) != 0 && (mode.c_lflag & ICANON) != 0;
    }
    int master;
    int slave;
};

} // namespace

class TestSecret : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void holdsBytes();
    void growsOverPages();
    void movesAndClears();
    void isLockedAndNotDumped();
    void files_data();
    void files();
    void sharedFileIsRefused_data();
    void sharedFileIsRefused();
    void readsPipe();
    void takesFromEnvironment();
    void asksWithoutEcho_data();
    void asksWithoutEcho();
    void cancelledQuestionGivesTerminalBack();
    void noTerminal();
};

void TestSecret::holdsBytes()
{
    const Secret secret("hunter2");
    QCOMPARE(plain(secret), QByteArray("hunter2"));
    QCOMPARE(QByteArray(secret.cString()), QByteArray("hunter2"));
    QVERIFY(Secret().isEmpty());
    QCOMPARE(QByteArray(Secret().cString()), QByteArray());
}

void TestSecret::growsOverPages()
{
    Secret secret;
    QByteArray expected;
    for (int i = 0; i < 20000; ++i) {
        secret.append(char('a' + i % 26));
        expected.append(char('a' + i % 26));
    }
    QCOMPARE(plain(secret), expected);
    secret.chop(19995);
    QCOMPARE(plain(secret), QByteArray("abcde"));
}

void TestSecret::movesAndClears()
{
    Secret first("one");
    Secret second(std::move(first));
    QCOMPARE(plain(second), QByteArray("one"));
    first = Secret("two");
    second = std::move(first);
    QCOMPARE(plain(second), QByteArray("two"));
    second.clear();
    QVERIFY(second.isEmpty());
}

void TestSecret::isLockedAndNotDumped()
{
    const Secret secret("hunter2");
    QFile file(QStringLiteral("/proc/self/smaps"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto address = reinterpret_cast<quintptr>(secret.cString());
    bool isOurs = false;
    QByteArray flags;
    for (QByteArray line = file.readLine(); !line.isEmpty(); line = file.readLine()) {
        const QList<QByteArray> range = line.split(' ').first().split('-');
        if (range.size() == 2)
            isOurs = range[0].toULongLong(nullptr, 16) <= address && address < range[1].toULongLong(nullptr, 16);
        if (isOurs && line.startsWith("VmFlags:"))
            flags = line;
    }
    QVERIFY2(flags.contains(" dd"), flags.constData());
#ifndef SANITIZED // under which mlock() does nothing
    QVERIFY2(flags.contains(" lo"), flags.constData());
#endif
}

void TestSecret::files_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected"); // empty: refused
    QTest::newRow("one line") << QByteArray("hunter2\n") << QByteArray("hunter2");
    QTest::newRow("no line end") << QByteArray("hunter2") << QByteArray("hunter2");
    QTest::newRow("CRLF") << QByteArray("hunter2\r\n") << QByteArray("hunter2");
    QTest::newRow("blanks belong to it") << QByteArray(" a b \n") << QByteArray(" a b ");
    QTest::newRow("empty") << QByteArray() << QByteArray();
    QTest::newRow("only a line end") << QByteArray("\n") << QByteArray();
    QTest::newRow("two lines") << QByteArray("a\nb\n") << QByteArray();
    QTest::newRow("NUL") << QByteArray("a\0b", 3) << QByteArray();
    QTest::newRow("too large") << QByteArray(100000, 'x') << QByteArray();
}

void TestSecret::files()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    QTemporaryDir scratch;
    const QString path = scratch.filePath(QStringLiteral("password"));
    keygen::write(path, text);
    if (expected.isEmpty())
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)readSecretFile(path));
    else
        QCOMPARE(plain(readSecretFile(path)), expected);
}

void TestSecret::sharedFileIsRefused_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<bool>("isRefused");
    QTest::newRow("0600") << 0600 << false;
    QTest::newRow("0400") << 0400 << false;
    QTest::newRow("0640") << 0640 << true;
    QTest::newRow("0604") << 0604 << true;
    QTest::newRow("0620") << 0620 << true;
}

void TestSecret::sharedFileIsRefused()
{
    QFETCH(int, mode);
    QFETCH(bool, isRefused);
    QTemporaryDir scratch;
    const QString path = scratch.filePath(QStringLiteral("password"));
    keygen::write(path, "hunter2\n");
    QCOMPARE(chmod(qPrintable(path), mode_t(mode)), 0);
    try {
        QCOMPARE(plain(readSecretFile(path)), QByteArray("hunter2"));
        QVERIFY(!isRefused);
    } catch (const std::runtime_error &refusal) {
        QVERIFY2(isRefused, refusal.what());
        QVERIFY(QByteArray(refusal.what()).contains("chmod 600"));
        QVERIFY(!QByteArray(refusal.what()).contains("hunter2"));
    }
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)readSecretFile(scratch.path()));
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)readSecretFile(scratch.filePath(QStringLiteral("none"))));
}

void TestSecret::readsPipe()
{
    int ends[2];
    QCOMPARE(pipe2(ends, O_CLOEXEC), 0);
    QCOMPARE(write(ends[1], "hunter2\n", 8), 8);
    close(ends[1]);
    QCOMPARE(plain(readSecretFile(QStringLiteral("/proc/self/fd/%1").arg(ends[0]))), QByteArray("hunter2"));
    close(ends[0]);
}

void TestSecret::takesFromEnvironment()
{
    qputenv("COLLECTOR_TEST_SECRET", "hunter2");
    const char *const before = getenv("COLLECTOR_TEST_SECRET");
    const auto secret = takeSecretFromEnvironment("COLLECTOR_TEST_SECRET");
    QVERIFY(secret);
    QCOMPARE(plain(*secret), QByteArray("hunter2"));
    QVERIFY(!qEnvironmentVariableIsSet("COLLECTOR_TEST_SECRET"));
    QCOMPARE(before[0], '\0');
    QVERIFY(!takeSecretFromEnvironment("COLLECTOR_TEST_SECRET"));
}

void TestSecret::asksWithoutEcho_data()
{
    QTest::addColumn<QByteArray>("keys");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("a word") << QByteArray("hunter2\n") << QByteArray("hunter2");
    QTest::newRow("corrected") << QByteArray("hunter3\x7f"
                                             "2\n")
                               << QByteArray("hunter2");
    QTest::newRow("begun again") << QByteArray("xyz\x15hunter2\r") << QByteArray("hunter2");
    QTest::newRow("empty") << QByteArray("\n") << QByteArray();
}

void TestSecret::asksWithoutEcho()
{
    QFETCH(QByteArray, keys);
    QFETCH(QByteArray, expected);
    Terminal terminal;
    std::thread typist([&] {
        terminal.waitForSilence();
        [[maybe_unused]] const auto count = write(terminal.master, keys.constData(), size_t(keys.size()));
    });
    const Secret answer = askOnTerminal(terminal.slave, QStringLiteral("Password: "));
    typist.join();
    QCOMPARE(plain(answer), expected);
    QVERIFY(terminal.echoes());
    char shown[256];
    const ssize_t count = read(terminal.master, shown, sizeof(shown));
    QCOMPARE(QByteArray(shown, count).simplified(), QByteArray("Password:"));
}

void TestSecret::cancelledQuestionGivesTerminalBack()
{
    for (const char key : {'\x03', '\x04'}) {
        Terminal terminal;
        std::thread typist([&] {
            terminal.waitForSilence();
            [[maybe_unused]] const auto count = write(terminal.master, &key, 1);
        });
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)askOnTerminal(terminal.slave, QStringLiteral("Password: ")));
        typist.join();
        QVERIFY(terminal.echoes());
    }
}

void TestSecret::noTerminal()
{
    const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)askOnTerminal(fd, QStringLiteral("Password: ")));
    close(fd);
}

QTEST_GUILESS_MAIN(TestSecret)
#include "tst_secret.moc"
