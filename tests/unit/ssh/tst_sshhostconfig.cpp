// What an ssh_config comes to for one host: tokens, options from elsewhere, the way there.

#include "someone.h"

#include <QTest>

using namespace collector;

class TestSshHostConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tokens_data();
    void tokens();
    void shortNameOfMachineWithoutDomain();
    void overridesComeFirst();
    void overridesAreChecked_data();
    void overridesAreChecked();
    void jumps_data();
    void jumps();
    void proxyCommandRefusesShellCharacters();
    void canonicalHostName();
    void algorithms_data();
    void algorithms();
    void agent_data();
    void agent();
};

void TestSshHostConfig::tokens_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected"); // empty: a problem
    QTest::newRow("tilde") << QByteArray("~/k") << QStringLiteral("/home/me/k");
    QTest::newRow("tilde alone") << QByteArray("~") << QStringLiteral("/home/me/");
    QTest::newRow("tilde of root") << QByteArray("~root/k") << QStringLiteral("/root/k");
    QTest::newRow("tilde of nobody known") << QByteArray("~no-such-user/k") << QString();
    QTest::newRow("all plain ones") << QByteArray("/%h/%n/%p/%r/%u/%d/%i/%k/%L/%l/%%")
                                    << QStringLiteral("/real.org/web/2222/ops/me//home/me/1000/web/box/box.example.com/%");
    QTest::newRow("hash of the connection") << QByteArray("%C") << QStringLiteral("2d0d2ca8be92daecabe0f014614788c38b492f1f");
    QTest::newRow("no jump") << QByteArray("[%j]") << QStringLiteral("[]");
    QTest::newRow("environment") << QByteArray("${COLLECTOR_TEST}/x") << QStringLiteral("value/x");
    QTest::newRow("dollar without brace") << QByteArray("$COLLECTOR_TEST") << QStringLiteral("$COLLECTOR_TEST");
    QTest::newRow("no such variable") << QByteArray("${COLLECTOR_NONE}") << QString();
    QTest::newRow("brace not closed") << QByteArray("${COLLECTOR_TEST") << QString();
    QTest::newRow("unknown token") << QByteArray("%z") << QString();
    QTest::newRow("percent at the end") << QByteArray("x%") << QString();
}

void TestSshHostConfig::tokens()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    qputenv("COLLECTOR_TEST", "value");
    const SshHostConfig resolved = config("Port 2222\nUser ops\nHostName real.org\nIdentityFile \"" + text + "\"\n").resolve("web");
    QCOMPARE(resolved.problem.isEmpty(), !expected.isEmpty());
    if (expected.isEmpty())
        QVERIFY2(resolved.problem.startsWith(QStringLiteral("IdentityFile (ssh_config:4): ")), qPrintable(resolved.problem));
    else
        QCOMPARE(resolved.identityFiles, QStringList{expected});
}

// As most machines are named: %L was empty there.
void TestSshHostConfig::shortNameOfMachineWithoutDomain()
{
    SshLocal local = someone();
    local.hostName = "box";
    const SshConfig from = SshConfig::fromText("IdentityFile /k/%L.%l", local);
    QCOMPARE(from.resolve("web").identityFiles, QStringList{QStringLiteral("/k/box.box")});
}

void TestSshHostConfig::overridesComeFirst()
{
    SshOverrides overrides;
    QString error;
    QVERIFY(overrides.add(SshWord::User, "CORP\\alice \"x\" #1", "ansible_user", &error));
    QVERIFY(overrides.add(SshWord::User, "later", "group", &error));
    QVERIFY(overrides.add(SshWord::IdentityFile, "/mine", "--identity", &error));
    const SshHostConfig resolved = config("Match user CORP*\nPort 77\nMatch all\nUser other\nIdentityFile /theirs").resolve("a", overrides);
    QCOMPARE(resolved.user, QByteArray("CORP\\alice \"x\" #1"));
    QCOMPARE(resolved.setting(SshWord::User).origins, QList<QByteArray>{"ansible_user"});
    QCOMPARE(resolved.port, quint16(77));
    QCOMPARE(resolved.identityFiles, (QStringList{QStringLiteral("/mine"), QStringLiteral("/theirs")}));
}

