// SshSettingsSource: what reaches a connection of ssh_config, of the command line, and of the way to a host.

#include "ssh/algorithms.h"
#include "ssh/opensshwords.h"
#include "ssh/sshsettingssource.h"

#include <collector/joberror.h>

#include "keygen.h"

#include <QTemporaryDir>
#include <QTest>

using namespace collector;

namespace {

SshConfig config(const QByteArray &text)
{
    return SshConfig::fromText(text, {"me", "/home/me", "1000", "box"});
}

std::shared_ptr<const SshSettings> settings(const QByteArray &text, const QByteArray &host = "web",
                                            SshSettingsSource::Standing standing = {})
{
    return SshSettingsSource(config(text), std::move(standing)).settings(host);
}

std::shared_ptr<const SshSettings> plainNone()
{
    return settings("IdentityFile none");
}

QStringList way(const SshSettings &of)
{
    QStringList result;
    for (const auto &hop : of.jumps)
        result.append(QStringLiteral("%1@%2:%3").arg(QString::fromUtf8(hop->user), QString::fromUtf8(hop->host)).arg(hop->port));
    return result;
}

} // namespace

class TestSshSettingsSource : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainValues();
    void policies_data();
    void policies();
    void commandLineStandsAbove();
    void configurationStandsBelowOverrides();
    void revokedHostKeys();
    void rsaKeysAreNeverShorterThanSshAllows();
    void methods_data();
    void methods();
    void algorithms();
    void removingAllAlgorithmsIsNoDefault();
    void ways_data();
    void ways();
    void jumpHostsAreShared();
    void thePasswordIsForOneUserAlone();
    void canonicalNamesOfJumpHosts_data();
    void canonicalNamesOfJumpHosts();
    void jumpHostsOfOneCanonicalNameAreShared();
    void proxyCommandGoesToTheShell();
    void nonsense_data();
    void nonsense();
    void knownHostsOfBothFiles();
    void sshIsToldWhatStandsAboveItsFile();
    void sshGoesTheSameWay();
};

void TestSshSettingsSource::plainValues()
{
    const auto found = settings("HostName real.example.com\nUser ops\nPort 2222\nAddressFamily inet6\nBindAddress ::1\nConnectTimeout 3\n"
                                "HostKeyAlias other\nHashKnownHosts yes\nUserKnownHostsFile ~/kh\nIdentityFile ~/k\nCertificateFile /c\n"
                                "IdentitiesOnly yes\nIdentityAgent none\nSetEnv A=1 B=2\n");
    QCOMPARE(found->host, QByteArray("real.example.com"));
    QCOMPARE(found->user, QByteArray("ops"));
    QCOMPARE(found->port, quint16(2222));
    QCOMPARE(found->family, AddressFamily::IPv6);
    QCOMPARE(found->bindAddress, QByteArray("::1"));
    QCOMPARE(found->timeouts.connect, std::chrono::milliseconds(3000));
    QCOMPARE(found->hostKeyAlias, QByteArray("other"));
    QVERIFY(found->hashKnownHosts);
    QCOMPARE(found->knownHostsFile, QStringLiteral("/home/me/kh"));
    QCOMPARE(found->identityFiles, QStringList{QStringLiteral("/home/me/k")});
    QCOMPARE(found->certificateFiles, QStringList{QStringLiteral("/c")});
    QVERIFY(found->identitiesOnly);
    QVERIFY(!found->mayUseAgent);
    QVERIFY(!found->mayUseDefaultKeys && plainNone()->identityFiles.isEmpty() && !plainNone()->mayUseDefaultKeys);
    QCOMPARE(settings("IdentityAgent /run/agent.%r\nUser ops")->agentSocket, QStringLiteral("/run/agent.ops"));
    QCOMPARE(found->environment.size(), size_t(2));
    const auto plain = settings({});
    QCOMPARE(plain->host, QByteArray("web"));
    QCOMPARE(plain->user, QByteArray("me"));
    QCOMPARE(plain->port, quint16(22));
    QCOMPARE(plain->knownHostsFile, QStringLiteral("/home/me/.ssh/known_hosts"));
    QCOMPARE(plain->timeouts.connect, SshTimeouts().connect);
    QVERIFY(plain->mayUseDefaultKeys && plain->agentSocket.isEmpty());
    QVERIFY(plain->mayUseAgent && plain->identityFiles.isEmpty() && plain->preferredAuthentications.empty() &&
            plain->algorithms.kex.isEmpty());
}

