// Ways to log in, the brake on passwords, one address with many names.

#include "sshbench.h"

#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"
#include "ssh/agentclient.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace collector;

namespace {

std::shared_ptr<const Secret> secret(const char *text)
{
    return std::make_shared<const Secret>(std::string_view(text));
}

// An ssh-agent with keys in it, for as long as this lives.
class Agent
{
public:
    explicit Agent(const QStringList &keys)
    {
        m_process.start(QStringLiteral("ssh-agent"), {QStringLiteral("-D"), QStringLiteral("-a"), socket()});
        m_process.waitForStarted();
        if (!QTest::qWaitFor([this] { return QFile::exists(socket()); }, 30'000))
            qFatal("ssh-agent does not start");
        QProcess add;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SSH_AUTH_SOCK"), socket());
        add.setProcessEnvironment(environment);
        add.start(QStringLiteral("ssh-add"), keys);
        add.waitForFinished();
    }
    ~Agent()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    [[nodiscard]] QString socket() const { return m_directory.filePath(QStringLiteral("agent")); }

private:
    QTemporaryDir m_directory;
    QProcess m_process;
};

// From now on the bench has the keys of the agent, which must be so many.
void useAgent(SshBench &bench, const Agent &agent, qsizetype keys)
{
    bench.ssh.agent = std::make_shared<AgentClient>(agent.socket());
    QString problem;
    const auto count = qsizetype(bench.ssh.agent->load(&problem).size());
    QVERIFY2(count == keys, qPrintable(problem));
}

Task<> twoAttempts(SshBench &bench, std::vector<bool> &awaited)
{
    const std::shared_ptr<const Secret> password = secret("right");
    for (int i = 0; i < 2; ++i) {
        PasswordBrake::Attempt attempt = co_await bench.ssh.passwords.attempt(bench.reactor, "ops", password);
        awaited.push_back(attempt.isAwaited());
        attempt.accepted();
    }
}

QString newKey(const QString &file, const QString &type = QStringLiteral("ed25519"))
{
    QProcess::execute(QStringLiteral("ssh-keygen"),
                      {QStringLiteral("-q"), QStringLiteral("-t"), type, QStringLiteral("-N"), QString(), QStringLiteral("-f"), file});
    return file;
}

} // namespace

class SshLogin : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_fleet = std::make_unique<FleetProcess>(QStringList{QStringLiteral("--password"), QStringLiteral("open sesame")});
    }