void TestSshHostConfig::overridesAreChecked_data()
{
    QTest::addColumn<QByteArray>("option");
    QTest::addColumn<bool>("isGood");
    QTest::addColumn<QByteArray>("unsupported");
    QTest::newRow("good") << QByteArray("Port=22") << true << QByteArray();
    QTest::newRow("bad value") << QByteArray("Port=x") << false << QByteArray();
    QTest::newRow("unknown") << QByteArray("Nonsense=x") << true << QByteArray("Nonsense"); // of a later ssh, perhaps
    QTest::newRow("unsupported") << QByteArray("ControlPersist=60s") << true << QByteArray("ControlPersist");
    QTest::newRow("silent") << QByteArray("LogLevel=ERROR") << true << QByteArray();
    QTest::newRow("Host") << QByteArray("Host=a") << false << QByteArray();
    QTest::newRow("Include") << QByteArray("Include=/etc/passwd") << false << QByteArray();
    QTest::newRow("nothing") << QByteArray() << false << QByteArray();
    QTest::newRow("no value") << QByteArray("User") << false << QByteArray();
}

void TestSshHostConfig::overridesAreChecked()
{
    QFETCH(QByteArray, option);
    QFETCH(bool, isGood);
    QFETCH(QByteArray, unsupported);
    SshOverrides overrides;
    QString error;
    QByteArray word;
    QCOMPARE(overrides.addOption(option, "ansible_ssh_common_args", &error, &word), isGood);
    QCOMPARE(error.isEmpty(), isGood);
    QCOMPARE(word, unsupported);
}

void TestSshHostConfig::jumps_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("expected");
    QTest::newRow("one") << QByteArray("gate") << QStringLiteral("|gate|0");
    QTest::newRow("all parts") << QByteArray("ops@gate:2222") << QStringLiteral("ops|gate|2222");
    QTest::newRow("chain") << QByteArray("a,b@c:1") << QStringLiteral("|a|0 b|c|1");
    QTest::newRow("address") << QByteArray("[2001:db8::1]:22") << QStringLiteral("|2001:db8::1|22");
    QTest::newRow("user with an at") << QByteArray("a@b@gate") << QStringLiteral("a@b|gate|0");
    QTest::newRow("URI") << QByteArray("ssh://ops%40x@gate:22/") << QStringLiteral("ops@x|gate|22");
    QTest::newRow("with a comment") << QByteArray("gate # the old one") << QStringLiteral("|gate|0");
    QTest::newRow("with a second word, which ssh passes over") << QByteArray("gate other") << QStringLiteral("|gate|0");
    QTest::newRow("in quotes, which ssh leaves to its shell") << QByteArray("\"gate\" # the old one") << QStringLiteral("|gate|0");
    QTest::newRow("none") << QByteArray("none") << QString();
}

void TestSshHostConfig::jumps()
{
    QFETCH(QByteArray, value);
    QFETCH(QString, expected);
    const SshConfig from = config("ProxyJump " + value);
    QVERIFY2(from.errors().isEmpty(), qPrintable(from.errors().join(u'\n')));
    QStringList found;
    for (const JumpHop &hop : from.resolve("web").jumps)
        found.append(QStringLiteral("%1|%2|%3").arg(QString::fromUtf8(hop.user), QString::fromUtf8(hop.host)).arg(hop.port));
    QCOMPARE(found.join(u' '), expected);
    QVERIFY(config("ProxyJump a, b").errors().value(0).contains(QStringLiteral("\"a,\" is no list"))); // as for ssh
    QVERIFY(config("ProxyJump gate").resolve("gate").problem.contains(QStringLiteral("through itself")));
}