void TestSshSettingsSource::policies_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("expected");
    QTest::addColumn<int>("warnings");
    QTest::newRow("nothing said") << QByteArray() << int(HostKeyPolicy::Strict) << 0;
    QTest::newRow("ask") << QByteArray("StrictHostKeyChecking ask") << int(HostKeyPolicy::Strict) << 0;
    QTest::newRow("yes") << QByteArray("StrictHostKeyChecking yes") << int(HostKeyPolicy::Strict) << 0;
    QTest::newRow("accept-new") << QByteArray("StrictHostKeyChecking accept-new") << int(HostKeyPolicy::AcceptNew) << 0;
    QTest::newRow("no") << QByteArray("StrictHostKeyChecking no") << int(HostKeyPolicy::AcceptNew) << 1;
    QTest::newRow("off") << QByteArray("StrictHostKeyChecking off") << int(HostKeyPolicy::AcceptNew) << 1;
}

void TestSshSettingsSource::policies()
{
    QFETCH(QByteArray, value);
    QFETCH(int, expected);
    QFETCH(int, warnings);
    const SshSettingsSource source(config(value), {});
    for (const char *host : {"a", "b"})
        QCOMPARE(int(source.settings(host)->hostKeyPolicy), expected);
    QCOMPARE(source.warnings().size(), warnings);
}

void TestSshSettingsSource::commandLineStandsAbove()
{
    SshSettingsSource::Standing standing;
    standing.hostKeyPolicy = {HostKeyPolicy::Off, "--host-keys"};
    standing.knownHosts = {QStringLiteral("/mine"), "--known-hosts"};
    standing.connectTimeout = {std::chrono::milliseconds(7), "--connect-timeout"};
    const auto found = settings("StrictHostKeyChecking yes\nUserKnownHostsFile /theirs\nConnectTimeout 99", "web", standing);
    QCOMPARE(found->hostKeyPolicy, HostKeyPolicy::Off);
    QCOMPARE(found->knownHostsFile, QStringLiteral("/mine"));
    QCOMPARE(found->timeouts.connect, std::chrono::milliseconds(7));
}

// Above ssh_config, below what a host says; jump hosts say nothing.
void TestSshSettingsSource::configurationStandsBelowOverrides()
{
    SshSettingsSource::Standing standing;
    standing.hostKeyPolicy = {HostKeyPolicy::AcceptNew, "c", false};
    standing.knownHosts = {QStringLiteral("/mine"), "c", false};
    standing.connectTimeout = {std::chrono::milliseconds(1500), "c", false};
    standing.identities = {{QStringLiteral("/key")}, "c", false};
    const SshSettingsSource source(config("StrictHostKeyChecking yes\nUserKnownHostsFile /theirs\nConnectTimeout 99\n"
                                          "IdentityFile /other\nHost web\nProxyJump gate"),
                                   standing);
    const auto ofConfiguration = [](const SshSettings &found) {
        return found.hostKeyPolicy == HostKeyPolicy::AcceptNew && found.knownHostsFile == u"/mine" &&
               found.timeouts.connect == std::chrono::milliseconds(1500) && found.identityFiles == QStringList{QStringLiteral("/key")} &&
               found.identitiesOnly;
    };
    QVERIFY(ofConfiguration(*source.settings("web")));
    SshOverrides overrides;
    QString error;
    for (const auto &[word, value] : {std::pair(SshWord::StrictHostKeyChecking, "off"), std::pair(SshWord::UserKnownHostsFile, "/own"),
                                      std::pair(SshWord::ConnectTimeout, "3"), std::pair(SshWord::IdentityFile, "/own/key")})
        QVERIFY2(overrides.add(word, value, "variable", &error), qPrintable(error));
    const auto own = source.settings("web", overrides);
    QCOMPARE(own->hostKeyPolicy, HostKeyPolicy::AcceptNew); // which off is taken for
    QCOMPARE(source.warnings().size(), 1);
    QCOMPARE(own->knownHostsFile, QStringLiteral("/own"));
    QCOMPARE(own->timeouts.connect, std::chrono::milliseconds(3000));
    QCOMPARE(own->identityFiles, (QStringList{QStringLiteral("/own/key"), QStringLiteral("/other")}));
    QVERIFY(!own->identitiesOnly);
    QVERIFY(ofConfiguration(*own->jumps.front()));
    standing.hostKeyPolicy->value = HostKeyPolicy::Off; // of the system's configuration
    SshOverrides strict;
    QVERIFY(strict.add(SshWord::StrictHostKeyChecking, "yes", "variable", &error));
    const SshSettingsSource ofSystem(config({}), standing);
    QCOMPARE(ofSystem.settings("web")->hostKeyPolicy, HostKeyPolicy::Off);
    QCOMPARE(ofSystem.settings("web", strict)->hostKeyPolicy, HostKeyPolicy::Strict);
}

