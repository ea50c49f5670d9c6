// runLocalProgram(): how programs of this machine end, and that none of them keeps anybody waiting.

#include "net/localrun.h"
#include "net/tcpconnect.h"

#include <collector/joberror.h>

#include <QElapsedTimer>
#include <QTest>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

using namespace collector;
using namespace std::chrono_literals;

static bool hasNoEpoll = false;

// In place of the library's: a process at its limit finds no descriptor for this, and one for the next that it asks for.
extern "C" int epoll_create1(int flags) noexcept
{
    if (!hasNoEpoll)
        return int(syscall(SYS_epoll_create1, flags));
    errno = EMFILE;
    return -1;
}

namespace {

struct Ending
{
    ShellReply reply;
    Cause cause = Cause::None;
};

Task<> run(Reactor &reactor, ThreadPool &pool, Gate &gate, LocalProgram program, Ending &ending)
{
    try {
        ending.reply = co_await runLocalProgram(reactor, pool, gate, std::move(program));
    } catch (const JobError &error) {
        ending.cause = error.cause();
    }
}

Task<> connectSomewhere(Reactor &reactor, Cause &cause)
{
    std::vector<SocketAddress> peers{*SocketAddress::fromLiteral("127.0.0.1", 9)};
    try {
        (void)co_await connectToAny(reactor, std::move(peers), std::nullopt, 1s);
    } catch (const JobError &error) {
        cause = error.cause();
    }
}

LocalProgram shell(const char *script, std::chrono::milliseconds deadline)
{
    LocalProgram program;
    program.command = QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"), QString::fromUtf8(script)};
    program.deadline = deadline;
    return program;
}

} // namespace

class TestLocalRun : public QObject
{
    Q_OBJECT

private:
    Ending ended(LocalProgram program)
    {
        Reactor reactor;
        ThreadPool pool(2, "test");
        Gate gate(1);
        Ending ending;
        {
            Task<> task = run(reactor, pool, gate, std::move(program), ending);
            task.start();
            if (!QTest::qWaitFor([&] { return task.isDone(); }, 20'000))
                ending.cause = Cause::Internal;
        }
        return ending;
    }

private Q_SLOTS:
    void initTestCase() { std::signal(SIGPIPE, SIG_IGN); } // as the program has it

    void endings_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<int>("deadline"); // ms
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("signal");
        QTest::addColumn<Cause>("cause");
        const auto row = [](const char *name, const char *script, int deadline, const char *output, int status, const char *signal = "",
                            Cause cause = Cause::None) {
            QTest::newRow(name) << QByteArray(script) << deadline << QByteArray(output) << status << QByteArray(signal) << cause;
        };
        row("prints", "echo a; echo b >&2; exit 3", 10'000, "a\n", 3);
        row("writes nothing", ":", 10'000, "", 0);
        row("closes its streams and goes on", "exec >&- 2>&- <&-; sleep 0.3; exit 4", 10'000, "", 4);
        row("is ended by a signal", "kill -SEGV $$", 10'000, "", -1, "SEGV");
        row("ignores TERM", "trap '' TERM HUP INT; sleep 30", 300, "", -1, "", Cause::ExecTimeout);
        row("talks on its standard error for ever", "for i in 1 2 3 4; do yes >&2 & done; wait", 500, "", -1, "", Cause::ExecTimeout);
        row("leaves a child that holds its streams", "sleep 30 & echo a", 10'000, "a\n", 0);
        row("leaves one in a group of its own", "setsid sleep 5 & echo a", 10'000, "a\n", 0);
        row("leaves one there that talks for ever", "for i in 1 2 3 4; do setsid yes >&2 & done; echo a", 10'000, "a\n", 0);
    }
    void endings()
    {
        QFETCH(QByteArray, script);
        QFETCH(int, deadline);
        QElapsedTimer timer;
        timer.start();
        const Ending ending = ended(shell(script.constData(), std::chrono::milliseconds(deadline)));
        QVERIFY2(timer.elapsed() < 5'000, qPrintable(QString::number(timer.elapsed())));
        QTEST(ending.cause, "cause");
        QTEST(ending.reply.output, "output");
        QTEST(ending.reply.exitStatus.value_or(-1), "status");
        QTEST(ending.reply.signal, "signal");
        QVERIFY(!ending.reply.isTruncated);
    }

    void theHeadOfAGigabyte()
    {
        LocalProgram program = shell("head -c 1000000000 /dev/zero", 10s);
        program.outputLimit = 1000;
        const Ending ending = ended(std::move(program));
        QCOMPARE(ending.cause, Cause::None);
        QVERIFY(ending.reply.isTruncated);
        QCOMPARE(ending.reply.output.size(), 1000);
    }

    void aDeadlineThatNeverComes()
    {
        const Ending ending = ended(shell("sleep 0.1; echo a", std::chrono::milliseconds::max()));
        QCOMPARE(ending.cause, Cause::None);
        QCOMPARE(ending.reply.output, "a\n");
    }

    void noDescriptorToWatchWith()
    {
        Reactor reactor;
        ThreadPool pool(2, "test");
        Gate gate(1);
        Ending ending;
        Cause cause = Cause::None;
        Task<> program = run(reactor, pool, gate, shell(":", 10s), ending);
        Task<> connection = connectSomewhere(reactor, cause);
        hasNoEpoll = true;
        program.start();
        connection.start();
        QTest::qWait(50);
        hasNoEpoll = false;
        QVERIFY(program.isDone() && connection.isDone());
        QCOMPARE(ending.cause, Cause::LocalLimit);
        QCOMPARE(cause, Cause::LocalLimit);
    }
};

QTEST_GUILESS_MAIN(TestLocalRun)
#include "tst_localrun.moc"
