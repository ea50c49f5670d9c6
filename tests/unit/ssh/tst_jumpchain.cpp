// chainKey(): what makes one way to a host another one.

#include "ssh/jumpchain.h"
#include "ssh/sshsettingssource.h"

#include <QTest>

using namespace collector;

namespace {

QByteArray keyOf(const QByteArray &text, const QByteArray &host)
{
    const SshSettingsSource source(SshConfig::fromText(text, {"me", "/home/me", "1000", "box"}), {});
    return chainKey(*source.settings(host));
}

} // namespace

class TestJumpChain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoJumpHostsOfOneNameAreTwo_data();
    void twoJumpHostsOfOneNameAreTwo();
    void theWholeChainCounts();
    void equalOnesAreOne();
    void nothingIsNoChain();
};

void TestJumpChain::twoJumpHostsOfOneNameAreTwo_data()
{
    QTest::addColumn<QByteArray>("line");
    for (const char *line :
         {"ProxyCommand nc 10.0.0.9 2312", "HostKeyAlias bastion-b", "UserKnownHostsFile /kh", "GlobalKnownHostsFile /kh",
          "StrictHostKeyChecking accept-new", "IdentityFile /k", "IdentitiesOnly yes", "CertificateFile /c", "IdentityAgent /a",
          "IdentityAgent none", "User other", "Port 2222", "HostName 10.0.0.2", "AddressFamily inet6", "BindAddress 10.0.0.7",
          "PreferredAuthentications password", "HostKeyAlgorithms ssh-ed25519", "Ciphers aes256-ctr", "RequiredRSASize 4096"})
        QTest::newRow(line) << QByteArray(line);
}

void TestJumpChain::twoJumpHostsOfOneNameAreTwo()
{
    QFETCH(QByteArray, line);
    const QByteArray text = "Host b\n" + line + "\nHost a b\nHostName 10.0.0.1\nPort 22\nHost x\nProxyJump a\nHost y\nProxyJump b\n";
    QVERIFY(keyOf(text, "x") != keyOf(text, "y"));
}

void TestJumpChain::theWholeChainCounts()
{
    const QByteArray text = "Host x\nProxyJump a1,b\nHost y\nProxyJump a2,b\nHost z\nProxyJump b\n";
    QVERIFY(keyOf(text, "x") != keyOf(text, "y"));
    QVERIFY(keyOf(text, "x") != keyOf(text, "z"));
}

// Whatever they are called, and whoever is behind them.
void TestJumpChain::equalOnesAreOne()
{
    const QByteArray text = "Host a b\nHostName 10.0.0.1\nUser ops\nHost x\nProxyJump a\nUser one\nPort 2222\nHost y\nProxyJump ops@b:22\n";
    QCOMPARE(keyOf(text, "x"), keyOf(text, "y"));
    QCOMPARE(keyOf(text, "x"), keyOf(text, "x")); // of another source
}

void TestJumpChain::nothingIsNoChain()
{
    QVERIFY(keyOf({}, "x").isEmpty());
    QCOMPARE(jumpName(*SshSettingsSource(SshConfig::fromText("User ops", {"me", "/", "1", "box"}), {}).settings("gate")),
             QByteArray("ops@gate:22"));
}

QTEST_GUILESS_MAIN(TestJumpChain)
#include "tst_jumpchain.moc"
