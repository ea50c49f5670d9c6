// Reading an ssh_config: its lines, its mistakes, its files.

#include "someone.h"

#include "ssh/sshconfigline.h"

#include "keygen.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace collector;

class TestSshConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void splitsLines_data();
    void splitsLines();
    void errors_data();
    void errors();
    void unsupportedWordsAreNamedOnce();
    void wordsOfADistributionsOwnAreSilent();
    void originsAreKnown();
    void includesAreBounded();
    void permissionsAreChecked();
    void givenFileMustExist();
    void manyHostBlocksAreFoundByName();
    void fixedIdentityFiles();
};

void TestSshConfig::splitsLines_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("keyword");
    QTest::addColumn<QList<QByteArray>>("words");
    using List = QList<QByteArray>;
    QTest::newRow("plain") << QByteArray("User ops\n") << QByteArray("User") << List{"ops"};
    QTest::newRow("equals sign") << QByteArray("User=ops") << QByteArray("User") << List{"ops"};
    QTest::newRow("equals sign among blanks") << QByteArray("  User \t= ops") << QByteArray("User") << List{"ops"};
    QTest::newRow("second equals sign belongs to the value") << QByteArray("User==ops") << QByteArray("User") << List{"=ops"};
    QTest::newRow("quotes") << QByteArray("Host \"a b\" 'c d' e\\ f") << QByteArray("Host") << List{"a b", "c d", "e f"};
    QTest::newRow("quotes within a word") << QByteArray("Host a\"b c\"d") << QByteArray("Host") << List{"ab cd"};
    QTest::newRow("escapes") << QByteArray("X \\\" \\' \\\\ \\n \"a\\ b\"") << QByteArray("X") << List{"\"", "'", "\\", "\\n", "a\\ b"};
    QTest::newRow("comment where a word would begin") << QByteArray("X a#b #c d") << QByteArray("X") << List{"a#b"};
    QTest::newRow("comment line") << QByteArray("  # X a") << QByteArray() << List{};
    QTest::newRow("blank line") << QByteArray(" \t\r\n") << QByteArray() << List{};
    QTest::newRow("empty line") << QByteArray() << QByteArray() << List{};
    QTest::newRow("CRLF and form feed") << QByteArray("User ops\f\r\n") << QByteArray("User") << List{"ops"};
    QTest::newRow("NUL ends it") << QByteArray("User ops\0 x", 11) << QByteArray("User") << List{"ops"};
    QTest::newRow("empty word") << QByteArray("X \"\" ''") << QByteArray("X") << List{"", ""};
}

void TestSshConfig::splitsLines()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, keyword);
    QFETCH(QList<QByteArray>, words);
    const SshConfigLine split{QByteArrayView(line)};
    QCOMPARE(split.keyword(), keyword);
    if (!keyword.isEmpty())
        QCOMPARE(*split.words(), words);
}

void TestSshConfig::errors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    QTest::newRow("unknown word") << QByteArray("User a\nNonsense x") << QStringLiteral("ssh_config:2: unknown word Nonsense");
    QTest::newRow("ignored unknown word") << QByteArray("IgnoreUnknown Use*,x\nUseKeychain yes") << QString();
    QTest::newRow("ignored too late") << QByteArray("UseKeychain yes\nIgnoreUnknown Use*")
                                      << QStringLiteral("ssh_config:1: unknown word UseKeychain");
    QTest::newRow("Match exec") << QByteArray("\nMatch host a exec \"test -f x\"\n")
                                << QStringLiteral("ssh_config:2: Match: exec would run");
    QTest::newRow("bad port") << QByteArray("Port 70000") << QStringLiteral("ssh_config:1: Port: bad port \"70000\"");
    QTest::newRow("no argument") << QByteArray("Port") << QStringLiteral("ssh_config:1: no argument after Port");
    QTest::newRow("open quote in an unsupported word")
        << QByteArray("LocalCommand it's") << QStringLiteral("ssh_config:1: LocalCommand: a quote");
    QTest::newRow("tilde in Include of the system's file is for tests of files")
        << QByteArray("Include ''") << QStringLiteral("ssh_config:1: Include: empty");
    QTest::newRow("inside a block that does not match") << QByteArray("Host other\nPort x") << QStringLiteral("ssh_config:2: Port");
}

void TestSshConfig::errors()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    const QStringList found = config(text).errors();
    QCOMPARE(found.size(), expected.isEmpty() ? 0 : 1);
    if (!expected.isEmpty())
        QVERIFY2(found.first().startsWith(expected), qPrintable(found.first()));
}

void TestSshConfig::unsupportedWordsAreNamedOnce()
{
    const SshConfig found =
        config("ForwardAgent yes\nHost a\n forwardagent yes\n ControlMaster auto\nForwardX11 no\nSendEnv LANG\nCompression no\n");
    QVERIFY(found.errors().isEmpty());
    QCOMPARE(found.unsupportedWords(),
             (QStringList{QStringLiteral("ControlMaster (ssh_config:4)"), QStringLiteral("ForwardAgent (ssh_config:1)")}));
}

