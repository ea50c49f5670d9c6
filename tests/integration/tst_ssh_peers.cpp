// Servers of other makes, each a real one from Debian's packages: every way to log in that it has, a command, a script, long output, the
// exit status and the signal. One that is not installed is skipped by name.

#include "peerserver.h"
#include "sshbench.h"

#include <QTest>

using namespace collector;

namespace {

struct Peer
{
    const char *name;
    const char *banner; // how it begins
    bool hasPassword;
    bool hasPrompt;
    bool tellsSignals; // otherwise a status, as a shell's: 128 and the signal's number
};

constexpr Peer peers[] = {
    {"openssh", "SSH-2.0-OpenSSH", true, true, true},    {"dropbear", "SSH-2.0-dropbear", true, false, true},
    {"tinysshd", "SSH-2.0-tinyssh", false, false, true}, {"asyncssh", "SSH-2.0-AsyncSSH", true, true, true},
    {"paramiko", "SSH-2.0-paramiko", true, true, true},  {"conch", "SSH-2.0-Twisted", true, false, true},
    {"erlang", "SSH-2.0-Erlang", true, true, false},     {"go", "SSH-2.0-Go", true, true, true},
};

} // namespace

class TestSshPeers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void logsIn_data();
    void logsIn();
    void runs_data();
    void runs();
    void anAccountThatPamShutsOutIsToldAsOne();

private:
    static SshSettings settings(const SshBench &bench, const PeerServer &server)
    {
        SshSettings settings = bench.settingsFor(server);
        settings.user = PeerServer::account();
        return settings;
    }
};

void TestSshPeers::logsIn_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("method");
    for (const Peer &peer : peers) {
        const auto row = [&](const char *method) {
            QTest::addRow("%s, %s", peer.name, method) << QString::fromLatin1(peer.name) << QByteArray(method);
        };
        row("publickey");
        if (peer.hasPassword)
            row("password");
        if (peer.hasPrompt)
            row("keyboard-interactive");
    }
}

void TestSshPeers::logsIn()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, method);
    if (!PeerServer::isUsable(name))
        QSKIP(qPrintable(name + QStringLiteral(" is not installed, or needs root")));
    const PeerServer server(name);
    SshBench bench;
    SshSettings wanted = settings(bench, server);
    wanted.preferredAuthentications = {method};
    wanted.password = std::make_shared<const Secret>(std::string_view(PeerServer::password()));
    const SshOutcome outcome = bench.run(wanted, "echo there; exit 3");
    QVERIFY2(outcome.reply, qPrintable(outcome.message + u'\n' + QString::fromLocal8Bit(server.standardError().right(2000))));
    QCOMPARE(outcome.info.auth, method);
    QCOMPARE(outcome.reply->output, "there\n");
    QCOMPARE(outcome.reply->exitStatus, 3);

    SshBench another; // the first one would not try again what was refused there
    Credentials::Sources wrongKey;
    wrongKey.identities = {server.file(QStringLiteral("hostkey"))};
    wanted.credentials = Credentials::gather(std::move(wrongKey));
    wanted.password = std::make_shared<const Secret>("wrong");
    const SshOutcome refused = another.run(wanted, "true");
    QVERIFY2(refused.cause == Cause::AuthDenied, qPrintable(refused.message));
}

void TestSshPeers::runs_data()
{
    QTest::addColumn<int>("peer");
    for (int i = 0; i < int(std::size(peers)); ++i)
        QTest::newRow(peers[i].name) << i;
}

void TestSshPeers::runs()
{
    QFETCH(int, peer);
    const QString name = QString::fromLatin1(peers[peer].name);
    if (!PeerServer::isUsable(name))
        QSKIP(qPrintable(name + QStringLiteral(" is not installed, or needs root")));
    const PeerServer server(name);
    SshBench bench;
    const SshSettings common = settings(bench, server);

    ShellCommand much;
    much.command = "head -c 5000000 /dev/zero | tr '\\0' x; echo end";
    much.outputLimit = 6'000'000;
    const SshOutcome longOne = bench.run(common, much);
    QVERIFY2(longOne.reply, qPrintable(longOne.message));
    QVERIFY(longOne.info.banner.startsWith(peers[peer].banner));
    QCOMPARE(longOne.reply->output.size(), 5'000'004);
    QVERIFY(longOne.reply->output.endsWith("xend\n"));
    QCOMPARE(longOne.reply->output.count('x'), 5'000'000);
    QVERIFY(longOne.reply->isOk());

    ShellCommand script;
    script.command = RemoteShell::scriptCommand();
    script.input = "# " + QByteArray(100'000, '#') + "\necho one; cat; exit 7\n";
    const SshOutcome scripted = bench.run(common, script);
    QVERIFY2(scripted.reply, qPrintable(scripted.message));
    QCOMPARE(scripted.reply->output, "one\n");
    QCOMPARE(scripted.reply->exitStatus, 7);

    ShellCommand elsewhere;
    elsewhere.command = RemoteShell::scriptCommand();
    elsewhere.input = "exec >/dev/null 2>&1\nsleep 2.5\nexit 8\n";
    const SshOutcome quiet = bench.run(common, elsewhere);
    QVERIFY2(quiet.reply, qPrintable(quiet.message));
    QCOMPARE(quiet.reply->exitStatus, 8);

    const SshOutcome killed = bench.run(common, "kill -KILL $$");
    QVERIFY2(killed.reply, qPrintable(killed.message));
    if (peers[peer].tellsSignals)
        QCOMPARE(killed.reply->signal, "KILL");
    else
        QCOMPARE(killed.reply->exitStatus, 128 + 9);
}

// The key is right, and sshd hangs up: whoever looks for a fault of the network there finds none.
void TestSshPeers::anAccountThatPamShutsOutIsToldAsOne()
{
    const QString name = QStringLiteral("openssh");
    if (!PeerServer::isUsable(name))
        QSKIP("sshd is not installed, or we are not root");
    const PeerServer server(name, {{QStringLiteral("etc/pam.d/sshd"),
                                    "auth required pam_unix.so\naccount required pam_deny.so\nsession required pam_unix.so\n"}});
    SshBench bench;
    const SshOutcome outcome = bench.run(settings(bench, server), "true");
    QCOMPARE(outcome.cause, Cause::ConnectionLost);
    QVERIFY2(outcome.message.contains(QStringLiteral("PAM")), qPrintable(outcome.message));
}

QTEST_GUILESS_MAIN(TestSshPeers)
#include "tst_ssh_peers.moc"
