// Jump hosts and ProxyCommand: real sshds as bastions, a real sshd and the simulated fleet behind them.

#include "sshbench.h"

#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"

#include <QElapsedTimer>
#include <QTest>

#include <signal.h>
#include <sys/resource.h>

using namespace collector;

namespace {

// Of this process so far.
struct Usage
{
    Usage()
    {
        rusage own{};
        getrusage(RUSAGE_SELF, &own);
        cpuMs = (own.ru_utime.tv_sec + own.ru_stime.tv_sec) * 1000 + (own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1000;
        peakKb = own.ru_maxrss;
    }
    long cpuMs = 0;
    long peakKb = 0;
};

} // namespace

class SshJump : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        m_bastion = std::make_unique<SshdProcess>();
        m_second = std::make_unique<SshdProcess>();
        m_target = std::make_unique<SshdProcess>();
        m_fleet = std::make_unique<FleetProcess>();
    }

    void runsThroughAJumpHost()
    {
        SshBench bench;
        const SshOutcome outcome = bench.run(through(bench, {m_bastion.get()}, *m_target), "echo $SSH_CONNECTION; exit 5");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QVERIFY(outcome.reply->output.startsWith("127.0.0.1 "));
        QCOMPARE(outcome.reply->exitStatus, 5);
        QVERIFY(outcome.info.via.endsWith("@127.0.0.1:" + QByteArray::number(m_bastion->port())));
        QCOMPARE(outcome.info.hostKeyType, "ssh-ed25519");
    }

    void runsThroughAChain()
    {
        SshBench bench;
        const SshOutcome outcome = bench.run(through(bench, {m_bastion.get(), m_second.get()}, *m_target), "echo there");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output, "there\n");
    }

    void checksTheTargetsKeyUnderItsOwnName()
    {
        SshBench bench;
        SshSettings settings = through(bench, {m_bastion.get()}, *m_target);
        settings.knownHosts = bench.settingsFor(*m_bastion).knownHosts;
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.cause, Cause::HostKeyUnknown);
    }

    void carriesTwentyMegabytes()
    {
        SshBench bench;
        ShellCommand command;
        command.command = "wc -c; head -c 20000000 /dev/zero";
        command.input = QByteArray(3'000'000, 'x');
        command.outputLimit = 30'000'000;
        const SshOutcome outcome = bench.run(through(bench, {m_bastion.get()}, *m_target), command);
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.reply->output.size(), 20'000'000 + 8);
        QVERIFY(outcome.reply->output.startsWith("3000000\n"));
    }

    void carriesManyTargets()
    {
        constexpr int targets = 300;
        SshBench bench;
        const SshSettings common = through(bench, {m_bastion.get()}, *m_fleet);
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < targets; ++i) {
            SshSettings settings = common;
            settings.host = "127.9." + QByteArray::number(i / 200) + '.' + QByteArray::number(i % 200 + 1);
            outcomes.push_back(&bench.start(settings, "uptime"));
        }
        bench.wait();
        for (const SshOutcome *outcome : outcomes) {
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
            QCOMPARE(outcome->reply->output, "hello world\n");
        }
    }

    void tellsWhatTheJumpHostSaysOfTheTarget()
    {
        SshBench bench;
        SshSettings settings = through(bench, {m_bastion.get()}, *m_target);
        settings.port = 1;
        QCOMPARE(bench.run(settings, "true").cause, Cause::Refused);
    }

    void aBastionThatDoesNotLetUsInIsJumpFailed()
    {
        SshBench bench;
        SshSettings settings = through(bench, {m_bastion.get()}, *m_target);
        auto jump = std::make_shared<SshSettings>(*settings.jumps.front());
        jump->credentials = bench.settingsFor(*m_second).credentials;
        settings.jumps = {jump};
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.cause, Cause::JumpFailed);
        QVERIFY2(outcome.message.contains(QStringLiteral("refused")), qPrintable(outcome.message));
        for (int i = 0; i < 2; ++i)
            bench.run(settings, "true");
        QCOMPARE(bench.run(settings, "true").cause, Cause::NotAttempted);
    }

    // Success and farewell in one piece: nobody may wait for a socket that is closed already.
    void aBastionThatLeavesAfterTheLoginIsJumpFailed()
    {
        const FleetProcess leaving({QStringLiteral("--fault"), QStringLiteral("leave-after-login")});
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.jumps = {std::make_shared<SshSettings>(bench.settingsFor(leaving))};
        QElapsedTimer timer;
        timer.start();
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.cause, Cause::JumpFailed);
        QVERIFY2(outcome.message.contains(QStringLiteral("this host goes down")), qPrintable(outcome.message));
        QVERIFY(timer.elapsed() < 5000);
    }

    // libssh sends empty packets without end where one may hold nothing; here whoever waits for the bastion takes the
    // confirmation in, and it may not be the one who has asked for the channel.
    void aBastionOfTinyPacketsEndsInTime_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<Cause>("cause");
        QTest::newRow("of ten bytes") << QStringLiteral("max-packet-10") << Cause::JumpFailed;
        QTest::newRow("of one byte") << QStringLiteral("max-packet-1") << Cause::JumpFailed;
        QTest::newRow("of none, which libssh does not take for an answer") << QStringLiteral("max-packet-0") << Cause::ConnectTimeout;
        QTest::newRow("a window of none") << QStringLiteral("window-zero") << Cause::HandshakeTimeout;
    }
    void aBastionOfTinyPacketsEndsInTime()
    {
        QFETCH(QString, fault);
        QFETCH(Cause, cause);
        const FleetProcess tiny({QStringLiteral("--fault"), fault});
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.timeouts.connect = settings.timeouts.handshake = std::chrono::seconds(2);
        settings.jumps = {std::make_shared<SshSettings>(bench.settingsFor(tiny))};
        QElapsedTimer timer;
        timer.start();
        const Usage before;
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < 8; ++i)
            outcomes.push_back(&bench.start(settings, "true"));
        bench.wait();
        for (const SshOutcome *outcome : outcomes)
            QCOMPARE(outcome->cause, cause);
        const Usage after;
        QVERIFY2(timer.elapsed() < 25'000, qPrintable(QString::number(timer.elapsed()))); // the last: 8 s of timeouts
        QVERIFY2(after.cpuMs - before.cpuMs < 2'000, qPrintable(QString::number(after.cpuMs - before.cpuMs)));
        QVERIFY2(after.peakKb - before.peakKb < 64 * 1024, qPrintable(QString::number(after.peakKb - before.peakKb)));
    }

    void aBastionsLossesCountOnAllWorkers()
    {
        SshBench bench;
        SshSettings settings = through(bench, {m_bastion.get()}, *m_target);
        auto jump = std::make_shared<SshSettings>(*settings.jumps.front());
        jump->port = 1;
        settings.jumps = {jump};
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(bench.run(settings, "true").cause, Cause::JumpFailed);
            bench.worker = std::make_unique<SshWorker>(bench.reactor, bench.ssh); // another one of the run
        }
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.cause, Cause::NotAttempted);
        QVERIFY2(outcome.message.contains(QStringLiteral("refuses connections")), qPrintable(outcome.message));
    }

    void aLostBastionIsNotTheTargetsFault()
    {
        SshdProcess bastion;
        SshBench bench;
        const SshOutcome &outcome = bench.start(through(bench, {&bastion}, *m_target), "sleep 60");
        QVERIFY(bench.spinUntilSent());
        killChildrenOf(bastion.processId());
        bench.wait();
        QCOMPARE(outcome.cause, Cause::ConnectionLost); // the command may have run
        QVERIFY2(outcome.message.contains(QStringLiteral("jump host")), qPrintable(outcome.message));
    }

    void isDestroyedInMidFlight_data()
    {
        QTest::addColumn<int>("after");
        for (const int after : {1, 10, 30, 60, 120, 250, 500})
            QTest::addRow("after %d ms", after) << after;
    }
    void isDestroyedInMidFlight()
    {
        QFETCH(int, after);
        SshBench bench;
        const SshSettings common = through(bench, {m_bastion.get(), m_second.get()}, *m_fleet);
        for (int i = 0; i < 20; ++i) {
            SshSettings settings = common;
            settings.host = "127.9.9." + QByteArray::number(i + 1);
            bench.start(settings, "uptime");
        }
        bench.spinFor(std::chrono::milliseconds(after));
        bench.destroyAll();
        bench.spinFor(std::chrono::milliseconds(10));
        QCOMPARE(bench.run(common, "uptime").cause, Cause::None);
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

private:
    // Of a server that forks for each connection.
    static void killChildrenOf(qint64 parent)
    {
        QProcess ps;
        ps.start(QStringLiteral("ps"), {QStringLiteral("-o"), QStringLiteral("pid="), QStringLiteral("--ppid"), QString::number(parent)});
        ps.waitForFinished();
        for (const QByteArray &line : ps.readAllStandardOutput().split('\n')) {
            if (const int child = line.trimmed().toInt(); child > 1)
                kill(child, SIGKILL);
        }
    }

    static SshSettings through(const SshBench &bench, const std::vector<const ServerProcess *> &jumps, const ServerProcess &target)
    {
        SshSettings settings = bench.settingsFor(target);
        for (const ServerProcess *jump : jumps)
            settings.jumps.push_back(std::make_shared<const SshSettings>(bench.settingsFor(*jump)));
        return settings;
    }

    std::unique_ptr<SshdProcess> m_bastion;
    std::unique_ptr<SshdProcess> m_second;
    std::unique_ptr<SshdProcess> m_target;
    std::unique_ptr<FleetProcess> m_fleet;
};

QTEST_GUILESS_MAIN(SshJump)
#include "tst_ssh_jump.moc"
