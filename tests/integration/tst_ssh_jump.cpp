// Jump hosts: real sshds as bastions, a real sshd and the simulated fleet behind them.

#include "silentport.h"
#include "sshbench.h"

#include "fleet/dropbearprocess.h"
#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"
#include "ssh/jumpopenings.h"

#include <QElapsedTimer>
#include <QTest>

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

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

// nc, wherever the tests run.
constexpr auto carry = R"(
import os, select, socket, sys
far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    ready = select.select([0, far], [], [])[0]
    for side, other in ((0, far.fileno()), (far.fileno(), 1)):
        if side in [x if x == 0 else x.fileno() for x in ready]:
            data = os.read(side, 65536)
            if not data:
                sys.exit(0)
            while data:
                data = data[os.write(other, data):]
)";

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

    // Two sites with the same addresses, each behind a bastion of its own that only a ProxyCommand tells from the other.
    void twoJumpHostsOfOneAddressAreTwo()
    {
        const SshdProcess closed({"AllowTcpForwarding no"});
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.jumps = {carriedTo(bench, *m_bastion)};
        const SshOutcome first = bench.run(settings, "true");
        QVERIFY2(first.cause == Cause::None, qPrintable(first.message));
        settings.jumps = {carriedTo(bench, closed)};
        const SshOutcome second = bench.run(settings, "true");
        QVERIFY2(second.cause == Cause::Prohibited, qPrintable(second.message));
    }

    void eachJumpHostsKeyIsChecked()
    {
        SshBench bench;
        SshSettings settings = through(bench, {m_bastion.get()}, *m_target);
        QCOMPARE(bench.run(settings, "true").cause, Cause::None);
        auto other = std::make_shared<SshSettings>(*settings.jumps.front());
        other->hostKeyAlias = "bastion-b";
        settings.jumps = {other};
        const SshOutcome outcome = bench.run(settings, "true");
        QVERIFY2(outcome.cause == Cause::JumpFailed, qPrintable(outcome.message));
        QVERIFY2(outcome.message.contains(QStringLiteral("bastion-b")), qPrintable(outcome.message));
    }

    // One address, with the same last hop: which site it is the first one tells.
    void aRefusalBehindOneChainIsNoneBehindAnother()
    {
        const SshdProcess target;
        SshBench bench;
        const auto last = std::make_shared<const SshSettings>(bench.settingsFor(*m_second));
        SshSettings here = bench.settingsFor(target);
        SshSettings there = here;
        here.jumps = {std::make_shared<const SshSettings>(bench.settingsFor(*m_bastion)), last};
        there.jumps = {carriedTo(bench, *m_bastion), last};
        const QString keys = target.file(QStringLiteral("authorized_keys"));
        QVERIFY(QFile::rename(keys, keys + u'~'));
        QCOMPARE(bench.run(here, "true").cause, Cause::AuthDenied);
        QVERIFY(QFile::rename(keys + u'~', keys));
        QCOMPARE(bench.run(here, "true").cause, Cause::AuthStopped);
        const SshOutcome outcome = bench.run(there, "true");
        QVERIFY2(outcome.cause == Cause::None, qPrintable(outcome.message));
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

    // Dropbear that may not forward gives a code and nothing else.
    void aReasonLeftOutIsToldByItsCode()
    {
        if (!DropbearProcess::isUsable())
            QSKIP("dropbear-bin is not installed, or we are not root");
        SshBench bench;
        const DropbearProcess bastion({QStringLiteral("-j")});
        const SshOutcome refused = bench.run(through(bench, {&bastion}, *m_target), "true");
        QCOMPARE(refused.cause, Cause::Prohibited);
        QVERIFY2(refused.message.contains(u": administratively prohibited; "), qPrintable(refused.message));
        QVERIFY2(refused.message.contains(u"AllowTcpForwarding"), qPrintable(refused.message));
    }

    // Answers that come in one piece leave one error text in libssh, which is not everybody's.
    void whatItSaysOfATargetIsNotAnothers()
    {
        const SshdProcess bastion({"PermitOpen 127.0.0.1:*"});
        SshBench bench;
        const SshSettings common = through(bench, {&bastion}, *m_target);
        std::vector<std::pair<const SshOutcome *, Cause>> outcomes;
        for (int i = 0; i < 60; ++i) {
            SshSettings settings = common;
            settings.port = quint16(1 + i); // nobody's
            settings.host = i % 2 == 0 ? "127.0.0.1" : "127.9.9.9";
            outcomes.emplace_back(&bench.start(settings, "true"), i % 2 == 0 ? Cause::Refused : Cause::Prohibited);
        }
        bench.wait();
        for (const auto &[outcome, cause] : outcomes)
            QVERIFY2(outcome->cause == cause, qPrintable(outcome->message));
    }

    // As long as a jump host tries a dead one, others behind it are not to wait.
    void deadNeighboursHoldNobodyUp()
    {
        constexpr int dead = 40;
        const SilentPort silent;
        SshBench bench;
        SshSettings settings = through(bench, {m_bastion.get()}, *m_fleet);
        settings.timeouts.connect = std::chrono::minutes(5); // none of them ends within this test
        for (int i = 0; i < dead; ++i) {
            SshSettings unanswered = settings;
            unanswered.port = silent.port();
            unanswered.host = "127.8.0." + QByteArray::number(i + 1);
            bench.start(unanswered, "uptime");
        }
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < 10; ++i) {
            settings.host = "127.9.0." + QByteArray::number(i + 1);
            outcomes.push_back(&bench.start(settings, "uptime"));
        }
        QVERIFY(bench.spinUntil([&bench] { return bench.inFlight() == dead; }));
        for (const SshOutcome *outcome : outcomes)
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
        bench.destroyAll();
    }

    // sshd serves nobody while it looks a name up: more of them would make it take longer.
    void aBastionThatIsHeldUpIsSentNoMore()
    {
        constexpr int targets = 30;
        const SshdProcess bastion;
        SshBench bench;
        SshSettings settings = through(bench, {&bastion}, *m_fleet);
        QCOMPARE(bench.run(settings, "uptime").cause, Cause::None);
        signalChildrenOf(bastion.processId(), SIGSTOP);
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < targets; ++i) {
            settings.host = "127.9.0." + QByteArray::number(i + 1);
            outcomes.push_back(&bench.start(settings, "uptime"));
        }
        bench.spinFor(std::chrono::seconds(4));
        QCOMPARE(bench.worker->held, targets - JumpOpenings::atOnce);
        signalChildrenOf(bastion.processId(), SIGCONT);
        bench.wait();
        for (const SshOutcome *outcome : outcomes)
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
    }

    void aTargetThatAnswersTooLateIsLetGo()
    {
        SilentPort silent;
        SshBench bench;
        SshSettings settings = through(bench, {m_bastion.get()}, *m_fleet);
        settings.timeouts.connect = std::chrono::milliseconds(1500);
        settings.port = silent.port();
        settings.host = "127.8.0.1";
        QCOMPARE(bench.run(settings, "true").cause, Cause::ConnectTimeout);
        int theirs = -1;
        QVERIFY(bench.spinUntil([&] { return (theirs = silent.accept(0x7f080001)) >= 0; })); // at one of the next SYNs
        char byte = 0;
        QVERIFY(bench.spinUntil([&] { return recv(theirs, &byte, 1, MSG_DONTWAIT) == 0; }));
        close(theirs);
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
        // A target's last attempt is what stands in its record.
        const SshOutcome again = bench.run(settings, "true");
        QVERIFY2(again.message.contains(QStringLiteral("refused with key SHA256:")), qPrintable(again.message));
        QVERIFY2(again.message.contains(QStringLiteral("not tried again")), qPrintable(again.message));
        bench.run(settings, "true");
        QCOMPARE(bench.run(settings, "true").cause, Cause::NotAttempted);
    }

    void aBastionThatIsNotOfferedThePasswordSaysWhy()
    {
        const FleetProcess bastion({QStringLiteral("--password"), QStringLiteral("open sesame")});
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        auto jump = std::make_shared<SshSettings>(bench.settingsFor(bastion));
        jump->credentials = Credentials::gather({});
        jump->mayUseDefaultKeys = false;
        jump->passwordUser = "somebody";
        settings.jumps = {jump};
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.cause, Cause::JumpFailed);
        QVERIFY2(outcome.message.contains(QStringLiteral("the password is somebody's")), qPrintable(outcome.message));
    }

    // Success and farewell in one piece: nobody may wait for a socket that is closed already.
    void aBastionThatLeavesAfterTheLoginIsJumpFailed()
    {
        const FleetProcess leaving({QStringLiteral("--fault"), QStringLiteral("leave-after-login")});
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_target);
        settings.jumps = {std::make_shared<SshSettings>(bench.settingsFor(leaving))};
        const SshOutcome outcome = bench.run(settings, "true");
        QCOMPARE(outcome.cause, Cause::JumpFailed);
        QVERIFY2(outcome.message.contains(QStringLiteral("this host goes down")), qPrintable(outcome.message));
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
        std::vector<const SshOutcome *> outcomes(8);
        for (const SshOutcome *&outcome : outcomes)
            outcome = &bench.start(settings, "true");
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
        signalChildrenOf(bastion.processId(), SIGKILL);
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

private:
    // Of a server that forks for each connection, and perhaps again.
    static void signalChildrenOf(qint64 parent, int number)
    {
        QProcess ps;
        ps.start(QStringLiteral("ps"), {QStringLiteral("-o"), QStringLiteral("pid="), QStringLiteral("--ppid"), QString::number(parent)});
        ps.waitForFinished();
        for (const QByteArray &line : ps.readAllStandardOutput().split('\n')) {
            if (const int child = line.trimmed().toInt(); child > 1) {
                signalChildrenOf(child, number);
                kill(child, number);
            }
        }
    }

    // Under an address that is not its own: a ProxyCommand leads there.
    static std::shared_ptr<const SshSettings> carriedTo(const SshBench &bench, const ServerProcess &jump)
    {
        auto settings = std::make_shared<SshSettings>(bench.settingsFor(jump));
        settings->hostKeyAlias = "[127.0.0.1]:" + QByteArray::number(jump.port());
        settings->proxyCommand =
            QStringList{QStringLiteral("python3"), QStringLiteral("-c"), QLatin1StringView(carry), QString::number(jump.port())};
        settings->host = "10.0.0.1";
        settings->port = 22;
        return settings;
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
