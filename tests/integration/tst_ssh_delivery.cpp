// What reaches a host runs whole, as whom it should, under any shell, and leaves nothing behind.

#include "peerserver.h"
#include "sshbench.h"

#include "fleet/sshdprocess.h"
#include "ssh/commandguard.h"
#include "ssh/delivery.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include <vector>

using namespace collector;

namespace {

// Behaves as sudo does, in the way that FAKE_SUDO names; whom to become does not matter here.
constexpr auto fakeSudo = R"(#!/bin/sh
mayAsk=yes
while [ $# -gt 0 ]; do
    case $1 in
    -n) mayAsk=no; shift ;;
    -S) shift ;;
    -p) prompt=$2; shift 2 ;;
    -u) shift 2 ;;
    --) shift; break ;;
    *) break ;;
    esac
done
case $FAKE_SUDO in
nopasswd) ;;
denied) echo "ops is not in the sudoers file." >&2; exit 1 ;;
tty) echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1 ;;
*)
    [ $mayAsk = yes ] || { echo "sudo: a password is required" >&2; exit 1; }
    [ $FAKE_SUDO = lecture ] && echo "We trust you have received the usual lecture. Password: not yet" >&2
    [ $FAKE_SUDO = slow ] && sleep 1
    for try in 1 2 3; do
        printf %s "$prompt" >&2
        read -r answer || exit 1
        [ "$answer" = "right one" ] && break
        echo "Sorry, try again." >&2
        [ $try = 3 ] && exit 1
    done ;;
esac
exec "$@"
)";

std::shared_ptr<const Secret> secret(const char *text)
{
    return std::make_shared<const Secret>(std::string_view(text));
}

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

