// Host keys are checked before anything is sent.

#include "sshbench.h"

#include "fleet/fleetprocess.h"
#include "fleet/sshdprocess.h"
#include "ssh/knownhostsappender.h"
#include "ssh/sshsettingssource.h"
#include "unit/ssh/keygen.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;

class SshHostKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_fleet = std::make_unique<FleetProcess>(); }

    void anUnknownHostKeyIsRefusedBeforeAnythingIsSent()
    {
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.0.1");
        settings.knownHosts = nullptr;
        settings.password = std::make_shared<const Secret>(std::string_view("open sesame"));
        const SshOutcome outcome = bench.run(settings, "uptime");
        QCOMPARE(outcome.cause, Cause::HostKeyUnknown);
        QVERIFY2(outcome.message.contains(QString::fromLatin1(m_fleet->fingerprint())), qPrintable(outcome.message));
        QVERIFY(outcome.message.contains(QStringLiteral("ssh-keyscan")));
        QCOMPARE(m_fleet->count(FleetEvent::Auth, QStringLiteral("127.3.0.1")), 0);
        QCOMPARE(outcome.info.hostKey, m_fleet->fingerprint());

        settings.knownHostsFile = QStringLiteral("/dev/null"); // nor will anything that is written there be known
        const QString said = bench.run(settings, "uptime").message;
        QVERIFY2(said.contains(QStringLiteral("--known-hosts")) && !said.contains(QStringLiteral("ssh-keyscan")), qPrintable(said));
    }

    void markedHostKeys_data()
    {
        QTest::addColumn<QByteArray>("marker");
        QTest::addColumn<int>("cause");
        QTest::newRow("revoked") << QByteArray("@revoked") << int(Cause::HostKeyRevoked);
        QTest::newRow("an authority's certificate is wanted") << QByteArray("@cert-authority") << int(Cause::HostCertUnsupported);
    }
    void markedHostKeys()
    {
        QFETCH(QByteArray, marker);
        QFETCH(int, cause);
        QTemporaryDir directory;
        QFile file(directory.filePath(QStringLiteral("known_hosts")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(marker + ' ' + m_fleet->hostKeyLine() + '\n');
        file.close();
        SshBench bench;
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.6.1");
        KnownHostsFiles files;
        settings.knownHosts = files.open({file.fileName()});
        const SshOutcome outcome = bench.run(settings, "uptime");
        QVERIFY2(int(outcome.cause) == cause, qPrintable(outcome.message));
        QCOMPARE(m_fleet->count(FleetEvent::Auth, QStringLiteral("127.3.6.1")), 0);
    }

    void aNewHostKeyIsAcceptedAndWrittenDown()
    {
        QTemporaryDir directory;
        const QString file = directory.filePath(QStringLiteral("known_hosts"));
        SshBench bench;
        bench.ssh.knownHostsAppender = std::make_shared<KnownHostsAppender>();
        SshSettings settings = bench.settingsFor(*m_fleet);
        settings.knownHosts = nullptr;
        settings.knownHostsFile = file;
        settings.hostKeyPolicy = HostKeyPolicy::AcceptNew;
        for (int i = 1; i <= 20; ++i) {
            settings.host = "127.3.1." + QByteArray::number(i);
            bench.start(settings, "uptime");
            bench.start(settings, "uptime");
        }
        bench.wait();
        QCOMPARE(bench.ssh.knownHostsAppender->finish(), QStringList());
        KnownHostsFiles files;
        settings.hostKeyPolicy = HostKeyPolicy::Strict;
        settings.knownHosts = files.open({file});
        const SshOutcome outcome = bench.run(settings, "uptime");
        QVERIFY2(outcome.reply, qPrintable(outcome.message));
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QCOMPARE(written.readAll().count('\n'), 20);
    }

    // Nobody would know the key again: any would do, each time.
    void aNewHostKeyThatCannotBeKeptIsNotBelieved_data()
    {
        QTest::addColumn<QByteArray>("alias");
        QTest::addColumn<bool>("isKept");
        for (const char *alias : {"#web", "@web", "|web", "!web", "web*", "we?", "web,1"})
            QTest::newRow(alias) << QByteArray(alias) << false;
        for (const char *alias : {"web#1", "ops@web", "we|b", "web!"})
            QTest::newRow(alias) << QByteArray(alias) << true;
    }
    void aNewHostKeyThatCannotBeKeptIsNotBelieved()
    {
        QFETCH(QByteArray, alias);
        QFETCH(bool, isKept);
        QTemporaryDir directory;
        SshBench bench;
        bench.ssh.knownHostsAppender = std::make_shared<KnownHostsAppender>();
        SshSettings settings = bench.settingsFor(*m_fleet, "127.3.2.1");
        settings.knownHosts = nullptr;
        settings.knownHostsFile = directory.filePath(QStringLiteral("known_hosts"));
        settings.hostKeyPolicy = HostKeyPolicy::AcceptNew;
        settings.hostKeyAlias = alias;
        const int before = m_fleet->count(FleetEvent::Auth, QStringLiteral("127.3.2.1"));
        const SshOutcome outcome = bench.run(settings, "uptime");
        QCOMPARE(bench.ssh.knownHostsAppender->finish(), QStringList());
        QCOMPARE(QFile::exists(settings.knownHostsFile), isKept);
        if (isKept) {
            QVERIFY2(outcome.reply, qPrintable(outcome.message));
            KnownHostsFiles files;
            settings.hostKeyPolicy = HostKeyPolicy::Strict;
            settings.knownHosts = files.open({settings.knownHostsFile});
            QCOMPARE(bench.run(settings, "uptime").cause, Cause::None);
            return;
        }
        QCOMPARE(outcome.cause, Cause::HostKeyUnknown);
        QVERIFY2(outcome.message.contains(QString::fromUtf8(alias)) && outcome.message.contains(QStringLiteral("HostKeyAlias")),
                 qPrintable(outcome.message));
        QCOMPARE(m_fleet->count(FleetEvent::Auth, QStringLiteral("127.3.2.1")), before);
    }

    // The commonest line for old devices: a host with several keys still shows the one that is known, as with ssh.
    void aKnownKeyIsAskedForAlsoWithMoreAlgorithms_data()
    {
        QTest::addColumn<QByteArray>("line");
        for (const char *line : {"HostKeyAlgorithms +ssh-rsa", "HostKeyAlgorithms -ssh-rsa"})
            QTest::newRow(line) << QByteArray(line);
    }
    void aKnownKeyIsAskedForAlsoWithMoreAlgorithms()
    {
        if (!SshdProcess::isInstalled())
            QSKIP("sshd is not installed");
        QFETCH(QByteArray, line);
        QTemporaryDir directory;
        const QString key = directory.filePath(QStringLiteral("ecdsa"));
        keygen::make(key, "ecdsa");
        const SshdProcess server({"HostKey " + key.toUtf8()}); // beside its ed25519
        QFile shown(key + QStringLiteral(".pub"));
        QVERIFY(shown.open(QIODevice::ReadOnly));
        QFile known(directory.filePath(QStringLiteral("known_hosts")));
        QVERIFY(known.open(QIODevice::WriteOnly));
        known.write("[127.0.0.1]:" + QByteArray::number(server.port()) + ' ' + shown.readAll());
        known.close();
        SshBench bench;
        SshSettings settings = bench.settingsFor(server);
        KnownHostsFiles files;
        settings.knownHosts = files.open({known.fileName()});
        const auto asked = SshSettingsSource(SshConfig::fromText(line, {"me", "/home/me", "1000", "box"}), {}).settings("127.0.0.1");
        settings.algorithms = asked->algorithms;
        settings.mayOrderHostKeys = asked->mayOrderHostKeys;
        const SshOutcome outcome = bench.run(settings, "true");
        QVERIFY2(outcome.cause == Cause::None, qPrintable(outcome.message));
        QCOMPARE(outcome.info.hostKeyType, "ecdsa-sha2-nistp256");
    }

private:
    std::unique_ptr<FleetProcess> m_fleet;
};

QTEST_GUILESS_MAIN(SshHostKeys)
#include "tst_ssh_hostkeys.moc"
