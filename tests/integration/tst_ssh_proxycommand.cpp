// ProxyCommand: what it carries, what it is given, and what is said of it where it fails.

#include "sshbench.h"

#include "fleet/sshdprocess.h"
#include "ssh/proxycommand.h"

#include <QTest>

#include <array>

using namespace collector;

class SshProxyCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        m_bastion = std::make_unique<SshdProcess>();
        m_target = std::make_unique<SshdProcess>();
    }

    void runsThroughAProxyCommand()
    {
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.proxyCommand = QStringList{QStringLiteral("ssh")} + m_bastion->sshOptions() +
                                QStringList{QStringLiteral("-p"), QString::number(m_bastion->port()), QStringLiteral("-W"),
                                            QStringLiteral("127.0.0.1:%1").arg(m_target->port()), QStringLiteral("127.0.0.1")};
        const SshOutcome outcome = bench.run(settings, "echo proxied");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "proxied\n");
    }

    // A cloud's program finds its account there, another one its web proxy.
    void aProxyCommandHasTheEnvironment()
    {
        qputenv("AWS_PROFILE", "prod");
        qputenv("COLLECTOR_WORD", "ours");
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.proxyCommand = QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"),
                                            QStringLiteral("echo \"<$AWS_PROFILE$COLLECTOR_WORD>\" >&2; exit 1")};
        const SshOutcome outcome = bench.run(settings, "true");
        qunsetenv("AWS_PROFILE");
        qunsetenv("COLLECTOR_WORD");
        QVERIFY2(outcome.message.contains(QStringLiteral("<prod>")), qPrintable(outcome.message));
    }

    void aProxyCommandThatFailsSaysWhy()
    {
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.proxyCommand = QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("echo no way >&2; exit 1")};
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.cause, Cause::JumpFailed);
        QVERIFY2(outcome.message.contains(QStringLiteral("no way")), qPrintable(outcome.message));
        settings.proxyCommand = QStringList{QStringLiteral("/nonexistent/proxy")};
        QCOMPARE(bench.run(settings, "true").cause, Cause::JumpFailed);
        // As ssh -q does: the target has not reset anything.
        settings.proxyCommand = QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("exit 255")};
        const SshOutcome silent = bench.run(settings, "true");
        QVERIFY2(silent.cause == Cause::JumpFailed, qPrintable(silent.message));
        QVERIFY2(silent.message.contains(QStringLiteral("says nothing")), qPrintable(silent.message));
    }

    // Records are read by many.
    void aPasswordOnAProxyCommandIsInNoRecord_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char *name, const char *command, const char *shown) {
            QTest::newRow(name) << QString::fromLatin1(command) << QString::fromLatin1(shown);
        };
        row("sshpass", "sshpass -p s3cret ssh -p 2222 -W h:22 b", "sshpass -p *** ssh -p 2222 -W h:22 b");
        row("sshpass, in one word", "/usr/bin/sshpass -ps3cret ssh b", "/usr/bin/sshpass -p*** ssh b");
        row("sshpass, quoted, behind its prompt", "sshpass -P 'pass: ' -v -p 's3cret of ours' ssh b",
            "sshpass -P 'pass: ' -v -p *** ssh b");
        row("sshpass, within another shell", "sh -c \"sshpass -p \\\"s3cret\\\" ssh b\"", "sh -c \"sshpass -p *** ssh b\"");
        row("sshpass by its file", "sshpass -f ~/.pw ssh -p 2222 b", "sshpass -f ~/.pw ssh -p 2222 b");
        row("the environment", "env SSHPASS=s3cret sshpass -e ssh -p 22 b", "env SSHPASS=*** sshpass -e ssh -p 22 b");
        row("ncat", "ncat --proxy p:3128 --proxy-auth me:s3cret h 22", "ncat --proxy p:3128 --proxy-auth *** h 22");
        row("plink", "plink -batch -pw s3cret b -nc h:22", "plink -batch -pw *** b -nc h:22");
        row("nothing secret", "ssh -o PasswordAuthentication=no -o StrictHostKeyChecking=no -p 22 -W h:22 b",
            "ssh -o PasswordAuthentication=no -o StrictHostKeyChecking=no -p 22 -W h:22 b");
    }
    void aPasswordOnAProxyCommandIsInNoRecord()
    {
        QFETCH(QString, command);
        QFETCH(QString, shown);
        QCOMPARE(shownCommand({command}), shown);
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.proxyCommand = QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("exit 1 # ") + command};
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.info.via, QByteArray("/bin/sh -c exit 1 # ") + shown.toUtf8());
        QVERIFY2(!outcome.message.contains(QStringLiteral("s3cret")), qPrintable(outcome.message));
    }

    // "Authorized use only" is none of a host's faults, and no reason to try again.
    void aBannerOfAProxyCommandIsNoFailureOfIt()
    {
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        const auto proxy = [](const char *does) {
            return QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"),
                               QStringLiteral("echo '*** authorized use only' >&2; ") + QLatin1StringView(does)};
        };
        settings.proxyCommand = proxy("echo 'HTTP/1.1 400 Bad Request'; sleep 30"); // it goes on
        const SshOutcome goesOn = bench.run(settings, "true");
        QVERIFY2(goesOn.cause == Cause::NotSsh, qPrintable(goesOn.message));
        settings.proxyCommand = proxy("echo 'HTTP/1.1 400 Bad Request'"); // the host closes, and it has done its work
        const SshOutcome ends = bench.run(settings, "true");
        QVERIFY2(ends.cause == Cause::NotSsh, qPrintable(ends.message));
        settings.proxyCommand = proxy("exit 3");
        QCOMPARE(bench.run(settings, "true").cause, Cause::JumpFailed);
        settings.proxyCommand = proxy("kill -9 $$");
        QCOMPARE(bench.run(settings, "true").cause, Cause::JumpFailed);
    }

    // What it said, and left, while we were about to speak for our part; a few of hundreds do so at that very moment.
    void whatEndsAsWeSpeakIsRead()
    {
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.proxyCommand = QStringList{QStringLiteral("/bin/echo"), QStringLiteral("HTTP/1.1 400 Bad Request")};
        std::array<const SshOutcome *, 500> all{};
        for (const SshOutcome *&outcome : all)
            outcome = &bench.start(settings, "true");
        bench.wait();
        for (const SshOutcome *outcome : all)
            QVERIFY2(outcome->cause == Cause::NotSsh, qPrintable(outcome->message));
    }

private:
    std::unique_ptr<SshdProcess> m_bastion;
    std::unique_ptr<SshdProcess> m_target;
};

QTEST_GUILESS_MAIN(SshProxyCommand)
#include "tst_ssh_proxycommand.moc"