void TestSshSettingsSource::methods_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("ours") << QByteArray() << QByteArray();
    QTest::newRow("preferred") << QByteArray("PreferredAuthentications password,publickey") << QByteArray("password,publickey");
    QTest::newRow("no password") << QByteArray("PasswordAuthentication no") << QByteArray("publickey,keyboard-interactive");
    QTest::newRow("no password of two preferred")
        << QByteArray("PasswordAuthentication no\nPreferredAuthentications password,publickey") << QByteArray("publickey");
    QTest::newRow("nothing left") << QByteArray("PasswordAuthentication no\nPreferredAuthentications password") << QByteArray("refused");
}

void TestSshSettingsSource::methods()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    if (expected == "refused") {
        QVERIFY_THROWS_EXCEPTION(JobError, (void)settings(text));
        return;
    }
    const auto found = settings(text)->preferredAuthentications;
    QCOMPARE(QList<QByteArray>(found.begin(), found.end()).join(','), expected);
}

void TestSshSettingsSource::algorithms()
{
    const auto found = settings("Ciphers aes256-ctr\nKexAlgorithms -ecdh*\nMACs ^hmac-sha2-512\nHostKeyAlgorithms +ssh-rsa");
    QCOMPARE(found->algorithms.ciphers, QByteArray("aes256-ctr"));
    QVERIFY(!found->algorithms.kex.isEmpty() && !found->algorithms.kex.contains("ecdh") && !found->algorithms.kex.startsWith('-'));
    QVERIFY(found->algorithms.macs.startsWith("hmac-sha2-512,"));
    QVERIFY(found->algorithms.hostKeys.endsWith(",ssh-rsa"));
    QVERIFY(found->mayOrderHostKeys && settings("HostKeyAlgorithms -ssh-ed25519")->mayOrderHostKeys);
    QVERIFY(!settings("HostKeyAlgorithms ^ssh-rsa")->mayOrderHostKeys && !settings("HostKeyAlgorithms ssh-rsa")->mayOrderHostKeys);
    QCOMPARE(settings("HostKeyAlgorithms rsa-*,ssh-r?a")->algorithms.hostKeys, QByteArray("rsa-sha2-512,rsa-sha2-256,ssh-rsa"));
    QVERIFY(settings("PubkeyAcceptedAlgorithms +ssh-*")->algorithms.publicKeys.endsWith(",ssh-rsa"));
}

// What was forbidden was proposed after all: an empty list is one that nobody has written.
void TestSshSettingsSource::removingAllAlgorithmsIsNoDefault()
{
    const auto found = settings("MACs -hmac*");
    QVERIFY_THROWS_EXCEPTION(JobError, (void)proposedAlgorithms(found->algorithms, false));
}

void TestSshSettingsSource::ways_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("expected");
    const auto list = [](const char *words) { return QString::fromLatin1(words).split(u' '); };
    QTest::newRow("none") << QByteArray("ProxyJump none") << QStringList();
    QTest::newRow("one") << QByteArray("Host web\nProxyJump ops@gate:2222") << list("ops@gate:2222");
    QTest::newRow("its name is looked up in ssh_config")
        << QByteArray("Host gate\nHostName gate.example.com\nUser jump\nPort 22022\nHost web\nProxyJump gate")
        << list("jump@gate.example.com:22022");
    QTest::newRow("what ProxyJump says counts more")
        << QByteArray("Host gate\nUser jump\nPort 22022\nHost web\nProxyJump ops@gate:22") << list("ops@gate:22");
    QTest::newRow("chain") << QByteArray("Host web\nProxyJump a,b") << list("me@a:22 me@b:22");
    QTest::newRow("a jump host's own jump host")
        << QByteArray("Host gate\nProxyJump outer\nHost web\nProxyJump gate") << list("me@outer:22 me@gate:22");
    QTest::newRow("tokens, those of the target")
        << QByteArray("Host gate*\nPort 22022\nUser jump\nHost web\nUser ops\nProxyJump %r@gate-%h:23") << list("ops@gate-web:23");
    QTest::newRow("later hops' own jump hosts do not count")
        << QByteArray("Host b\nProxyJump elsewhere\nHost web\nProxyJump a,b") << list("me@a:22 me@b:22");
}