class SshDelivery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        QFile sudo(m_directory.filePath(QStringLiteral("sudo")));
        QVERIFY(sudo.open(QIODevice::WriteOnly));
        sudo.write(fakeSudo);
        sudo.close();
        sudo.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    void aScriptRunsUnderAnyShell_data() { shells(); }
    void aScriptRunsUnderAnyShell()
    {
        QFETCH(QStringList, shell);
        QProcess process;
        process.start(shell.first(), shell.mid(1));
        // Standard input stays open: a script that reads gets nothing, one that waits does not wait for the watchdog.
        process.write(
            supervised("x='a b'\ncat <<END\n$x 'quoted'\nEND\ncat\n(sleep 0.1; echo late) & wait\nexit 7\n" + QByteArray(20'000, '#')));
        QVERIFY(process.waitForFinished(10'000));
        QCOMPARE(process.readAllStandardOutput(), "a b 'quoted'\nlate\n");
        QCOMPARE(process.readAllStandardError(), "");
        QCOMPARE(process.exitCode(), 7);
    }

    void aLineEndsTheWatchdogOfAnEndedScriptAlone_data() { shells(); }
    void aLineEndsTheWatchdogOfAnEndedScriptAlone()
    {
        QFETCH(QStringList, shell);
        QProcess process;
        process.start(shell.first(), shell.mid(1));
        process.write(supervised("echo begun; sleep 0.5; echo whole; exit 7"));
        QByteArray output;
        QVERIFY(QTest::qWaitFor([&] { return (output += process.readAllStandardOutput()).contains("begun\n"); }, 10'000));
        process.write("\n\n");
        QVERIFY(process.waitForFinished(10'000));
        QCOMPARE(output + process.readAllStandardOutput(), "begun\nwhole\n");
        QCOMPARE(process.exitCode(), 7);

        // Once that has gone nobody reads the shell's input any more.
        QProcess ended;
        ended.start(
            QStringLiteral("/bin/sh"),
            {QStringLiteral("-c"),
             QStringLiteral("trap '' PIPE; { echo \"$1\"; for i in $(seq 100); do sleep 0.1; echo || exec echo gone >&2; done; } | ") +
                 shell.join(u' '),
             QStringLiteral("sh"), QString::fromUtf8(supervised("exit 0"))});
        QVERIFY(ended.waitForFinished(20'000));
        QVERIFY(ended.readAllStandardError().endsWith("gone\n"));
    }

    void aSyntaxErrorIsToldAtOnce()
    {
        QProcess process;
        process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-s")});
        process.write(supervised("if true; then echo 'unfinished\n"));
        QVERIFY(process.waitForFinished(10'000));
        QVERIFY(process.exitCode() != 0);
        QVERIFY(!process.readAllStandardError().isEmpty());
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

    // The end of its output is not the end of a command, however long that goes on.
    void outputMayEndLongBeforeTheCommand()
    {
        const SshdProcess sshd;
        SshBench bench;
        const QString log = m_directory.filePath(QStringLiteral("upgrade.log"));
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "exec >" + log.toUtf8() + " 2>&1\necho begin\nsleep 3\necho end\nexit 4\n";
        const SshOutcome &scripted = bench.start(bench.settingsFor(sshd), {script});
        const SshOutcome &plain = bench.start(bench.settingsFor(sshd), "exec </dev/null >/dev/null 2>&1; sleep 7; exit 3");
        bench.wait();
        QVERIFY2(scripted.reply, qPrintable(scripted.message));
        QCOMPARE(scripted.reply->signal, QByteArray());
        QCOMPARE(scripted.reply->exitStatus, 4);
        QFile file(log);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), "begin\nend\n");
        QVERIFY2(plain.reply, qPrintable(plain.message));
        QCOMPARE(plain.reply->exitStatus, 3);
    }

    // sshd tells the status ahead of what it still holds for a slow link, be that much or for ever.
    void noOutputIsLostOnASlowLink()
    {
        const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
        if (python.isEmpty())
            QSKIP("python3 is not installed");
        const SshdProcess sshd;
        SshBench bench;
        const auto through = [&](int mostBytes) {
            SshSettings settings = bench.settingsFor(sshd);
            settings.proxyCommand = {python,
                                     QStringLiteral(SOURCE_DIR "/tests/integration/slowlink.py"),
                                     QStringLiteral("127.0.0.1"),
                                     QString::number(sshd.port()),
                                     QStringLiteral("125000"),
                                     QString::number(mostBytes)};
            return settings;
        };
        ShellCommand command;
        command.command = "seq 1 130000";
        command.deadline = std::chrono::seconds(60);
        const SshOutcome &slow = bench.start(through(0), {command});
        const SshOutcome &stalled = bench.start(through(500'000), {command});
        bench.wait();
        QVERIFY2(slow.reply, qPrintable(slow.message));
        QCOMPARE(slow.reply->output.size(), 798'895);
        QVERIFY(slow.reply->output.endsWith("\n130000\n"));
        QVERIFY(!slow.reply->isTruncated);
        QCOMPARE(slow.reply->exitStatus, 0);
        QVERIFY2(stalled.reply, qPrintable(stalled.message));
        QCOMPARE(stalled.reply->exitStatus, 0);
        QVERIFY(stalled.reply->output.size() < 500'000);
        QVERIFY(stalled.reply->isTruncated);
    }

    void whatACommandLeavesBehindIsNotWaitedFor_data()
    {
        QTest::addColumn<QByteArray>("left");
        QTest::newRow("silent") << QByteArray("sleep 30");
        QTest::newRow("talkative") << QByteArray("while echo late; do sleep 0.3; done");
    }
    void whatACommandLeavesBehindIsNotWaitedFor()
    {
        QFETCH(QByteArray, left);
        const SshdProcess sshd;
        SshBench bench;
        ShellCommand command;
        command.command = "(" + left + ") & echo done; exit 5";
        command.deadline = std::chrono::seconds(25);
        const SshOutcome outcome = bench.run(bench.settingsFor(sshd), command);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QVERIFY(outcome.reply->output.contains("done\n"));
        QCOMPARE(outcome.reply->exitStatus, 5);
        QVERIFY(!outcome.reply->isTruncated);
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
        command.deadline = std::chrono::seconds(4); // its guard comes a second before
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
        for (const SshOutcome *outcome : outcomes) {
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
            QCOMPARE(outcome->reply->signal, QByteArray());
            QCOMPARE(outcome->reply->output, "done\n");
        }
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

    void aRaisedCommand_data()
    {
        QTest::addColumn<QByteArray>("sudo");
        QTest::addColumn<QByteArray>("password");
        QTest::addColumn<bool>("isRun");
        QTest::newRow("without a password") << QByteArray("nopasswd") << QByteArray() << true;
        QTest::newRow("without a password, though there is one") << QByteArray("nopasswd") << QByteArray("right one") << true;
        QTest::newRow("with a password") << QByteArray("password") << QByteArray("right one") << true;
        QTest::newRow("after a lecture") << QByteArray("lecture") << QByteArray("right one") << true;
        QTest::newRow("with a slow directory") << QByteArray("slow") << QByteArray("right one") << true;
        QTest::newRow("with a wrong password") << QByteArray("password") << QByteArray("wrong one") << false;
        QTest::newRow("without the password that is asked for") << QByteArray("password") << QByteArray() << false;
        QTest::newRow("by somebody who may not") << QByteArray("denied") << QByteArray("right one") << false;
        QTest::newRow("where a terminal is required") << QByteArray("tty") << QByteArray() << false;
    }
    void aRaisedCommand()
    {
        QFETCH(QByteArray, sudo);
        QFETCH(QByteArray, password);
        QFETCH(bool, isRun);
        SshdProcess sshd({"SetEnv PATH=" + m_directory.path().toUtf8() + ":/usr/local/bin:/usr/bin:/bin FAKE_SUDO=" + sudo});
        SshBench bench;
        SshSettings settings = bench.settingsFor(sshd);
        settings.become.isWanted = true;
        settings.become.user = "somebody-else";
        if (!password.isEmpty())
            settings.become.password = secret(password.constData());
        ShellCommand command;
        command.command = "echo 'it works'; echo error >&2; exit 4";
        command.isPrivileged = true;
        QElapsedTimer timer;
        timer.start();
        const SshOutcome outcome = bench.run(settings, command);
        QVERIFY(timer.elapsed() < 10'000);
        if (!isRun) {
            QCOMPARE(outcome.cause, Cause::SudoDenied);
            QVERIFY2(!outcome.message.contains(QString::fromLatin1(password)) || password.isEmpty(), qPrintable(outcome.message));
            return;
        }
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "it works\n");
        QCOMPARE(outcome.reply->errorOutput, "error\n");
        QCOMPARE(outcome.reply->exitStatus, 4);

        ShellCommand fed;
        fed.command = "wc -l";
        fed.input = "one\ntwo\n";
        fed.isPrivileged = true;
        const SshOutcome counted = bench.run(settings, fed);
        QVERIFY2(counted.reply, qPrintable(counted.message));
        QCOMPARE(counted.reply->output.trimmed(), "2");
    }

    void sudoIsMissing()
    {
        SshdProcess sshd({"SetEnv PATH=/nonexistent"});
        SshBench bench;
        SshSettings settings = bench.settingsFor(sshd);
        settings.become.isWanted = true;
        settings.become.user = "somebody-else";
        ShellCommand command;
        command.command = "true";
        command.isPrivileged = true;
        const SshOutcome outcome = bench.run(settings, command);
        QCOMPARE(outcome.cause, Cause::SudoDenied);
    }

private:
    static void shells()
    {
        QTest::addColumn<QStringList>("shell");
        const auto row = [](const char *program, const QStringList &arguments) {
            const QString path = QStandardPaths::findExecutable(QString::fromLatin1(program));
            if (!path.isEmpty())
                QTest::newRow(program) << (QStringList{path} + arguments);
        };
        row("dash", {QStringLiteral("-s")});
        row("bash", {QStringLiteral("--posix"), QStringLiteral("-s")});
        row("busybox", {QStringLiteral("sh"), QStringLiteral("-s")});
        row("mksh", {QStringLiteral("-s")});
        row("ksh93", {QStringLiteral("-s")});
        row("yash", {QStringLiteral("-s")});
        row("zsh", {QStringLiteral("--emulate"), QStringLiteral("sh"), QStringLiteral("-s")});
    }

    QTemporaryDir m_directory;
};

QTEST_GUILESS_MAIN(SshDelivery)
#include "tst_ssh_delivery.moc"
