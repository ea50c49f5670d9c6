// What reaches a host runs whole, as whom it should, under any shell, and what it says comes back whole.

#include "sshbench.h"

#include "fleet/sshdprocess.h"
#include "ssh/delivery.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

using namespace collector;

namespace {

// Behaves as sudo does, in the way that FAKE_SUDO names; whom to become does not matter here.
constexpr auto fakeSudo = R"(#!/bin/sh
mayAsk=yes
while [ $# -gt 0 ]; do
    case $1 in
    -n) mayAsk=no; shift ;;
    -k | -S) shift ;;
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

    // What files of a login shell do without anybody at a terminal in mind.
    void aScriptRunsBehindAnyFilesOfALoginShell_data()
    {
        QTest::addColumn<QString>("files");
        QTest::addColumn<QString>("program");
        QTest::newRow("that read a line") << QStringLiteral("read -r answer") << QStringLiteral("sh");
        QTest::newRow("that go on as zsh") << QStringLiteral("exec zsh") << QStringLiteral("zsh");
        QTest::newRow("that go on as a zsh for logins") << QStringLiteral("exec zsh -l") << QStringLiteral("zsh");
    }
    void aScriptRunsBehindAnyFilesOfALoginShell()
    {
        QFETCH(QString, files);
        QFETCH(QString, program);
        if (QStandardPaths::findExecutable(program).isEmpty())
            QSKIP(qPrintable(program + QStringLiteral(" is not installed")));
        QProcess process;
        process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), files + QStringLiteral("\nexec /bin/sh -s")});
        process.write(supervised("x='a b'\nprintf '<%s>' $x\n(exit 7)\n"));
        QVERIFY(process.waitForFinished(10'000));
        QCOMPARE(process.readAllStandardOutput(), "<a><b>");
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
