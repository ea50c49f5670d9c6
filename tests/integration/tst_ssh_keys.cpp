// Logging in to a real sshd with what a user's ~/.ssh holds: certificates among other keys, keys with a passphrase, keys in an agent.

#include "sshbench.h"

#include "fleet/sshdprocess.h"
#include "ssh/agentclient.h"
#include "unit/ssh/keygen.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;

class TestSshKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void certificates_data();
    void certificates();
    void certificateOfAnotherFileAmongSeveralKeys();
    void keyWithPassphrase();
    void keyInAgent();
    void agentOfTheHostsOwn();
    void certificateOfAKeyInTheAgent_data();
    void certificateOfAKeyInTheAgent();
    void wrongKeysAreNamed();
    void shortRsaKeysAreNotUsed();
    void shortRsaHostKeysAreNotBelieved();

private:
    QString in(const char *name) const { return m_scratch.filePath(QLatin1String(name)); }
    SshSettings settings(const QStringList &identityFiles, const QStringList &certificateFiles = {},
                         const char *passphraseFile = nullptr) const
    {
        SshSettings result = m_bench->settingsFor(*m_sshd);
        Credentials::Sources sources;
        sources.home = m_scratch.path();
        if (passphraseFile)
            sources.passphraseFile = in(passphraseFile);
        result.credentials = Credentials::gather(std::move(sources));
        result.identityFiles = identityFiles;
        result.certificateFiles = certificateFiles;
        return result;
    }

    QTemporaryDir m_scratch;
    std::unique_ptr<SshdProcess> m_sshd;
    std::unique_ptr<SshBench> m_bench;
};

void TestSshKeys::initTestCase()
{
    if (!SshdProcess::isInstalled() || !keygen::isInstalled())
        QSKIP("OpenSSH is not installed");
    keygen::make(in("ca"), "ed25519");
    m_sshd = std::make_unique<SshdProcess>(QList<QByteArray>{"TrustedUserCAKeys " + in("ca.pub").toUtf8()});
    m_bench = std::make_unique<SshBench>();
    keygen::make(in("stranger"), "ed25519");
    keygen::make(in("second"), "ecdsa");
}

void TestSshKeys::cleanupTestCase()
{
    m_bench.reset();
    m_sshd.reset();
}

void TestSshKeys::certificates_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("ed25519") << QByteArray("ed25519");
    QTest::newRow("ecdsa") << QByteArray("ecdsa");
    QTest::newRow("rsa") << QByteArray("rsa");
}

void TestSshKeys::certificates()
{
    QFETCH(QByteArray, type);
    const QString key = in(type.constData());
    keygen::make(key, type.constData());
    keygen::certify(in("ca"), key, QStringLiteral("-1h:+1h"), {QStringLiteral("-n"), ServerProcess::user()}); // the later -n counts
    const SshOutcome outcome = m_bench->run(settings({in("stranger"), key, in("second")}), "echo in");
    QVERIFY2(outcome.reply, qPrintable(outcome.message));
    QCOMPARE(outcome.info.key, keygen::fingerprint(key + QStringLiteral(".pub")));
}

void TestSshKeys::certificateOfAnotherFileAmongSeveralKeys()
{
    keygen::make(in("own"), "ed25519");
    keygen::certify(in("ca"), in("own"), QStringLiteral("-1h:+1h"), {QStringLiteral("-n"), ServerProcess::user()});
    QVERIFY(QFile::rename(in("own-cert.pub"), in("elsewhere.pub")));
    const SshOutcome without = m_bench->run(settings({in("stranger"), in("own")}), "echo in");
    QCOMPARE(without.cause, Cause::AuthDenied);
    // The address that refused these keys is asked again: with a certificate they are others.
    const SshOutcome with = m_bench->run(settings({in("stranger"), in("own")}, {in("elsewhere.pub")}), "echo in");
    QVERIFY2(with.reply, qPrintable(with.message));
}

void TestSshKeys::keyWithPassphrase()
{
    QVERIFY(QFile::copy(m_sshd->clientKey(), in("locked")));
    QFile::setPermissions(in("locked"), QFile::ReadOwner | QFile::WriteOwner);
    keygen::run(QStringLiteral("ssh-keygen"), {QStringLiteral("-q"), QStringLiteral("-p"), QStringLiteral("-P"), QString(),
                                               QStringLiteral("-N"), QStringLiteral("open sesame"), QStringLiteral("-f"), in("locked")});
    const SshOutcome without = m_bench->run(settings({in("locked")}), "echo in");
    QVERIFY(!without.reply);
    QVERIFY2(without.message.contains(QStringLiteral("is encrypted")), qPrintable(without.message));
    keygen::write(in("passphrase"), "open sesame\n");
    const SshOutcome with = m_bench->run(settings({in("locked")}, {}, "passphrase"), "echo in");
    QVERIFY2(with.reply, qPrintable(with.message));
}

