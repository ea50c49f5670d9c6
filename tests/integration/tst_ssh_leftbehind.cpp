// What was begun on a host ends with us, whatever server it runs under; what was left there on purpose stays.

#include "peerserver.h"
#include "sshbench.h"

#include "fleet/sshdprocess.h"
#include "ssh/commandguard.h"
#include "ssh/delivery.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include <vector>

using namespace collector;

namespace {

// Seconds that no other run of this test sleeps, whose hosts are this machine too.
QByteArray seconds(int count, int test)
{
    return QByteArray::number(count) + '.' + QByteArray::number(getpid()) + QByteArray::number(test);
}

// Number, parent's number and words of each process.
QList<QList<QByteArray>> processes()
{
    QProcess ps;
    ps.start(QStringLiteral("ps"), {QStringLiteral("-eo"), QStringLiteral("pid=,ppid=,args=")});
    ps.waitForFinished();
    QList<QList<QByteArray>> found;
    for (const QByteArray &line : ps.readAllStandardOutput().split('\n'))
        found.append(line.simplified().split(' '));
    return found;
}

std::vector<pid_t> sleepers(int test)
{
    std::vector<pid_t> found;
    for (const QList<QByteArray> &words : processes()) {
        if (words.value(2) == "sleep" && words.value(3).endsWith(seconds(0, test).sliced(1)))
            found.push_back(words.first().toInt());
    }
    return found;
}

// The second channel's shell is there. Its parent is the connection's sshd.
bool isGuarded(const SshdProcess &sshd)
{
    const QList<QList<QByteArray>> all = processes();
    const QByteArray listener = QByteArray::number(sshd.processId());
    return std::any_of(all.begin(), all.end(), [&](const QList<QByteArray> &guard) {
        return guard.mid(2).join(' ').contains("/children") && std::any_of(all.begin(), all.end(), [&](const QList<QByteArray> &words) {
                   return words.first() == guard.value(1) && words.value(1) == listener;
               });
    });
}

bool isNobodyLeft(int test)
{
    return QTest::qWaitFor([test] { return sleepers(test).empty(); }, 20'000);
}

} // namespace

class SshLeftBehind : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
    }

    void nothingIsLeftOfAScriptThatWasCutOff()
    {
        SshdProcess sshd;
        SshBench bench;
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input =
            "sleep " + seconds(61234, 1) + " & sh -c 'sleep " + seconds(61235, 1) + "; true' & sleep " + seconds(61236, 1) + '\n';
        script.deadline = std::chrono::seconds(1);
        QCOMPARE(bench.run(bench.settingsFor(sshd), script).cause, Cause::ExecTimeout);
        QVERIFY(isNobodyLeft(1));
        // Also when nobody says good-bye.
        script.deadline = {};
        bench.start(bench.settingsFor(sshd), {script});
        QVERIFY(bench.spinUntil([] { return sleepers(1).size() == 3; }));
        bench.destroyAll();
        QVERIFY(isNobodyLeft(1));
    }

    void aCommandThatOutlivesItsOutputEndsInTime()
    {
        const SshdProcess sshd;
        SshBench bench;
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "exec >/dev/null 2>&1\nsleep " + seconds(61260, 7) + '\n';
        script.deadline = std::chrono::seconds(3);
        const SshOutcome outcome = bench.run(bench.settingsFor(sshd), script);
        QCOMPARE(outcome.cause, Cause::ExecTimeout);
        QVERIFY2(outcome.message.contains(QStringLiteral("its output has ended")), qPrintable(outcome.message));
        QCOMPARE(int(outcome.lastPhase), int(SshPhase::Ending));
        QVERIFY(isNobodyLeft(7));
    }

    // Whatever that server does, or does not do, to what it runs for us: dropbear would kill the shell alone.
    void nothingIsLeftOnAnyServer_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"openssh", "dropbear", "tinysshd", "asyncssh", "paramiko", "conch", "erlang", "go"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void nothingIsLeftOnAnyServer()
    {
        QFETCH(QString, name);
        if (!PeerServer::isUsable(name))
            QSKIP(qPrintable(name + QStringLiteral(" is not installed, or needs root")));
        const PeerServer server(name);
        SshBench bench;
        SshSettings settings = bench.settingsFor(server);
        settings.user = PeerServer::account();
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "sleep " + seconds(61250, 6) + " & sleep " + seconds(61251, 6) + '\n';
        for (int i = 0; i < 4; ++i) // the order in which a server does things is chance
            bench.start(settings, {script});
        QVERIFY(bench.spinUntil([] { return sleepers(6).size() == 8; }));
        bench.destroyAll();
        QVERIFY(isNobodyLeft(6));
    }

    // A plain command has no watchdog of ours: it is killed, with its process group, by an sshd that takes signals, as 7.9 and newer do for
    // all but root.
    void nothingIsLeftOfACommandThatWasCutOff()
    {
        if (!PeerServer::isUsable(QStringLiteral("openssh")))
            QSKIP("needs an account, and so root");
        const PeerServer sshd(QStringLiteral("openssh"));
        SshBench bench;
        SshSettings settings = bench.settingsFor(sshd);
        settings.user = PeerServer::account();
        ShellCommand command;
        command.command = "sh -c 'sleep " + seconds(61237, 2) + " & sleep " + seconds(61238, 2) + " & wait'";
        command.deadline = std::chrono::seconds(2);
        QCOMPARE(bench.run(settings, command).cause, Cause::ExecTimeout);
        QVERIFY(isNobodyLeft(2));
    }

    // sshd takes no signals for root: a second channel stands guard. It goes with the channel, or with the connection.
    void nothingIsLeftOfRootsCommandThatWasCutOff()
    {
        if (getuid() != 0)
            QSKIP("logs in as root");
        const SshdProcess sshd;
        SshBench bench;
        ShellCommand command;
        command.command = "sh -c 'sleep " + seconds(61240, 3) + " & sleep " + seconds(61241, 3) + " & wait'";
        command.deadline = std::chrono::seconds(10); // its guard comes in the last quarter, and this machine may be busy
        QCOMPARE(bench.run(bench.settingsFor(sshd), command).cause, Cause::ExecTimeout);
        QVERIFY(isNobodyLeft(3));
        command.deadline = {};
        SshSettings settings = bench.settingsFor(sshd);
        settings.timeouts.attempt = std::chrono::seconds(3); // nobody cuts it off here
        bench.start(settings, {command});
        QVERIFY(bench.spinUntil([] { return sleepers(3).size() == 2; }));
        QVERIFY(bench.spinUntil([&sshd] { return isGuarded(sshd); }));
        bench.spinFor(std::chrono::milliseconds(500)); // it looks whom to guard
        bench.destroyAll();
        QVERIFY(isNobodyLeft(3));
    }

    // The connection has ended before the guard began: its parent is whoever takes in orphans, and beside it is all that one has started.
    void aGuardWithoutItsServerHarmsNobody_data()
    {
        QTest::addColumn<QByteArray>("reaper");
        QTest::newRow("init") << QByteArray("init");
        QTest::newRow("an sshd that is a container's first process") << QByteArray("sshd");
    }
    void aGuardWithoutItsServerHarmsNobody()
    {
        QFETCH(QByteArray, reaper);
        if (getuid() != 0)
            QSKIP("makes a process namespace");
        // The reaper is a shell of that name, whose children are an innocent, leader of its group, and the guard, which it has taken in.
        const QByteArray guard = quoted("sleep 0.3; " + CommandGuard::commandLine());
        const QByteArray script = "printf " + reaper + " >/proc/$$/comm\n" +
                                  "setsid sleep 30 & innocent=$!\n"
                                  "(sh -c " +
                                  guard +
                                  " </dev/null &)\n"
                                  "sleep 1.5; kill -s 0 $innocent && echo spared\n";
        QProcess process;
        process.start(QStringLiteral("unshare"),
                      {QStringLiteral("--pid"), QStringLiteral("--mount-proc"), QStringLiteral("--fork"), QStringLiteral("--kill-child"),
                       QStringLiteral("sh"), QStringLiteral("-c"), QString::fromUtf8(script)});
        QVERIFY(process.waitForFinished(20'000));
        if (process.exitCode() != 0 && process.readAllStandardError().contains("unshare"))
            QSKIP("no process namespaces here");
        QCOMPARE(process.readAllStandardOutput(), "spared\n");
    }

    // Each ends about when its guard begins: that one is not to take what the session runs next for what it guards.
    void theNextCommandIsNotTakenForTheOneBefore()
    {
        if (getuid() != 0)
            QSKIP("logs in as root");
        const SshdProcess sshd;
        SshBench bench;
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < 20; ++i) {
            ShellCommand one;
            one.command = "sleep 0." + QByteArray::number(480 + 8 * i);
            one.deadline = std::chrono::milliseconds(1500); // of which the guard has the last second
            ShellCommand next;
            next.command = "sleep 0.7; echo done";
            outcomes.push_back(&bench.start(bench.settingsFor(sshd), {one, next}));
        }
        bench.wait();
        int ended = 0;
        for (const SshOutcome *outcome : outcomes) {
            if (outcome->cause == Cause::ExecTimeout) // a busy machine has held up the first one
                continue;
            ++ended;
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
            QCOMPARE(outcome->reply->signal, QByteArray());
            QCOMPARE(outcome->reply->output, "done\n");
        }
        QVERIFY2(ended > 0, "none ended in time: this shows nothing");
    }

    // sshd runs a forced command in place of whatever is asked for, on each channel: there is to be but one, unless it takes nearly all of
    // its time.
    void aForcedCommandRunsOnce()
    {
        const QByteArray log = m_directory.filePath(QStringLiteral("forced.log")).toUtf8();
        const SshdProcess sshd({"ForceCommand echo begun >>" + log + "; sleep 2; echo done"});
        SshBench bench;
        const SshOutcome outcome = bench.run(bench.settingsFor(sshd), "true");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "done\n");
        QFile file(QString::fromUtf8(log));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), "begun\n");
    }

    void whatRootsCommandLeavesRunningOnPurposeStays()
    {
        if (getuid() != 0)
            QSKIP("logs in as root");
        const SshdProcess sshd;
        SshBench bench;
        const SshOutcome outcome =
            bench.run(bench.settingsFor(sshd), "sleep " + seconds(60, 4) + " >/dev/null 2>&1 & sleep 1.5; echo started; exit 3");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "started\n");
        QCOMPARE(outcome.reply->exitStatus, 3);
        bench.spinFor(std::chrono::milliseconds(500));
        const std::vector<pid_t> left = sleepers(4);
        QCOMPARE(left.size(), size_t(1));
        kill(left.front(), SIGKILL);
    }

    void whoNeedsAGuard_data()
    {
        QTest::addColumn<QByteArray>("user");
        QTest::addColumn<QByteArray>("banner");
        QTest::addColumn<bool>("isNeeded");
        QTest::newRow("root") << QByteArray("root") << QByteArray("SSH-2.0-OpenSSH_9.2p1 Debian-2") << true;
        QTest::newRow("somebody") << QByteArray("ops") << QByteArray("SSH-2.0-OpenSSH_9.2p1 Debian-2") << false;
        QTest::newRow("somebody, 7.9") << QByteArray("ops") << QByteArray("SSH-2.0-OpenSSH_7.9") << false;
        QTest::newRow("somebody, 7.4") << QByteArray("ops") << QByteArray("SSH-2.0-OpenSSH_7.4") << true;
        QTest::newRow("somebody, 10.0") << QByteArray("ops") << QByteArray("SSH-2.0-OpenSSH_10.0p2") << false;
        QTest::newRow("a device") << QByteArray("root") << QByteArray("SSH-2.0-Cisco-1.25") << false;
    }
    void whoNeedsAGuard()
    {
        QFETCH(QByteArray, user);
        QFETCH(QByteArray, banner);
        QFETCH(bool, isNeeded);
        QCOMPARE(CommandGuard::isNeeded(user, banner), isNeeded);
    }

    void whatAScriptLeavesRunningOnPurposeStays()
    {
        SshdProcess sshd;
        SshBench bench;
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "sleep " + seconds(60, 5) + " >/dev/null 2>&1 &\necho started\n";
        const SshOutcome outcome = bench.run(bench.settingsFor(sshd), script);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        bench.spinFor(std::chrono::milliseconds(300));
        const std::vector<pid_t> left = sleepers(5);
        QCOMPARE(left.size(), size_t(1));
        kill(left.front(), SIGKILL);
    }

private:
    QTemporaryDir m_directory;
};

QTEST_GUILESS_MAIN(SshLeftBehind)
#include "tst_ssh_leftbehind.moc"
