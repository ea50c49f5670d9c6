// Accounts that sshd does not treat as others: shut out, in a root of their own, with more than one way to prove who they are.

#include "peerserver.h"
#include "sshbench.h"

#include <QProcess>
#include <QTest>

using namespace collector;

class TestSshAccounts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void whyAnAccountIsShutOutIsTold_data() { transports(); }
    void whyAnAccountIsShutOutIsTold();
    void aRootThatSshdDoesNotTrust_data() { transports(); }
    void aRootThatSshdDoesNotTrust();
    void aFurtherFactor_data();
    void aFurtherFactor();
    void whatTheConfigurationLeavesOut();
    void pamsWordsInPlaceOfAQuestion();
    void twoKeys();

private:
    static void transports()
    {
        QTest::addColumn<bool>("isOpenSsh");
        QTest::newRow("native") << false;
        QTest::newRow("openssh") << true;
    }
    static SshSettings settings(const SshBench &bench, const PeerServer &server, bool isOpenSsh)
    {
        SshSettings given = settings(bench, server);
        if (isOpenSsh) {
            given.transport = SshTransport::OpenSsh;
            given.openSshOptions = {QStringLiteral("IdentityFile=") + server.clientKey(), QStringLiteral("IdentitiesOnly=yes")};
            given.openSshConfig = QStringLiteral("/dev/null");
        }
        return given;
    }
    static SshSettings settings(const SshBench &bench, const PeerServer &server)
    {
        SshSettings settings = bench.settingsFor(server);
        settings.user = PeerServer::account();
        return settings;
    }
    static SshSettings withPassword(const SshBench &bench, const PeerServer &server)
    {
        SshSettings given = settings(bench, server);
        given.password = std::make_shared<const Secret>(std::string_view(PeerServer::password()));
        return given;
    }
    static PeerServer::File configuration(const QByteArray &lines) { return {QStringLiteral("sshd_config"), lines}; }
};

void TestSshAccounts::initTestCase()
{
    if (!PeerServer::isUsable(QStringLiteral("openssh")))
        QSKIP("sshd is not installed, or we are not root");
}

// sshd hangs up on it, and says why where everybody else is shown a banner.
void TestSshAccounts::whyAnAccountIsShutOutIsTold()
{
    QFETCH(bool, isOpenSsh);
    const PeerServer server(QStringLiteral("openssh"), {configuration("Banner /etc/greeting\n"),
                                                        {QStringLiteral("etc/greeting"), "For staff only.\n"},
                                                        {QStringLiteral("etc/nologin"), "Down for repairs\033[7m until noon.\n"},
                                                        {QStringLiteral("etc/pam.d/sshd"),
                                                         "auth required pam_unix.so\naccount required pam_nologin.so file=/etc/nologin\n"
                                                         "account required pam_unix.so\nsession required pam_unix.so\n"}});
    SshBench bench;
    const SshOutcome outcome = bench.run(settings(bench, server, isOpenSsh), "true");
    QVERIFY2(outcome.cause == Cause::ConnectionLost, qPrintable(outcome.message));
    QVERIFY2(outcome.message.contains(QStringLiteral("Down for repairs")), qPrintable(outcome.message));
    QVERIFY2(!outcome.message.contains(QChar(27)), qPrintable(outcome.message));
    if (!isOpenSsh) // ssh(1) does not tell one banner from another
        QVERIFY2(!outcome.message.contains(QStringLiteral("For staff only")), qPrintable(outcome.message));
}

// Somebody else may write to it.
void TestSshAccounts::aRootThatSshdDoesNotTrust()
{
    QFETCH(bool, isOpenSsh);
    const PeerServer server(QStringLiteral("openssh"), {configuration("ChrootDirectory /mnt\n")});
    SshBench bench;
    const SshOutcome outcome = bench.run(settings(bench, server, isOpenSsh), "true");
    QVERIFY2(outcome.cause == Cause::ConnectionLost, qPrintable(outcome.message));
    QVERIFY2(outcome.message.contains(QStringLiteral("ChrootDirectory")), qPrintable(outcome.message));
}

void TestSshAccounts::aFurtherFactor_data()
{
    QTest::addColumn<QByteArray>("methods");
    QTest::addColumn<QString>("remedy");
    QTest::newRow("a password") << QByteArray("publickey,password") << QStringLiteral("give --ask-pass");
    QTest::newRow("a password, by PAM") << QByteArray("publickey,keyboard-interactive") << QStringLiteral("give --ask-pass");
    QTest::newRow("a key after the password") << QByteArray("password,publickey") << QStringLiteral("it wants a key");
    QTest::newRow("a second key") << QByteArray("publickey,publickey") << QStringLiteral("has accepted one key and wants another");
}

