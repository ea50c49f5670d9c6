// The SSH transport against a real sshd.

#include "sshbench.h"

#include "fleet/sshdprocess.h"
#include "ssh/algorithms.h"
#include "ssh/delivery.h"

#include <QProcess>
#include <QTest>

#include <csignal>

using namespace collector;

class SshOpenssh : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        m_sshd = std::make_unique<SshdProcess>();
        m_bench = std::make_unique<SshBench>();
    }
    void cleanupTestCase()
    {
        m_bench.reset();
        m_sshd.reset();
    }

    void runsACommand()
    {
        const SshOutcome outcome = m_bench->run(settings(), "printf out; printf err >&2; exit 3");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "out");
        QCOMPARE(outcome.reply->errorOutput, "err");
        QCOMPARE(outcome.reply->exitStatus, 3);
        QVERIFY(outcome.isCommandSent);
        QCOMPARE(outcome.info.auth, "publickey");
        QVERIFY(outcome.info.key.startsWith("SHA256:"));
        QCOMPARE(outcome.info.hostKeyType, "ssh-ed25519");
        QVERIFY(outcome.info.banner.startsWith("SSH-2.0-OpenSSH"));
        QVERIFY(!outcome.info.kex.isEmpty() && !outcome.info.cipher.isEmpty() && !outcome.info.mac.isEmpty());
    }

    void runsAScriptOnStandardInput()
    {
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "x='it''s'\nfor i in 1 2; do echo \"$i $x\"; done\ncat\n(exit 4)\n";
        const SshOutcome outcome = m_bench->run(settings(), script);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "1 its\n2 its\n");
        QCOMPARE(outcome.reply->exitStatus, 4);
    }

    void sendsALongScriptAndTakesLongOutput()
    {
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "# " + QByteArray(500'000, 'x') + "\nhead -c 3000000 /dev/zero | tr '\\0' a\necho end >&2\n";
        const SshOutcome outcome = m_bench->run(settings(), script);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output.size(), 3'000'000);
        QCOMPARE(outcome.reply->errorOutput, "end\n");
        QVERIFY(!outcome.reply->isTruncated);
    }

    void feedsACommand()
    {
        ShellCommand command;
        command.command = "wc -c";
        command.input = QByteArray(300'000, 'x');
        const SshOutcome outcome = m_bench->run(settings(), command);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output.trimmed(), "300000");
    }

    void tellsASignal()
    {
        const SshOutcome outcome = m_bench->run(settings(), "kill -TERM $$");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->signal, "TERM");
        QVERIFY(!outcome.reply->exitStatus);
    }

    // What sshd says in place of a shell to an account that a key let in.
    void anExpiredPasswordIsNoCommandsFailure()
    {
        const QByteArray said =
            "echo 'WARNING: Your password has expired.' >&2; echo 'Password change required but no TTY available.' >&2; ";
        const SshOutcome expired = m_bench->run(settings(), said + "exit 1");
        QCOMPARE(expired.cause, Cause::PasswordExpired);
        QVERIFY2(m_bench->run(settings(), said + "echo but; exit 1").reply, "it ran");
        QVERIFY2(m_bench->run(settings(), said + "exit 2").reply, "another status");
    }

    // --legacy would not help with it.
    void aHostOfAesGcmAloneIsForSsh()
    {
        if (isGcmSound(ssh_version(0)))
            QSKIP("this libssh checks the tag");
        const SshdProcess sshd({"Ciphers aes256-gcm@openssh.com"});
        const SshOutcome outcome = m_bench->run(m_bench->settingsFor(sshd), "true");
        QCOMPARE(outcome.cause, Cause::NoCommonAlgorithm);
        QVERIFY2(outcome.message.contains(QStringLiteral("--transport openssh")) && !outcome.message.contains(QStringLiteral("--legacy")),
                 qPrintable(outcome.message));
        SshSettings asked = m_bench->settingsFor(sshd);
        asked.algorithms.ciphers = "aes256-gcm@openssh.com";
        const SshOutcome refused = m_bench->run(asked, "true");
        QCOMPARE(refused.cause, Cause::BadVariable);
        QVERIFY2(refused.message.contains(QStringLiteral("aes256-gcm")), qPrintable(refused.message));
    }

    void aHostOfOldAlgorithmsNeedsLegacy()
    {
        const SshdProcess sshd({"KexAlgorithms diffie-hellman-group14-sha1"});
        const SshOutcome outcome = m_bench->run(m_bench->settingsFor(sshd), "true");
        QCOMPARE(outcome.cause, Cause::NoCommonAlgorithm);
        QVERIFY2(outcome.message.contains(QStringLiteral("--legacy")), qPrintable(outcome.message));
    }

    // ServerAliveInterval: a host that lives may say nothing for as long as it likes, one that hangs may not.
    void aSilentHostIsAsked()
    {
        const SshdProcess sshd;
        SshBench bench;
        SshSettings asking = bench.settingsFor(sshd);
        asking.serverAliveInterval = std::chrono::seconds(2); // which is how long a busy machine may hold up its answer
        asking.serverAliveCountMax = 1;
        const SshOutcome lives = bench.run(asking, "sleep 5; echo there");
        QVERIFY2(lives.reply, qPrintable(lives.message));
        QCOMPARE(lives.reply->output, "there\n");

        const SshOutcome &hangs = bench.start(asking, "sleep 60");
        QVERIFY(bench.spinUntilSent());
        signalChildrenOf(sshd.processId(), SIGSTOP);
        bench.wait();
        signalChildrenOf(sshd.processId(), SIGKILL);
        QCOMPARE(hangs.cause, Cause::ConnectionLost);
        QVERIFY2(hangs.message.contains(QStringLiteral("ServerAliveInterval")), qPrintable(hangs.message));
    }

    void severalCommandsShareAConnection()
    {
        std::vector<ShellCommand> commands(3);
        for (ShellCommand &command : commands)
            command.command = "echo $PPID";
        commands.back().command = "echo $SSH_CONNECTION";
        const SshOutcome &outcome = m_bench->start(settings(), std::move(commands));
        m_bench->wait();
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QVERIFY(outcome.reply->output.startsWith("127.0.0.1 "));
    }

private:
    // Of a server that forks for each connection.
    static void signalChildrenOf(qint64 parent, int signal)
    {
        QProcess ps;
        ps.start(QStringLiteral("ps"), {QStringLiteral("-o"), QStringLiteral("pid="), QStringLiteral("--ppid"), QString::number(parent)});
        ps.waitForFinished();
        for (const QByteArray &line : ps.readAllStandardOutput().split('\n')) {
            if (const int child = line.trimmed().toInt(); child > 1)
                kill(child, signal);
        }
    }

    [[nodiscard]] SshSettings settings() const { return m_bench->settingsFor(*m_sshd); }

    std::unique_ptr<SshdProcess> m_sshd;
    std::unique_ptr<SshBench> m_bench;
};

QTEST_GUILESS_MAIN(SshOpenssh)
#include "tst_ssh_openssh.moc"