    void aPasswordLogsIn_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QByteArray>("auth");
        QTest::newRow("as a password") << QStringLiteral("password-only") << QByteArray("password");
        QTest::newRow("as the answer to a hidden prompt") << QStringLiteral("prompt-only") << QByteArray("keyboard-interactive");
    }
    void aPasswordLogsIn()
    {
        QFETCH(QString, fault);
        QFETCH(QByteArray, auth);
        FleetProcess fleet({QStringLiteral("--password"), QStringLiteral("open sesame"), QStringLiteral("--fault"), fault});
        SshBench bench;
        SshSettings settings = bench.settingsFor(fleet);
        settings.password = secret("open sesame");
        const SshOutcome outcome = bench.run(settings, "uptime");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QCOMPARE(outcome.info.auth, auth);
        settings.password = nullptr;
        QCOMPARE(bench.run(settings, "uptime").cause, Cause::NoCredentials);
        settings.password = secret("wrong");
        settings.host = "127.0.0.2";
        QCOMPARE(bench.run(settings, "uptime").cause, Cause::AuthDenied);
    }

    void aPasswordIsNeverSentToAHostThatNobodyChecked()
    {
        FleetProcess fleet({QStringLiteral("--fault"), QStringLiteral("password-only")});
        SshBench bench;
        SshSettings settings = bench.settingsFor(fleet);
        settings.knownHosts = nullptr;
        settings.hostKeyPolicy = HostKeyPolicy::Off;
        settings.password = secret("secret");
        QCOMPARE(bench.run(settings, "uptime").cause, Cause::NoCredentials);
    }

    void aPasswordIsNoAnswerToAnotherQuestion_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<int>("cause");
        QTest::newRow("a code") << QStringLiteral("otp") << int(Cause::MfaRequired);
        QTest::newRow("a code after the key") << QStringLiteral("key-then-otp") << int(Cause::MfaRequired);
        QTest::newRow("a new password") << QStringLiteral("password-expired") << int(Cause::PasswordExpired);
        QTest::newRow("prompts for ever") << QStringLiteral("endless-prompts") << int(Cause::AuthDenied);
    }
    void aPasswordIsNoAnswerToAnotherQuestion()
    {
        QFETCH(QString, fault);
        QFETCH(int, cause);
        FleetProcess fleet({QStringLiteral("--fault"), fault});
        SshBench bench;
        SshSettings settings = bench.settingsFor(fleet);
        settings.password = secret("secret");
        const SshOutcome outcome = bench.run(settings, "uptime");
        QVERIFY2(int(outcome.cause) == cause, qPrintable(outcome.message));
    }

    void aWrongPasswordIsOfferedToThreeHostsAndNoMore()
    {
        FleetProcess fleet(
            {QStringLiteral("--password"), QStringLiteral("right"), QStringLiteral("--fault"), QStringLiteral("password-only")});
        SshBench bench;
        SshSettings settings = bench.settingsFor(fleet);
        settings.password = secret("wrong");
        std::vector<const SshOutcome *> outcomes;
        for (int i = 1; i <= 40; ++i) {
            settings.host = "127.4.0." + QByteArray::number(i);
            outcomes.push_back(&bench.start(settings, "uptime"));
        }
        bench.wait();
        const auto ended = [&outcomes](Cause cause) {
            return std::count_if(outcomes.begin(), outcomes.end(), [cause](const SshOutcome *outcome) { return outcome->cause == cause; });
        };
        QCOMPARE(ended(Cause::AuthDenied), 3);
        QCOMPARE(ended(Cause::AuthStopped), 37);
        int offered = 0;
        for (const FleetEvent &event : fleet.log())
            offered += event.event == FleetEvent::Auth && event.detail.startsWith(QStringLiteral("password"));
        QCOMPARE(offered, 3);
    }

    void oneRefusalAtAnAddressIsEnough()
    {
        FleetProcess fleet({QStringLiteral("--fault"), QStringLiteral("auth-denied")});
        SshBench bench;
        const SshSettings settings = bench.settingsFor(fleet);
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < 30; ++i)
            outcomes.push_back(&bench.start(settings, "uptime"));
        bench.wait();
        int denied = 0;
        for (const SshOutcome *outcome : outcomes) {
            denied += outcome->cause == Cause::AuthDenied;
            QVERIFY(outcome->cause == Cause::AuthDenied || outcome->cause == Cause::AuthStopped);
        }
        QCOMPARE(denied, 1);
    }

    void othersWaitForTheFirstVerdictAlone()
    {
        SshBench bench;
        std::vector<bool> awaited;
        std::optional<Task<>> task(twoAttempts(bench, awaited));
        bench.inLoop([&task] { task->start(); });
        QVERIFY(bench.spinUntil([&awaited] { return awaited.size() == 2; }));
        QCOMPARE(awaited, (std::vector<bool>{true, false}));
        bench.inLoop([&task] { task.reset(); });
    }

    // A directory or PAM may take longer than our own limits: where --timeout is larger, it may take that.
    void aSlowLoginMayTakeAsLongAsTheHost()
    {
        if (getuid() != 0)
            QSKIP("sshd asks a program for keys for root alone");
        QTemporaryDir directory;
        const QString keys = directory.filePath(QStringLiteral("keys"));
        const SshdProcess sshd({"AuthorizedKeysFile none", "AuthorizedKeysCommandUser root",
                                "AuthorizedKeysCommand /bin/sh -c \"sleep 22; cat " + keys.toUtf8() + '"'});
        QVERIFY(QFile::copy(sshd.file(QStringLiteral("authorized_keys")), keys));
        QFile inventory(directory.filePath(QStringLiteral("hosts.ini")));
        QVERIFY(inventory.open(QIODevice::WriteOnly));
        inventory.write("127.0.0.2\n");
        inventory.close();
        QProcess program;
        program.start(QStringLiteral(BUILD_DIR "/bin/collector"), {QStringLiteral("-i"),
                                                                   inventory.fileName(),
                                                                   QStringLiteral("--port"),
                                                                   QString::number(sshd.port()),
                                                                   QStringLiteral("-u"),
                                                                   ServerProcess::user(),
                                                                   QStringLiteral("--identity"),
                                                                   sshd.clientKey(),
                                                                   QStringLiteral("--known-hosts"),
                                                                   sshd.knownHostsFile(),
                                                                   QStringLiteral("--ssh-config"),
                                                                   QStringLiteral("none"),
                                                                   QStringLiteral("-p"),
                                                                   QStringLiteral("ssh-command"),
                                                                   QStringLiteral("--command"),
                                                                   QStringLiteral("echo there"),
                                                                   QStringLiteral("--timeout"),
                                                                   QStringLiteral("60"),
                                                                   QStringLiteral("-f"),
                                                                   QStringLiteral("jsonl")});
        SshBench bench;
        const SshOutcome refused = bench.run(bench.settingsFor(sshd), "true");
        QVERIFY2(refused.cause == Cause::AuthTimeout, qPrintable(refused.message));
        QVERIFY2(refused.message.contains(QStringLiteral("--timeout above 20 s")), qPrintable(refused.message));
        QVERIFY(program.waitForFinished(70'000));
        const QByteArray record = program.readAllStandardOutput();
        QVERIFY2(record.contains("\"status\":\"ok\"") && record.contains("there\\n"), record.constData());
    }

    void aChannelMayTakeAsLongAsTheHost()
    {
        const FleetProcess fleet({QStringLiteral("--fault"), QStringLiteral("channel-stall")});
        SshBench bench;
        SshSettings settings = bench.settingsFor(fleet);
        QElapsedTimer timer;
        timer.start();
        settings.timeouts.channel = std::chrono::seconds(1);
        const SshOutcome &early = bench.start(settings, "true");
        settings.timeouts.setAttempt(std::chrono::seconds(2));
        settings.timeouts.setAttempt(std::chrono::milliseconds(100)); // never less
        const SshOutcome &late = bench.start(settings, "true");
        bench.wait();
        QVERIFY(timer.elapsed() >= 2000);
        QVERIFY2(early.cause == Cause::ExecTimeout, qPrintable(early.message));
        QVERIFY2(early.message.contains(QStringLiteral("--timeout above 1 s")), qPrintable(early.message));
        QVERIFY2(late.message.contains(QStringLiteral("--timeout above 2 s")), qPrintable(late.message));
    }

    void manyNamesOfOneSshdKeepToItsLimit()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        SshdProcess sshd({"MaxStartups 10:30:100"});
        SshBench bench;
        const SshSettings settings = bench.settingsFor(sshd);
        std::vector<const SshOutcome *> outcomes;
        for (int i = 0; i < 60; ++i)
            outcomes.push_back(&bench.start(settings, "true"));
        bench.wait();
        for (const SshOutcome *outcome : outcomes)
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
    }

    void theRightKeyIsFoundAmongSeveral()
    {
        QTemporaryDir directory;
        Credentials::Sources sources;
        for (int i = 0; i < 3; ++i)
            sources.identities.append(newKey(directory.filePath(QStringLiteral("other%1").arg(i))));
        sources.identities.append(m_fleet->clientKey());
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.2.1");
        settings.credentials = Credentials::gather(std::move(sources));
        settings.credentialsGroup = "web";
        QVERIFY(bench.run(settings, "uptime").reply);
        const auto denied = [this](const QString &address) {
            int count = 0;
            for (const FleetEvent &event : m_fleet->log())
                count += event.address == address && event.event == FleetEvent::Auth &&
                         event.detail.contains(QStringLiteral("publickey denied"));
            return count;
        };
        QVERIFY(denied(QStringLiteral("127.3.2.1")) > 0);
        settings.host = "127.3.2.2";
        const SshOutcome second = bench.run(settings, "uptime");
        QVERIFY2(second.reply, qPrintable(second.message));
        QCOMPARE(denied(QStringLiteral("127.3.2.2")), 0); // the key that worked comes first
    }

    void anAgentsKeyLogsIn()
    {
        QTemporaryDir directory;
        QStringList keys;
        for (int i = 0; i < 7; ++i)
            keys.append(newKey(directory.filePath(QStringLiteral("agent%1").arg(i))));
        keys.insert(3, m_fleet->clientKey());
        const Agent agent(keys);
        SshBench bench;
        useAgent(bench, agent, keys.size());
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.3.1");
        settings.credentials = nullptr;
        settings.credentialsGroup = "agent";
        std::vector<const SshOutcome *> outcomes;
        for (int i = 1; i <= 30; ++i) {
            settings.host = "127.3.3." + QByteArray::number(i);
            outcomes.push_back(&bench.start(settings, "uptime"));
        }
        bench.wait();
        for (const SshOutcome *outcome : outcomes) {
            QVERIFY2(outcome->reply, qPrintable(outcome->message));
            QCOMPARE(outcome->info.auth, "publickey");
            QVERIFY(outcome->info.key.startsWith("SHA256:"));
        }
    }

    // Else its owner looks for a fault at the host, whose key was never offered.
    void keysThatWereNotOfferedAreTold()
    {
        QTemporaryDir directory;
        QStringList keys;
        for (int i = 0; i < 8; ++i)
            keys.append(newKey(directory.filePath(QStringLiteral("key%1").arg(i))));
        const Agent agent(keys);
        SshBench bench;
        useAgent(bench, agent, 8);
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.6.1");
        Credentials::Sources sources;
        sources.expected = {keys.first(), newKey(directory.filePath(QStringLiteral("one")))};
        settings.identityFiles = sources.expected;
        settings.credentials = Credentials::gather(std::move(sources));
        const SshOutcome refused = bench.run(settings, "uptime");
        QCOMPARE(refused.cause, Cause::AuthDenied);
        // Nine in all, one of them twice, of which five were.
        QVERIFY2(refused.message.contains(QStringLiteral("4 further keys were not offered")), qPrintable(refused.message));
        QVERIFY2(refused.message.contains(QStringLiteral("--identity")), qPrintable(refused.message));
        settings.host = "127.3.6.2";
        settings.identityFiles = {keys.first()};
        settings.mayUseAgent = false;
        const SshOutcome one = bench.run(settings, "uptime");
        QVERIFY2(one.message.contains(QStringLiteral("check user, keys and authorized_keys")), qPrintable(one.message));
    }

    void manyKeysForAFewTriesAreTold()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        QTemporaryDir directory;
        const SshdProcess sshd({"MaxAuthTries 2"});
        SshBench bench;
        SshSettings settings = bench.settingsFor(sshd);
        Credentials::Sources sources;
        for (int i = 0; i < 3; ++i)
            sources.expected.append(newKey(directory.filePath(QStringLiteral("key%1").arg(i))));
        settings.identityFiles = sources.expected;
        settings.credentials = Credentials::gather(std::move(sources));
        const SshOutcome refused = bench.run(settings, "uptime");
        QCOMPARE(refused.cause, Cause::AuthDenied);
        QVERIFY2(refused.message.contains(QStringLiteral("MaxAuthTries")), qPrintable(refused.message));
    }

    void theAgentsKeyThatWorkedComesBeforeOtherFiles()
    {
        QTemporaryDir directory;
        const Agent agent({newKey(directory.filePath(QStringLiteral("other"))), m_fleet->clientKey()});
        SshBench bench;
        useAgent(bench, agent, 2);
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.5.1");
        Credentials::Sources sources;
        sources.expected = {newKey(directory.filePath(QStringLiteral("one"))), newKey(directory.filePath(QStringLiteral("two")))};
        settings.identityFiles = sources.expected;
        settings.credentials = Credentials::gather(std::move(sources));
        settings.credentialsGroup = "web";
        const auto denied = [this](const QString &address) {
            int count = 0;
            for (const FleetEvent &event : m_fleet->log())
                count += event.address == address && event.event == FleetEvent::Auth &&
                         event.detail.contains(QStringLiteral("publickey denied"));
            return count;
        };
        const SshOutcome first = bench.run(settings, "uptime");
        QVERIFY2(first.reply, qPrintable(first.message));
        QVERIFY(denied(QStringLiteral("127.3.5.1")) >= 2);
        settings.host = "127.3.5.2";
        const SshOutcome second = bench.run(settings, "uptime");
        QVERIFY2(second.reply, qPrintable(second.message));
        QCOMPARE(denied(QStringLiteral("127.3.5.2")), 0);
    }

    void anRsaKeyLogsIn()
    {
        QTemporaryDir directory;
        const QString key = newKey(directory.filePath(QStringLiteral("rsa")), QStringLiteral("rsa"));
        FleetProcess fleet({QStringLiteral("--authorized-key"), key + QStringLiteral(".pub")});
        SshBench bench;
        SshSettings settings = bench.settingsFor(fleet);
        Credentials::Sources sources;
        sources.identities = {key};
        settings.credentials = Credentials::gather(std::move(sources));
        const SshOutcome outcome = bench.run(settings, "uptime");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
    }

    void anExcludedAddressGetsNoPacket()
    {
        SshRun::Options options;
        options.isExcluded = [](const QHostAddress &address) { return address == QHostAddress(QStringLiteral("127.3.4.1")); };
        SshBench bench(options);
        QCOMPARE(bench.run(bench.settingsFor(*m_fleet, "127.3.4.1"), "uptime").cause, Cause::Excluded);
        QCOMPARE(m_fleet->count(FleetEvent::Connect, QStringLiteral("127.3.4.1")), 0);
        QCOMPARE(bench.run(bench.settingsFor(*m_fleet, "127.3.4.2"), "uptime").cause, Cause::None);
    }

    // It was jump_failed, and tried again; ssh(1) was not started for it, which is excluded.
    void anExcludedJumpHostGetsNoPacket()
    {
        SshRun::Options options;
        options.isExcluded = [](const QHostAddress &address) { return address == QHostAddress(QStringLiteral("127.3.4.1")); };
        SshBench bench(options);
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.4.2");
        settings.jumps.push_back(std::make_shared<const SshSettings>(bench.settingsFor(*m_fleet, "127.3.4.1")));
        for (int i = 0; i < 5; ++i) {
            const SshOutcome outcome = bench.run(settings, "uptime");
            QCOMPARE(outcome.cause, Cause::Excluded);
            QVERIFY2(outcome.message.contains(u"127.3.4.1 is excluded"), qPrintable(outcome.message));
        }
        QCOMPARE(m_fleet->count(FleetEvent::Connect, QStringLiteral("127.3.4.1")), 0);
    }

private:
    std::unique_ptr<FleetProcess> m_fleet;
};

QTEST_GUILESS_MAIN(SshLogin)
#include "tst_ssh_login.moc"