namespace {

// An ssh-agent of its own, with these keys.
class Agent
{
public:
    Agent(const QString &socket, const QStringList &keys)
    {
        m_process.start(QStringLiteral("ssh-agent"), {QStringLiteral("-D"), QStringLiteral("-a"), socket});
        if (!m_process.waitForStarted() || !QTest::qWaitFor([&socket] { return QFile::exists(socket); }))
            qFatal("ssh-agent does not start");
        qputenv("SSH_AUTH_SOCK", socket.toUtf8());
        keygen::run(QStringLiteral("ssh-add"), QStringList{QStringLiteral("-q")} + keys);
        qunsetenv("SSH_AUTH_SOCK");
    }
    ~Agent()
    {
        m_process.terminate();
        m_process.waitForFinished(10000);
    }

private:
    QProcess m_process;
};

} // namespace

// IdentityAgent
void TestSshKeys::agentOfTheHostsOwn()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-agent")).isEmpty())
        QSKIP("ssh-agent is not installed");
    const Agent agent(in("own-agent"), {m_sshd->clientKey()});
    SshBench bench;
    SshSettings named = settings({in("second")});
    named.agentSocket = in("own-agent");
    const SshOutcome outcome = bench.run(named, "echo in");
    QVERIFY2(outcome.reply, qPrintable(outcome.message));
    SshSettings nowhere = settings({in("second")});
    nowhere.agentSocket = in("no-agent");
    const SshOutcome refused = bench.run(nowhere, "echo in");
    QVERIFY(refused.cause == Cause::AuthDenied || refused.cause == Cause::AuthStopped);
    if (refused.cause == Cause::AuthDenied)
        QVERIFY2(refused.message.contains(QStringLiteral("no-agent")), qPrintable(refused.message));
}

void TestSshKeys::certificateOfAKeyInTheAgent_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<bool>("isNamed"); // by CertificateFile
    QTest::newRow("beside its encrypted key") << QByteArray("ed25519") << false;
    QTest::newRow("RSA") << QByteArray("rsa") << false;
    QTest::newRow("ECDSA, named") << QByteArray("ecdsa") << true;
}

void TestSshKeys::certificateOfAKeyInTheAgent()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-agent")).isEmpty())
        QSKIP("ssh-agent is not installed");
    QFETCH(QByteArray, type);
    QFETCH(bool, isNamed);
    const QString key = in(("carried-" + type).constData());
    keygen::make(key, type.constData());
    const Agent agent(key + QStringLiteral(".agent"), {key});
    keygen::run(QStringLiteral("ssh-keygen"), {QStringLiteral("-q"), QStringLiteral("-p"), QStringLiteral("-P"), QString(),
                                               QStringLiteral("-N"), QStringLiteral("open sesame"), QStringLiteral("-f"), key});
    keygen::certify(in("ca"), key, QStringLiteral("-1h:+1h"), {QStringLiteral("-n"), ServerProcess::user()});
    QString certificate = key + QStringLiteral("-cert.pub");
    if (isNamed) {
        QVERIFY(QFile::rename(certificate, key + QStringLiteral(".elsewhere")));
        certificate = key + QStringLiteral(".elsewhere");
    }
    SshBench bench;
    SshSettings carried = settings({in("second"), key}, isNamed ? QStringList{certificate} : QStringList());
    const SshOutcome without = bench.run(carried, "echo in");
    QCOMPARE(without.cause, Cause::AuthDenied);
    QVERIFY2(without.message.contains(certificate), qPrintable(without.message));
    carried.agentSocket = key + QStringLiteral(".agent");
    carried.host = "127.0.0.2"; // where nobody was refused before
    carried.hostKeyAlias = "[127.0.0.1]:" + QByteArray::number(m_sshd->port());
    const SshOutcome with = bench.run(carried, "echo in");
    QVERIFY2(with.reply, qPrintable(with.message));
    QCOMPARE(with.info.key, keygen::fingerprint(key + QStringLiteral(".pub")));
}