void TestSshHostConfig::proxyCommandRefusesShellCharacters()
{
    const SshConfig from = config("ProxyCommand nc %h %p\nUser a;b");
    QCOMPARE(from.resolve("web").proxyCommand, QByteArray("nc web 22"));
    for (const char *host : {"a;reboot", "$(x)", "-oProxyCommand=x", "a b", "a'b"})
        QVERIFY2(!from.resolve(host).problem.isEmpty(), host);
    QVERIFY(!config("ProxyCommand nc -u %r\nUser a;b").resolve("web").problem.isEmpty());
}

void TestSshHostConfig::canonicalHostName()
{
    const QByteArray text = "CanonicalizeHostname yes\nCanonicalDomains a.example b.example\nHost *.b.example\nUser canon\nMatch "
                            "originalhost web canonical\nPort 33\n";
    const SshHostConfig first = config(text).resolve("web");
    QCOMPARE(first.canonicalCandidates, (QList<QByteArray>{"web.a.example", "web.b.example"}));
    QVERIFY(first.mayStayUncanonical);
    const SshHostConfig second = config(text).resolve("web", {}, "web.b.example");
    QVERIFY(second.canonicalCandidates.isEmpty());
    QCOMPARE(second.hostName, QByteArray("web.b.example"));
    QCOMPARE(second.user, QByteArray("canon"));
    QCOMPARE(second.port, quint16(33));
    QCOMPARE(config(text).resolve("web", {}, QByteArray()).hostName, QByteArray("web"));
    QVERIFY(config(text).resolve("a.b.c").canonicalCandidates.isEmpty()); // more than CanonicalizeMaxDots
    QVERIFY(config(text).resolve("10.0.0.1").canonicalCandidates.isEmpty());
    QVERIFY(config(text + "Match all\nProxyJump gate").resolve("web").canonicalCandidates.isEmpty());
}

void TestSshHostConfig::algorithms_data()
{
    QTest::addColumn<QByteArray>("spec");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("nothing") << QByteArray() << QByteArray("a,b,c");
    QTest::newRow("list") << QByteArray("x,y") << QByteArray("x,y");
    QTest::newRow("append") << QByteArray("+d,a") << QByteArray("a,b,c,d");
    QTest::newRow("remove") << QByteArray("-b,c*") << QByteArray("a");
    QTest::newRow("front") << QByteArray("^c,d") << QByteArray("c,d,a,b");
    QTest::newRow("wildcards in a list") << QByteArray("x,k*") << QByteArray("k1,k2");
    QTest::newRow("wildcards to append") << QByteArray("+k?,b*") << QByteArray("a,b,c,k1,k2");
    QTest::newRow("wildcards to the front") << QByteArray("^k*,c") << QByteArray("k1,k2,c,a,b");
    QTest::newRow("wildcards that remove all") << QByteArray("-*") << QByteArray();
}

void TestSshHostConfig::algorithms()
{
    QFETCH(QByteArray, spec);
    QFETCH(QByteArray, expected);
    QCOMPARE(withAlgorithms(spec, "a,b,c", "a,b,c,k1,k2"), expected);
}

void TestSshHostConfig::agent_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<std::optional<QString>>("expected");
    using Maybe = std::optional<QString>;
    QTest::newRow("none") << QByteArray("none") << Maybe(QString());
    QTest::newRow("the usual") << QByteArray("SSH_AUTH_SOCK") << Maybe();
    QTest::newRow("a path") << QByteArray("~/agent.%r") << Maybe(QStringLiteral("/home/me/agent.me"));
    QTest::newRow("a variable") << QByteArray("$COLLECTOR_TEST") << Maybe(QStringLiteral("value"));
}

void TestSshHostConfig::agent()
{
    QFETCH(QByteArray, value);
    QFETCH(std::optional<QString>, expected);
    qputenv("COLLECTOR_TEST", "value");
    QCOMPARE(config("IdentityAgent " + value).resolve("web").identityAgent, expected);
}

QTEST_GUILESS_MAIN(TestSshHostConfig)
#include "tst_sshhostconfig.moc"