// Debian's ssh, built with the patches for GSSAPI key exchange, takes them.
void TestSshConfig::wordsOfADistributionsOwnAreSilent()
{
    const SshConfig found =
        config("GSSAPIAuthentication yes\nGSSAPIKeyExchange yes\nGSSAPITrustDns yes\nGSSAPIKexAlgorithms gss-group14-sha256-\n"
               "GSSAPIClientIdentity me\nGSSAPIServerIdentity it\nGSSAPIRenewalForcesRekey no\nSetupTimeOut 5\n"
               "ProtocolKeepAlives 5\nUseBlacklistedKeys no\n");
    QCOMPARE(found.errors(), QStringList());
    QCOMPARE(found.unsupportedWords(), QStringList());
}

void TestSshConfig::originsAreKnown()
{
    const SshHostConfig resolved = config("Host a\nUser x\nHost *\nUser y\nIdentityFile /1\nIdentityFile /2").resolve("a");
    QCOMPARE(resolved.setting(SshWord::User).values, QList<QByteArray>{"x"});
    QCOMPARE(resolved.setting(SshWord::User).origins, QList<QByteArray>{"ssh_config:2"});
    QCOMPARE(resolved.setting(SshWord::IdentityFile).origins, (QList<QByteArray>{"ssh_config:5", "ssh_config:6"}));
    QVERIFY(resolved.setting(SshWord::Port).values.isEmpty());
}

void TestSshConfig::includesAreBounded()
{
    QTemporaryDir scratch;
    const QString path = scratch.filePath(QStringLiteral("loop"));
    keygen::write(path, "Include " + path.toUtf8() + "\nInclude " + path.toUtf8() + "\nUser x\n");
    SshConfig::Sources sources;
    sources.file = path;
    const SshConfig loaded = SshConfig::load(sources);
    QVERIFY(!loaded.errors().isEmpty());
    QVERIFY2(loaded.errors().first().contains(QStringLiteral("nested more than 16")), qPrintable(loaded.errors().first()));
}

void TestSshConfig::permissionsAreChecked()
{
    QTemporaryDir home;
    QVERIFY(QDir(home.path()).mkdir(QStringLiteral(".ssh")));
    const QString path = home.filePath(QStringLiteral(".ssh/config"));
    keygen::write(path, "User a\n");
    SshConfig::Sources sources;
    sources.local = someone();
    sources.local.home = home.path().toUtf8();
    sources.systemFile = QStringLiteral("/nonexistent");
    QCOMPARE(SshConfig::load(sources).resolve("x").user, QByteArray("a"));
    QCOMPARE(chmod(qPrintable(path), 0620), 0);
    QCOMPARE(SshConfig::load(sources).errors().size(), 1);
    QVERIFY(SshConfig::load(sources).errors().first().contains(QStringLiteral("bad owner or permissions")));
    sources.file = QStringLiteral("none");
    QCOMPARE(SshConfig::load(sources).resolve("x").user, QByteArray("me"));
}

void TestSshConfig::givenFileMustExist()
{
    SshConfig::Sources sources;
    sources.file = QStringLiteral("/nonexistent/config");
    QCOMPARE(SshConfig::load(sources).errors(),
             QStringList{QStringLiteral("/nonexistent/config: this ssh_config cannot be read: No such file or directory")});
    sources.file = QStringLiteral("/dev/null");
    QVERIFY(SshConfig::load(sources).errors().isEmpty());
}

void TestSshConfig::manyHostBlocksAreFoundByName()
{
    QByteArray text = "Host *\nServerAliveInterval 5\n";
    for (int i = 0; i < 5000; ++i)
        text += "Host h" + QByteArray::number(i) + "\nPort " + QByteArray::number(1000 + i) + "\nUser first\n";
    text += "Host h42 h43\nUser second\nHostName named\nHost *\nUser last\nPort 1";
    const SshConfig many = config(text);
    QCOMPARE(many.resolve("h42").port, quint16(1042));
    QCOMPARE(many.resolve("h42").user, QByteArray("first"));
    QCOMPARE(many.resolve("h42").hostName, QByteArray("named"));
    QCOMPARE(many.resolve("h44").hostName, QByteArray("h44"));
    QCOMPARE(many.resolve("none").user, QByteArray("last"));
    QCOMPARE(many.resolve("none").serverAliveInterval, std::chrono::seconds(5));
}

void TestSshConfig::fixedIdentityFiles()
{
    QCOMPARE(config("IdentityFile ~/a\nHost x\nIdentityFile /b\nIdentityFile /c/%h\nIdentityFile none\nHost y\nIdentityFile /b")
                 .fixedIdentityFiles(),
             (QStringList{QStringLiteral("/home/me/a"), QStringLiteral("/b")}));
    // What stands for who runs this is one for all hosts, too.
    QCOMPARE(config("IdentityFile %d/.ssh/%u_%%\nIdentityFile %d/%r\nIdentityFile /e%").fixedIdentityFiles(),
             (QStringList{QStringLiteral("/home/me/.ssh/me_%")}));
}

QTEST_GUILESS_MAIN(TestSshConfig)
#include "tst_sshconfig.moc"