void TestSshAccounts::aFurtherFactor()
{
    QFETCH(QByteArray, methods);
    QFETCH(QString, remedy);
    const PeerServer server(QStringLiteral("openssh"), {configuration("AuthenticationMethods " + methods + '\n')});
    SshBench bench;
    const SshSettings key = settings(bench, server);
    const SshSettings both = withPassword(bench, server);
    SshSettings password = both;
    password.credentials = Credentials::gather({});
    password.identitiesOnly = true;
    const SshOutcome without = bench.run(methods.startsWith("password") ? password : key, "true");
    QVERIFY2(without.cause == Cause::MfaRequired, qPrintable(without.message));
    QVERIFY2(without.message.contains(remedy), qPrintable(without.message));
    if (methods.startsWith("publickey")) {
        const SshOutcome bySsh = bench.run(settings(bench, server, true), "true");
        QVERIFY2(bySsh.cause == Cause::MfaRequired, qPrintable(bySsh.message));
    }
    if (methods != "publickey,publickey") {
        const SshOutcome with = bench.run(both, "true");
        QVERIFY2(with.reply, qPrintable(with.message));
    }
}

// As `PreferredAuthentications publickey` in ssh_config does to --ask-pass.
void TestSshAccounts::whatTheConfigurationLeavesOut()
{
    const PeerServer server(QStringLiteral("openssh"), {configuration("AuthenticationMethods password keyboard-interactive\n")});
    SshBench bench;
    SshSettings given = withPassword(bench, server);
    given.preferredAuthentications = {"publickey"};
    const SshOutcome outcome = bench.run(given, "true");
    QVERIFY2(outcome.cause == Cause::NoCredentials, qPrintable(outcome.message));
    QVERIFY2(outcome.message.contains(QStringLiteral("leaves out password, keyboard-interactive (PreferredAuthentications")),
             qPrintable(outcome.message));
    QVERIFY2(!outcome.message.contains(QStringLiteral("--ask-pass")), qPrintable(outcome.message));
}

// By keyboard-interactive they are no banner.
void TestSshAccounts::pamsWordsInPlaceOfAQuestion()
{
    const PeerServer server(QStringLiteral("openssh"), {{QStringLiteral("etc/nologin"), "Down for repairs.\n"},
                                                        {QStringLiteral("etc/pam.d/sshd"),
                                                         "auth required pam_unix.so\naccount required pam_nologin.so file=/etc/nologin\n"
                                                         "account required pam_unix.so\nsession required pam_unix.so\n"}});
    SshBench bench;
    SshSettings given = withPassword(bench, server);
    given.preferredAuthentications = {"keyboard-interactive"};
    const SshOutcome outcome = bench.run(given, "true");
    QVERIFY2(outcome.cause == Cause::AuthDenied, qPrintable(outcome.message));
    QVERIFY2(outcome.message.contains(QStringLiteral("it says: Down for repairs")), qPrintable(outcome.message));
}

// Each is offered once: with MaxAuthTries 1, one that is offered again ends the login.
void TestSshAccounts::twoKeys()
{
    QTemporaryDir directory;
    const QString second = directory.filePath(QStringLiteral("second"));
    QProcess::execute(QStringLiteral("ssh-keygen"), {QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"),
                                                     QStringLiteral("-N"), QString(), QStringLiteral("-f"), second});
    QFile half(second + QStringLiteral(".pub"));
    QVERIFY(half.open(QIODevice::ReadOnly));
    const PeerServer server(
        QStringLiteral("openssh"),
        {configuration("AuthenticationMethods publickey,publickey\nMaxAuthTries 1\nAuthorizedKeysFile .ssh/authorized_keys /etc/second\n"),
         {QStringLiteral("etc/second"), half.readAll()}});
    SshBench bench;
    SshSettings given = settings(bench, server);
    Credentials::Sources sources;
    sources.identities = {server.clientKey(), second};
    given.credentials = Credentials::gather(std::move(sources));
    const SshOutcome outcome = bench.run(given, "id -un");
    QVERIFY2(outcome.reply, qPrintable(outcome.message));
    QCOMPARE(outcome.reply->output, "peer\n");
}

QTEST_GUILESS_MAIN(TestSshAccounts)
#include "tst_ssh_accounts.moc"