void TestSshSettingsSource::ways()
{
    QFETCH(QByteArray, text);
    QFETCH(QStringList, expected);
    const auto found = settings(text);
    QCOMPARE(way(*found), expected);
    QCOMPARE(found->host, QByteArray("web"));
}

void TestSshSettingsSource::jumpHostsAreShared()
{
    const SshSettingsSource source(config("Host gate\nPort 22022\nHost web*\nProxyJump gate"), {});
    QCOMPARE(source.settings("web1")->jumps.front(), source.settings("web2")->jumps.front());
}

// As ssh asks for each hop by itself.
void TestSshSettingsSource::thePasswordIsForOneUserAlone()
{
    SshSettingsSource::Standing standing;
    standing.base.password = std::make_shared<const Secret>(std::string_view("open sesame"));
    const SshSettingsSource source(config("Host same other\nUser ops\nHost root\nUser root\nHost same root\nProxyJump ops@gate\n"
                                          "Host other\nProxyJump first@outer,ops@gate\nHost nested\nUser ops\nProxyJump ops@inner\n"
                                          "Host inner\nProxyJump admin@outer"),
                                   standing);
    const auto has = [](const std::shared_ptr<const SshSettings> &hop) { return bool(hop->password); };
    QVERIFY(has(source.settings("same")) && has(source.settings("same")->jumps.front()));
    QVERIFY(has(source.settings("root")) && !has(source.settings("root")->jumps.front()));
    QCOMPARE(source.settings("root")->jumps.front()->passwordUser, QByteArray("root"));
    QVERIFY(!has(source.settings("other")->jumps.front()) && has(source.settings("other")->jumps.back()));
    QVERIFY(!has(source.settings("nested")->jumps.front()) && has(source.settings("nested")->jumps.back()));
    QVERIFY(has(source.settings("same")->jumps.front())); // whoever came before
}

// As ssh has it, which runs `ssh -W` for each of them.
void TestSshSettingsSource::canonicalNamesOfJumpHosts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("asked"); // one list of names after the other
    QTest::addColumn<QStringList>("expected");
    const auto list = [](const char *words) { return QString::fromLatin1(words).split(u' '); };
    const QByteArray canonical = "CanonicalizeHostname yes\nCanonicalDomains a.example b.example\n";
    const QByteArray always = "CanonicalizeHostname always\nCanonicalDomains b.example\n";
    QTest::newRow("one, with what stands under the name that was found")
        << canonical + "Host gate.b.example\nPort 22022\nUser jump\nHost web\nProxyJump gate" << list("gate.a.example,gate.b.example")
        << list("jump@gate.b.example:22022");
    QTest::newRow("none of its names exists") << canonical + "Host web\nProxyJump lone" << list("lone.a.example,lone.b.example")
                                              << list("me@lone:22");
    QTest::newRow("a full name") << canonical + "Host web\nProxyJump gate.b.example" << QStringList() << list("me@gate.b.example:22");
    QTest::newRow("its domains are its own")
        << QByteArray("Host gate\nCanonicalizeHostname yes\nCanonicalDomains b.example\nHost web\nProxyJump gate") << list("gate.b.example")
        << list("me@gate.b.example:22");
    QTest::newRow("the target first, then the first of a chain; the later ones have hops before them")
        << canonical + "Host web.b.example\nProxyJump gate,db" << list("web.a.example,web.b.example gate.a.example,gate.b.example")
        << list("me@gate.b.example:22 me@db:22");
    QTest::newRow("always: every one of a chain")
        << always + "Host web\nProxyJump gate,db" << list("web.b.example gate.b.example db.b.example")
        << list("me@gate.b.example:22 me@db.b.example:22");
    QTest::newRow("a jump host that the canonical name brings")
        << canonical + "Host gate.b.example\nProxyJump db\nHost web\nProxyJump gate"
        << list("gate.a.example,gate.b.example db.a.example,db.b.example") << list("me@db.b.example:22 me@gate.b.example:22");
    QTest::newRow("in a circle") << always + "Host a b\nProxyJump b\nHost web\nProxyJump a" << list("web.b.example a.b.example b.b.example")
                                 << QStringList();
}

