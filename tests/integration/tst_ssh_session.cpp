// Sessions and their descriptors: one that libssh has closed by itself, whose number may be another's at once, who must not be harmed; one
// whose number is more than libssh can hold.

#include "fleet/sshdprocess.h"
#include "sshbench.h"

#include "ssh/algorithms.h"
#include "ssh/session.h"
#include "ssh/sessionprototypes.h"

#include <QProcess>
#include <QTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

using namespace collector;

namespace {

using Pair = std::array<int, 2>;

Pair socketPair()
{
    Pair ends{-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        qFatal("no descriptor is left");
    return ends;
}

Task<> waitForSession(SshSession &session, bool &isOver)
{
    co_await session.progress(never);
    isOver = true;
}

Task<> waitFor(Reactor &reactor, int fd, bool &isOver)
{
    co_await reactor.ready(fd, EPOLLIN);
    isOver = true;
}

// A session that the reactor knows, and whose host has gone.
struct Gone
{
    explicit Gone(SshBench &bench)
        : ends(socketPair()),
          session(bench.reactor, OwnedSocket(bench.reactor, ends[0]), SessionPrototypes().makeSession(proposedAlgorithms({}, false)))
    {
        session.begin();
        bool isOver = false;
        std::optional<Task<>> waiting(waitForSession(session, isOver));
        bench.inLoop([&waiting] { waiting->start(); });
        bench.spinFor(std::chrono::milliseconds(20));
        bench.inLoop([&waiting] { waiting.reset(); });
        if (isOver)
            qFatal("nothing was sent yet");
        close(ends[1]);
    }
    // As a write does that fails: nobody is told.
    void letLibsshCloseIt() const
    {
        for (int i = 0; i < 3 && ssh_get_fd(session.handle()) != SSH_INVALID_SOCKET; ++i)
            ssh_connect(session.handle());
        QVERIFY(ssh_get_fd(session.handle()) == SSH_INVALID_SOCKET);
    }

    const Pair ends;
    SshSession session;
};

} // namespace

class SshSessionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDeadSessionWaitsForNobody()
    {
        SshBench bench;
        Gone gone(bench);
        gone.letLibsshCloseIt();
        const Pair other = socketPair();
        QCOMPARE(other[0], gone.ends[0]); // the lowest that is free
        bool isOver = false;
        bool isOtherOver = false;
        std::optional<Task<>> first(waitForSession(gone.session, isOver));
        std::optional<Task<>> second(waitFor(bench.reactor, other[0], isOtherOver));
        bench.inLoop([&] {
            first->start();
            second->start();
        });
        QVERIFY(bench.spinUntil([&] { return isOver; }));
        bench.spinFor(std::chrono::milliseconds(50));
        QVERIFY(!isOtherOver);
        QCOMPARE(write(other[1], "x", 1), ssize_t(1));
        QVERIFY(bench.spinUntil([&] { return isOtherOver; }));
        closeAll(bench, first, second, other);
    }

    // The agent's thread, or the one that calculates, may come back late.
    void whatWasLentIsForgottenBefore()
    {
        SshBench bench;
        std::optional<Gone> gone(std::in_place, bench);
        const auto lent = gone->session.lend();
        gone->letLibsshCloseIt();
        const Pair other = socketPair();
        QCOMPARE(other[0], gone->ends[0]);
        bool isOver = false;
        std::optional<Task<>> first;
        std::optional<Task<>> second(waitFor(bench.reactor, other[0], isOver));
        bench.inLoop([&] { second->start(); });
        bench.spinFor(std::chrono::milliseconds(20));
        QVERIFY(gone->session.isDead()); // it hears of it now
        gone.reset();
        QCOMPARE(write(other[1], "x", 1), ssize_t(1));
        QVERIFY(bench.spinUntil([&] { return isOver; }));
        closeAll(bench, first, second, other);
    }

    // What libssh polls in goes with the session itself, not with whoever has lent it.
    void whatWasLentIsWholeWithoutItsLender()
    {
        SshBench bench;
        std::optional<Gone> gone(std::in_place, bench);
        gone->session.pump();
        const auto lent = gone->session.lend();
        std::atomic<int> calls = 0;
        std::thread calculating([&] {
            for (int i = 0; i < 1000; ++i, ++calls)
                ssh_connect(lent->session);
        });
        QVERIFY(bench.spinUntil([&] { return calls > 0; }));
        bench.inLoop([&] { gone.reset(); });
        calculating.join();
        QCOMPARE(lent.use_count(), 1L);
        QVERIFY(lent->event);
        QVERIFY(ssh_event_dopoll(lent->event, 0) != SSH_OK);
    }

    void aDescriptorThatLibsshWouldCutIsRefused()
    {
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        const rlimit raised{70'001, std::max<rlim_t>(before.rlim_max, 70'001)};
        if (setrlimit(RLIMIT_NOFILE, &raised) != 0)
            QSKIP("the limit of open files cannot be raised above 65,535");
        const int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 70'000);
        QCOMPARE(fd, 70'000);
        SshBench bench;
        try {
            const SshSession session(bench.reactor, OwnedSocket(bench.reactor, fd), ssh_new());
            QFAIL("libssh would have used another descriptor");
        } catch (const JobError &error) {
            QCOMPARE(error.cause(), Cause::LocalLimit);
        }
        setrlimit(RLIMIT_NOFILE, &before);
    }

    // sshd counts a session for a moment after its CLOSE. Each job of a host, and what asks sudo before them, has one.
    void aHostThatAllowsOneSessionIsGivenOneAtATime()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        const SshdProcess server({"MaxSessions 1"});
        QProcess program;
        program.start(
            QStringLiteral(BUILD_DIR "/bin/collector"),
            QStringLiteral("-i 127.0.0.1-127.0.0.8 --ssh-config none -p ssh-command --command true -p ssh-facts --facts !all,!min,"
                           "platform -f jsonl --retries 0 --host-keys accept-new -u %1 --port %2")
                    .arg(ServerProcess::user())
                    .arg(server.port())
                    .split(u' ') +
                QStringList{QStringLiteral("--identity"), server.clientKey(), QStringLiteral("--known-hosts"), server.knownHostsFile()});
        QVERIFY(program.waitForFinished(120'000));
        const QByteArray records = program.readAllStandardOutput();
        QVERIFY2(program.exitCode() == 0 && records.count('\n') == 8, records.constData());
    }

    void aHostThatAllowsNoSession()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        const SshdProcess server({"MaxSessions 0"});
        SshBench bench;
        const SshOutcome outcome = bench.run(bench.settingsFor(server), "true");
        QCOMPARE(outcome.cause, Cause::ChannelRefused);
        QVERIFY2(outcome.message.contains(QStringLiteral("MaxSessions")), qPrintable(outcome.message));
    }

private:
    static void closeAll(SshBench &bench, std::optional<Task<>> &first, std::optional<Task<>> &second, const Pair &pair)
    {
        bench.inLoop([&] {
            first.reset();
            second.reset();
        });
        bench.reactor.forget(pair[0]);
        close(pair[0]);
        close(pair[1]);
    }
};

QTEST_GUILESS_MAIN(SshSessionTest)
#include "tst_ssh_session.moc"