void TestSshKeys::keyInAgent()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-agent")).isEmpty())
        QSKIP("ssh-agent is not installed");
    QProcess process;
    process.start(QStringLiteral("ssh-agent"), {QStringLiteral("-D"), QStringLiteral("-a"), in("agent")});
    QVERIFY(process.waitForStarted());
    QTRY_VERIFY(QFile::exists(in("agent")));
    qputenv("SSH_AUTH_SOCK", in("agent").toUtf8());
    keygen::run(QStringLiteral("ssh-add"), {QStringLiteral("-q"), in("stranger"), m_sshd->clientKey()});
    qunsetenv("SSH_AUTH_SOCK");

    auto agent = std::make_shared<AgentClient>(in("agent"));
    QString problem;
    QCOMPARE(agent->load(&problem).size(), size_t(2));
    m_bench->ssh.agent = agent;
    const SshOutcome outcome = m_bench->run(settings({in("second")}), "echo in");
    SshSettings none = settings({in("second")});
    none.mayUseAgent = false;
    const SshOutcome refused = m_bench->run(none, "echo in");
    m_bench->ssh.agent.reset();
    agent.reset();
    process.terminate();
    QVERIFY(process.waitForFinished(10000));
    QVERIFY2(outcome.reply, qPrintable(outcome.message));
    QCOMPARE(outcome.info.auth, QByteArray("publickey"));
    QCOMPARE(refused.cause, Cause::AuthDenied);
}

void TestSshKeys::wrongKeysAreNamed()
{
    const SshOutcome outcome = m_bench->run(settings({in("stranger"), in("second")}), "echo in");
    QCOMPARE(outcome.cause, Cause::AuthDenied);
    for (const char *name : {"stranger.pub", "second.pub"})
        QVERIFY2(outcome.message.contains(QString::fromLatin1(keygen::fingerprint(in(name)))), qPrintable(outcome.message));
}

// RequiredRSASize: of files and of the agent.
void TestSshKeys::shortRsaKeysAreNotUsed()
{
    keygen::make(in("short"), "rsa", {}, {QStringLiteral("-b"), QStringLiteral("1536")});
    QFile authorized(m_sshd->file(QStringLiteral("authorized_keys")));
    QVERIFY(authorized.open(QIODevice::Append));
    authorized.write(keygen::contents(in("short.pub")));
    authorized.close();
    SshSettings wanted = settings({in("short")});
    const SshOutcome long1536 = m_bench->run(wanted, "echo in");
    QVERIFY2(long1536.reply, qPrintable(long1536.message));
    QCOMPARE(long1536.info.key, keygen::fingerprint(in("short.pub")));

    wanted.requiredRsaSize = 2048;
    const SshOutcome refused = m_bench->run(wanted, "echo in");
    QCOMPARE(refused.cause, Cause::NoCredentials);
    QVERIFY2(refused.message.contains(QStringLiteral("RSA with 1536 bits")), qPrintable(refused.message));
    QVERIFY2(refused.message.contains(QString::fromLatin1(keygen::fingerprint(in("short.pub")))), qPrintable(refused.message));
    const SshOutcome other = m_bench->run(
        [&] {
            SshSettings both = settings({in("short"), m_sshd->clientKey()});
            both.requiredRsaSize = 2048;
            return both;
        }(),
        "echo in");
    QVERIFY2(other.reply, qPrintable(other.message));
}

void TestSshKeys::shortRsaHostKeysAreNotBelieved()
{
    keygen::make(in("host"), "rsa", {}, {QStringLiteral("-b"), QStringLiteral("1536")});
    const SshdProcess sshd(QList<QByteArray>{"HostKey " + in("host").toUtf8()});
    SshSettings wanted = m_bench->settingsFor(sshd);
    keygen::write(in("known"), "[127.0.0.1]:" + QByteArray::number(sshd.port()) + ' ' + keygen::contents(in("host.pub")));
    KnownHostsFiles files;
    wanted.knownHosts = files.open({in("known")});
    const SshOutcome believed = m_bench->run(wanted, "echo in");
    QVERIFY2(believed.reply, qPrintable(believed.message));
    QCOMPARE(believed.info.hostKeyType, QByteArray("ssh-rsa"));

    wanted.requiredRsaSize = 2048;
    for (const HostKeyPolicy policy : {HostKeyPolicy::Strict, HostKeyPolicy::AcceptNew, HostKeyPolicy::Off}) {
        wanted.hostKeyPolicy = policy;
        const SshOutcome refused = m_bench->run(wanted, "echo in");
        QCOMPARE(refused.cause, Cause::Handshake);
        QVERIFY2(refused.message.contains(QStringLiteral("RSA with 1536 bits, at least 2048 are required")), qPrintable(refused.message));
        QVERIFY(refused.info.auth.isEmpty());
    }
    // A host with another key as well shows that one, where nothing is known of it.
    wanted.knownHosts = m_bench->settingsFor(sshd).knownHosts;
    const SshOutcome other = m_bench->run(wanted, "echo in");
    QVERIFY2(other.reply, qPrintable(other.message));
    QCOMPARE(other.info.hostKeyType, QByteArray("ssh-ed25519"));
}

QTEST_GUILESS_MAIN(TestSshKeys)
#include "tst_ssh_keys.moc"