void TestSshSettingsSource::canonicalNamesOfJumpHosts()
{
    QFETCH(QByteArray, text);
    QFETCH(QStringList, asked);
    QFETCH(QStringList, expected);
    const SshSettingsSource source(config(text), {});
    SshSettingsSource::CanonicalNames known;
    QStringList lookups;
    while (const auto lookup = source.lookup("web", {}, known)) {
        QVERIFY2(!known.contains(lookup->names), "asked twice");
        QCOMPARE(lookup->isOfJumpHost, lookup->host != "web");
        lookups.append(QString::fromUtf8(lookup->names.join(',')));
        const QByteArray name = lookup->names.last();
        known.emplace(lookup->names, name.startsWith("lone") ? QByteArray() : name);
    }
    QCOMPARE(lookups, asked);
    if (expected.isEmpty())
        QVERIFY_THROWS_EXCEPTION(JobError, (void)source.settings("web", {}, known));
    else
        QCOMPARE(way(*source.settings("web", {}, known)), expected);
}

void TestSshSettingsSource::jumpHostsOfOneCanonicalNameAreShared()
{
    const SshSettingsSource source(config("CanonicalizeHostname always\nCanonicalDomains a.b\nHost web*\nProxyJump gate"), {});
    const auto gate = [&source](const QByteArray &host, const QByteArray &canonical) {
        return source.settings(host, {}, {{{host + ".a.b"}, host + ".a.b"}, {{"gate.a.b"}, canonical}})->jumps.front();
    };
    QCOMPARE(gate("web1", "gate.a.b"), gate("web2", "gate.a.b"));
    QCOMPARE(gate("web1", "")->host, QByteArray("gate"));
    QCOMPARE(gate("web1", "gate.a.b")->host, QByteArray("gate.a.b"));
}

void TestSshSettingsSource::proxyCommandGoesToTheShell()
{
    QCOMPARE(settings("ProxyCommand nc %h %p 2>/dev/null")->proxyCommand,
             (QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("exec nc web 22 2>/dev/null")}));
}

void TestSshSettingsSource::nonsense_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("token that a jump does not take") << QByteArray("Host web\nProxyJump %u@gate");
    QTest::newRow("unknown token") << QByteArray("IdentityFile %z");
    QTest::newRow("through itself") << QByteArray("ProxyJump web");
    QTest::newRow("in a circle") << QByteArray("Host a\nProxyJump b\nHost b\nProxyJump a\nHost web\nProxyJump a");
    QTest::newRow("everybody's jump host is its own, as for ssh") << QByteArray("ProxyJump gate");
    QTest::newRow("too far") << QByteArray("Host web\nProxyJump a,b,c,d,e,f,g,h,i");
}

void TestSshSettingsSource::nonsense()
{
    QFETCH(QByteArray, text);
    try {
        (void)settings(text);
        QFAIL("nothing was said");
    } catch (const JobError &refusal) {
        QCOMPARE(refusal.cause(), Cause::BadVariable);
    }
}

void TestSshSettingsSource::knownHostsOfBothFiles()
{
    QTemporaryDir scratch;
    const QByteArray key = QByteArray::fromHex("0000000b7373682d6564323535313900000020") + QByteArray(32, 'k');
    const QByteArray line = " ssh-ed25519 " + key.toBase64() + '\n';
    keygen::write(scratch.filePath(QStringLiteral("users")), "web" + line);
    keygen::write(scratch.filePath(QStringLiteral("global")), "db" + line);
    const SshSettingsSource source(config("UserKnownHostsFile " + scratch.filePath(QStringLiteral("users")).toUtf8() +
                                          "\nGlobalKnownHostsFile " + scratch.filePath(QStringLiteral("global")).toUtf8()),
                                   {});
    for (const char *host : {"web", "db"})
        QCOMPARE(source.settings(host)->knownHosts->lookup(host, 22).classify(key).kind, HostKeyVerdict::Kind::Match);
    QCOMPARE(source.settings("web")->knownHosts, source.settings("db")->knownHosts);
}

