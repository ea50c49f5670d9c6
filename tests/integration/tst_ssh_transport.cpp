// The openssh transport beside the native one: the same record, the same causes. Needs ssh(1) and sshd.

#include "sshbench.h"

#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"

#include <QTest>

using namespace collector;

class SshTransportTest : public QObject
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

    void runsACommand()
    {
        const SshOutcome outcome = m_bench->run(settings(), "printf out; printf err >&2; exit 3");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "out");
        QCOMPARE(outcome.reply->errorOutput, "err");
        QCOMPARE(outcome.reply->exitStatus, 3);
        QCOMPARE(outcome.info.auth, "publickey");
        QVERIFY2(outcome.info.key.startsWith("SHA256:"), outcome.info.key.constData());
        QCOMPARE(outcome.info.hostKeyType, "ssh-ed25519");
        QVERIFY(outcome.info.hostKey.startsWith("SHA256:"));
        QVERIFY2(outcome.info.banner.startsWith("SSH-2.0-OpenSSH"), outcome.info.banner.constData());
        QVERIFY(!outcome.info.kex.isEmpty() && !outcome.info.cipher.isEmpty());
        QVERIFY(outcome.isCommandSent);
    }

    void tellsItsOwn255FromTheHosts()
    {
        const SshOutcome outcome = m_bench->run(settings(), "exit 255");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->exitStatus, 255);
    }

    void runsAScript()
    {
        ShellCommand script;
        script.command = RemoteShell::scriptCommand();
        script.input = "# " + QByteArray(300'000, 'x') + "\necho one\ncat\nexit 4\n";
        const SshOutcome outcome = m_bench->run(settings(), script);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "one\n");
        QCOMPARE(outcome.reply->exitStatus, 4);
    }

    void cutsOutputWithoutEnd()
    {
        ShellCommand command;
        command.command = "yes";
        command.outputLimit = 100'000;
        const SshOutcome outcome = m_bench->run(settings(), command);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output.size(), 100'000);
        QVERIFY(outcome.reply->isTruncated);
    }

    void hasTheSameCauses_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<int>("cause");
        const auto row = [](const char *fault, Cause cause) { QTest::newRow(fault) << QString::fromLatin1(fault) << int(cause); };
        row("close-before-banner", Cause::RateLimited);
        row("not-allowed-now", Cause::RateLimited);
        row("reset-at-once", Cause::Reset);
        row("no-common-algorithm", Cause::NoCommonAlgorithm);
        row("other-host-key", Cause::HostKeyChanged);
        row("auth-denied", Cause::AuthDenied);
        row("too-many-failures", Cause::AuthDenied);
        row("channel-refused", Cause::ChannelRefused);
        row("exec-refused", Cause::ShellRejected);
        row("close-mid-output", Cause::ConnectionLost);
    }
    void hasTheSameCauses()
    {
        QFETCH(QString, fault);
        QFETCH(int, cause);
        FleetProcess fleet({QStringLiteral("--fault"), fault});
        const SshOutcome outcome = m_bench->run(settingsOf(fleet), "uptime");
        QVERIFY(!outcome.reply);
        QVERIFY2(int(outcome.cause) == cause,
                 qPrintable(QString::fromLatin1(causeName(outcome.cause)) + QStringLiteral(": ") + outcome.message));
        // Whoever gave a secret is told that ssh(1) had none.
        QCOMPARE(outcome.message.contains(QStringLiteral("without a password")), outcome.cause == Cause::AuthDenied);
    }

    void refusedAndUnknown()
    {
        SshSettings refused = settings();
        refused.port = 1;
        QCOMPARE(m_bench->run(refused, "true").cause, Cause::Refused);
        SshSettings unknown = settings();
        unknown.knownHostsFile = QStringLiteral("/dev/null");
        QCOMPARE(m_bench->run(unknown, "true").cause, Cause::HostKeyUnknown);
        SshSettings nowhere = settings();
        nowhere.host = "does-not-exist.invalid";
        QCOMPARE(m_bench->run(nowhere, "true").cause, Cause::Dns);
    }

    void isKilledWhenDestroyed()
    {
        m_bench->start(settings(), "sleep 60");
        m_bench->spinFor(std::chrono::milliseconds(500));
        m_bench->destroyAll();
        QCOMPARE(m_bench->run(settings(), "true").cause, Cause::None);
    }

private:
    [[nodiscard]] SshSettings settingsOf(const ServerProcess &server) const
    {
        SshSettings settings = m_bench->settingsFor(server);
        settings.transport = SshTransport::OpenSsh;
        settings.identityFiles = {server.clientKey()};
        settings.identitiesOnly = true;
        settings.openSshConfig = QStringLiteral("/dev/null");
        return settings;
    }
    [[nodiscard]] SshSettings settings() const { return settingsOf(*m_sshd); }

    std::unique_ptr<SshdProcess> m_sshd;
    std::unique_ptr<SshBench> m_bench;
};

QTEST_GUILESS_MAIN(SshTransportTest)
#include "tst_ssh_transport.moc"