void TestSshSettingsSource::sshIsToldWhatStandsAboveItsFile()
{
    SshOverrides overrides;
    QString error;
    QVERIFY(overrides.add(SshWord::Port, "2222", "test", &error));
    QVERIFY(overrides.add(SshWord::HostName, "fe80::1%%eth0", "test", &error));
    QVERIFY(overrides.addOption("CertificateFile=\"/a b/%r-cert.pub\"", "test", &error, nullptr));
    QVERIFY(overrides.addOption("SetEnv=A=1 B=2", "test", &error, nullptr));
    const SshSettingsSource source(config("Host web\nBindAddress 127.0.0.1\nPort 1\nCertificateFile /theirs\nUser ops\n"), {});
    const auto found = source.settings("web", overrides);
    QCOMPARE(found->openSshOptions,
             (QStringList{QStringLiteral("CertificateFile=\"/a b/%r-cert.pub\""), QStringLiteral("SetEnv=A=1 B=2")}));
    const QStringList words = opensshWords(*found, QStringLiteral("/log"));
    QCOMPARE(words.last(), QStringLiteral("web"));
    for (const char *word :
         {"HostName=fe80::1%%eth0", "ProxyCommand=none", "UserKnownHostsFile=/home/me/.ssh/known_hosts /home/me/.ssh/known_hosts2"})
        QVERIFY2(words.contains(QLatin1StringView(word)), qPrintable(words.join(u'\n')));
    QCOMPARE(words.value(words.indexOf(QStringLiteral("-p")) + 1), QStringLiteral("2222"));
    QCOMPARE(words.value(words.indexOf(QStringLiteral("-l")) + 1), QStringLiteral("ops"));
    QVERIFY(!words.join(u' ').contains(QStringLiteral("theirs")) && !words.join(u' ').contains(QStringLiteral("BindAddress")));
}

void TestSshSettingsSource::sshGoesTheSameWay()
{
    const auto proxy = [](const SshSettings &of) {
        return opensshWords(of, QStringLiteral("/log")).filter(QStringLiteral("ProxyCommand=")).value(0);
    };
    // What a ProxyCommand's own tokens have become is none for ssh.
    QCOMPARE(proxy(*settings("User 100%\nProxyCommand nc -u %r %h %p")),
             QStringLiteral("ProxyCommand=/bin/sh -c 'exec nc -u 100%% web 22'"));
    const QString jump = proxy(*settings("Host gate\nHostName 10.0.0.1\nUser \"it's\"\nHost web\nProxyJump gate:23\n"));
    QVERIFY2(jump.endsWith(QStringLiteral(" ProxyCommand=none -p 23 -l 'it'\\''s' -W '[%h]:%p' -- gate")), qPrintable(jump));
    QVERIFY2(jump.contains(QStringLiteral(" HostName=10.0.0.1 ")) && jump.contains(QStringLiteral(" BatchMode=yes ")), qPrintable(jump));
    const auto far = settings("Host web\nProxyJump a,b,c,d,e,f,g,h\n");
    QCOMPARE(far->jumps.size(), size_t(8));
    constexpr qsizetype longestArgument = 128 * 1024; // MAX_ARG_STRLEN of Linux
    QVERIFY(proxy(*far).size() < longestArgument);
}

// One name, tilde and tokens replaced, told to ssh as it was found here.
void TestSshSettingsSource::revokedHostKeys()
{
    QVERIFY(!settings("Port 22")->revokedKeys);
    QVERIFY(!settings("RevokedHostKeys none\nRevokedHostKeys /revoked")->revokedKeys);
    const auto found = settings("RevokedHostKeys ~/%h.revoked\nRevokedHostKeys /revoked");
    QVERIFY(found->revokedKeys);
    QCOMPARE(found->revokedKeys->path(), QStringLiteral("/home/me/web.revoked"));
    QVERIFY(!found->revokedKeys->problem().isEmpty()); // there is none
    QVERIFY(opensshWords(*found, QStringLiteral("/log"), {{found.get(), found->revokedKeys->path()}})
                .contains(QStringLiteral("RevokedHostKeys=/home/me/web.revoked")));
    SshOverrides overrides;
    QString error;
    QVERIFY(overrides.addOption("RevokedHostKeys=none", "test", &error, nullptr));
    const SshSettingsSource source(config("RevokedHostKeys /revoked"), {});
    const auto without = source.settings("web", overrides);
    QVERIFY(!without->revokedKeys);
    QVERIFY(opensshWords(*without, QStringLiteral("/log")).contains(QStringLiteral("RevokedHostKeys=none")));
}

// ssh_config(5): the limit may only be raised from the default.
void TestSshSettingsSource::rsaKeysAreNeverShorterThanSshAllows()
{
    QCOMPARE(settings("Port 22")->requiredRsaSize, 1024);
    QCOMPARE(settings("RequiredRSASize 512")->requiredRsaSize, 1024);
    QCOMPARE(settings("RequiredRSASize 3072")->requiredRsaSize, 3072);
}

QTEST_GUILESS_MAIN(TestSshSettingsSource)
#include "tst_sshsettingssource.moc"
