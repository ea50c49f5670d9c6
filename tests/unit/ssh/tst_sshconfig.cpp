// SshConfig beside the real `ssh -G`: on files from other projects and on files made from a seed.

#include "ssh/sshconfig.h"
#include "ssh/sshconfigline.h"

#include "keygen.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace collector;

namespace {

using Lines = QMap<QByteArray, QList<QByteArray>>;

// Our words in the form of `ssh -G`. IdentityFile and the like as written, as ssh shows them.
Lines dump(const SshHostConfig &config)
{
    Lines lines;
    const auto one = [&](const char *word, const QByteArray &value) { lines[word] = {value}; };
    const auto flag = [&](const char *word, bool value) { one(word, value ? "yes" : "no"); };
    const auto written = [&](SshWord word) { return config.setting(word).values; };
    const auto maybe = [&](const char *word, const QByteArray &value) {
        if (!value.isEmpty())
            one(word, value);
    };
    const auto paths = [](const QStringList &list) { return list.isEmpty() ? QByteArray("none") : list.join(u' ').toUtf8(); };
    one("user", config.user);
    one("hostname", config.hostName);
    one("port", QByteArray::number(config.port));
    using Family = SshHostConfig::AddressFamily;
    one("addressfamily", config.addressFamily == Family::Inet ? "inet" : config.addressFamily == Family::Inet6 ? "inet6" : "any");
    maybe("bindaddress", config.bindAddress);
    flag("hashknownhosts", config.hashKnownHosts);
    flag("identitiesonly", config.identitiesOnly);
    flag("kbdinteractiveauthentication", config.keyboardInteractiveAuthentication);
    flag("passwordauthentication", config.passwordAuthentication);
    one("pubkeyauthentication", config.publicKeyAuthentication ? "true" : "false");
    maybe("hostkeyalias", config.hostKeyAlias);
    maybe("preferredauthentications", config.preferredAuthentications.join(','));
    one("connecttimeout", config.connectTimeout ? QByteArray::number(qint64(config.connectTimeout->count())) : QByteArray("none"));
    one("serveraliveinterval", QByteArray::number(config.serverAliveInterval ? qint64(config.serverAliveInterval->count()) : 0));
    one("requiredrsasize", QByteArray::number(config.requiredRsaSize));
    one("serveralivecountmax", QByteArray::number(config.serverAliveCountMax));
    using Checking = SshHostConfig::HostKeyChecking;
    one("stricthostkeychecking", config.hostKeyChecking == Checking::Yes         ? "true"
                                 : config.hostKeyChecking == Checking::Off       ? "false"
                                 : config.hostKeyChecking == Checking::AcceptNew ? "accept-new"
                                                                                 : "ask");
    one("userknownhostsfile", paths(config.userKnownHostsFiles));
    one("globalknownhostsfile", written(SshWord::GlobalKnownHostsFile).isEmpty() ? paths(config.globalKnownHostsFiles)
                                                                                 : written(SshWord::GlobalKnownHostsFile).join(' '));
    if (!written(SshWord::IdentityFile).isEmpty())
        lines["identityfile"] = written(SshWord::IdentityFile);
    if (!written(SshWord::CertificateFile).isEmpty())
        lines["certificatefile"] = written(SshWord::CertificateFile);
    if (!written(SshWord::SetEnv).isEmpty())
        lines["setenv"] = written(SshWord::SetEnv);
    maybe("ciphers", config.ciphers);
    maybe("macs", config.macs);
    maybe("kexalgorithms", config.kexAlgorithms);
    maybe("hostkeyalgorithms", config.hostKeyAlgorithms);
    maybe("pubkeyacceptedalgorithms", config.publicKeyAlgorithms);
    if (!config.jumps.empty()) {
        QByteArray jump = written(SshWord::ProxyJump).first();
        one("proxyjump", jump);
    } else if (!config.proxyCommand.isEmpty()) {
        one("proxycommand", written(SshWord::ProxyCommand).first());
    }
    return lines;
}

const QList<QByteArray> comparedWords{"user",
                                      "hostname",
                                      "port",
                                      "addressfamily",
                                      "bindaddress",
                                      "hashknownhosts",
                                      "identitiesonly",
                                      "kbdinteractiveauthentication",
                                      "passwordauthentication",
                                      "pubkeyauthentication",
                                      "hostkeyalias",
                                      "preferredauthentications",
                                      "connecttimeout",
                                      "serveraliveinterval",
                                      "serveralivecountmax",
                                      "requiredrsasize",
                                      "stricthostkeychecking",
                                      "userknownhostsfile",
                                      "globalknownhostsfile",
                                      "identityfile",
                                      "certificatefile",
                                      "setenv",
                                      "ciphers",
                                      "macs",
                                      "kexalgorithms",
                                      "hostkeyalgorithms",
                                      "pubkeyacceptedalgorithms",
                                      "proxyjump",
                                      "proxycommand"};

Lines parsed(const QList<QByteArray> &text)
{
    Lines lines;
    for (const QByteArray &line : text) {
        const qsizetype blank = line.indexOf(' ');
        if (const QByteArray word = line.left(blank); comparedWords.contains(word))
            lines[word].append(line.mid(blank + 1));
    }
    return lines;
}

struct SshG
{
    int status = 0;
    Lines lines;
    QByteArray errors;
};

SshG runSsh(const QStringList &arguments)
{
    QProcess ssh;
    ssh.start(QStringLiteral("ssh"), QStringList{QStringLiteral("-G")} + arguments);
    if (!ssh.waitForFinished(20000))
        qFatal("ssh -G hangs");
    return {ssh.exitCode(), parsed(ssh.readAllStandardOutput().split('\n')), ssh.readAllStandardError()};
}

SshLocal someone()
{
    return {"me", "/home/me", "1000", "box.example.com"};
}

SshConfig config(const QByteArray &text)
{
    return SshConfig::fromText(text, someone());
}

} // namespace

class TestSshConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithCorpus_data();
    void agreesWithCorpus();
    void agreesWithSshOnSeededFiles();
    void splitsLines_data();
    void splitsLines();
    void tokens_data();
    void tokens();
    void errors_data();
    void errors();
    void unsupportedWordsAreNamedOnce();
    void originsAreKnown();
    void overridesComeFirst();
    void overridesAreChecked_data();
    void overridesAreChecked();
    void jumps_data();
    void jumps();
    void proxyCommandRefusesShellCharacters();
    void canonicalHostName();
    void algorithms_data();
    void algorithms();
    void includesAreBounded();
    void permissionsAreChecked();
    void givenFileMustExist();
    void manyHostBlocksAreFoundByName();
    void fixedIdentityFiles();
    void agent_data();
    void agent();
};

void TestSshConfig::agreesWithCorpus_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("status");
    QTest::addColumn<QStringList>("set");
    QStringList folders{QStringLiteral(TEST_DATA "/ssh/config")};
    if (const QString more = qEnvironmentVariable("COLLECTOR_REFERENCE_CORPUS"); !more.isEmpty())
        folders.append(more + QStringLiteral("/ssh/config"));
    for (const QString &from : std::as_const(folders)) {
        const QStringList oracles = QDir(from).entryList({QStringLiteral("*.sshG.json")});
        for (const QString &oracle : oracles) {
            const QString name = oracle.chopped(int(qstrlen(".sshG.json")));
            const QJsonObject result = QJsonDocument::fromJson(keygen::contents(from + u'/' + oracle)).object()[u"result"].toObject();
            for (auto it = result.begin(); it != result.end(); ++it) {
                QStringList set;
                const QJsonArray lines = it.value()[u"set"].toArray();
                for (const QJsonValue &line : lines)
                    set.append(line.toString());
                QTest::newRow(qPrintable(name + QStringLiteral(": ") + it.key()))
                    << QString(from + u'/' + name) << it.key() << it.value()[u"rc"].toInt() << set;
            }
        }
    }
}

void TestSshConfig::agreesWithCorpus()
{
    QFETCH(QString, path);
    QFETCH(QString, host);
    QFETCH(int, status);
    QFETCH(QStringList, set);
    SshLocal collecting = someone(); // the account that asked ssh
    collecting.user = "root";
    const SshConfig ours = SshConfig::fromText(keygen::contents(path), collecting);
    if (status != 0) {
        QVERIFY(!ours.errors().isEmpty() || !ours.resolve(host.toUtf8()).problem.isEmpty());
        return;
    }
    QVERIFY2(ours.errors().isEmpty(), qPrintable(ours.errors().join(u'\n')));
    const Lines standard = dump(SshConfig(collecting).resolve(host.toUtf8()));
    const Lines found = dump(ours.resolve(host.toUtf8()));
    QList<QByteArray> lines;
    for (const QString &line : std::as_const(set))
        lines.append(line.toUtf8().replace("~/", "/home/me/"));
    const Lines expected = parsed(lines);
    const QList<QByteArray> defaults{"id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa"};
    for (const QByteArray &word : comparedWords) {
        QList<QByteArray> theirs = expected.contains(word) ? expected[word] : standard[word];
        QList<QByteArray> mine = found[word];
        for (QByteArray &value : mine)
            value.replace("~/", "/home/me/");
        if (word == "identityfile") // the corpus holds only lines that ssh's defaults do not have
            mine.removeIf([&](const QByteArray &file) { return file.startsWith("/home/me/.ssh/") && defaults.contains(file.mid(14)); });
        if (word.endsWith("algorithms") || word == "ciphers" || word == "macs") {
            if (!mine.isEmpty() && QByteArray("+-^").contains(mine.first().front()))
                continue; // a change to ssh's own list
        }
        if (mine != theirs)
            qWarning("%s", word.constData());
        QCOMPARE(mine, theirs);
    }
}

void TestSshConfig::agreesWithSshOnSeededFiles()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty())
        QSKIP("ssh is not installed");
    QTemporaryDir scratch;
    const QString path = scratch.filePath(QStringLiteral("config"));
    const QString included = scratch.filePath(QStringLiteral("included"));
    QRandomGenerator random(qEnvironmentVariableIntValue("COLLECTOR_SEED") + 20260802);
    const SshLocal local = SshLocal::ofProcess();
    const Lines sshDefaults = runSsh({QStringLiteral("-F"), QStringLiteral("none"), QStringLiteral("x")}).lines;
    const auto pick = [&](const QList<QByteArray> &from) { return from[random.bounded(int(from.size()))]; };
    const QList<QByteArray> hosts{"web1", "web2", "db.example.com", "10.0.0.1", "UPPER", "127.1", "2001:DB8::1", "a-b_c"};
    const QList<QByteArray> patterns{"web1", "web?",  "*",     "!web1", "*.example.com", "10.*",     "!10.0.0.1", "upper", "UPPER",
                                     "db*",  "127.*", "real*", "*.org", "2001:*",        "\"web1\"", "'web2'",    "we\\ b"};
    const QList<QByteArray> statements{"User alice",
                                       "User \"bob smith\"",
                                       "user=carol",
                                       "Port 2222",
                                       "Port = 22",
                                       "port 80 ",
                                       "HostName real-%h.example.com",
                                       "HostName %h",
                                       "Hostname \"10.9.8.7\"",
                                       "HostName REAL.org",
                                       "IdentityFile ~/.ssh/a",
                                       "IdentityFile /k/%r@%h",
                                       "IdentityFile '/k/with blank'",
                                       "IdentityFile none",
                                       "IdentitiesOnly yes",
                                       "IdentitiesOnly=no",
                                       "CertificateFile ~/c-cert.pub",
                                       "ProxyJump gate",
                                       "ProxyJump u@gate:22,[::1]:33",
                                       "ProxyJump none",
                                       "ProxyCommand none",
                                       "ProxyCommand nc %h %p # not a comment",
                                       "ProxyCommand=exec x",
                                       "HostKeyAlias alias",
                                       "StrictHostKeyChecking no",
                                       "StrictHostKeyChecking accept-new",
                                       "StrictHostKeyChecking YES",
                                       "UserKnownHostsFile /a ~/b \"/c d\"",
                                       "UserKnownHostsFile none",
                                       "UserKnownHostsFile ~/%k.%n",
                                       "GlobalKnownHostsFile /g",
                                       "ConnectTimeout 1m30s",
                                       "ConnectTimeout none",
                                       "ConnectTimeout 7",
                                       "AddressFamily inet",
                                       "BindAddress 127.0.0.9",
                                       "PreferredAuthentications publickey,password",
                                       "PasswordAuthentication no",
                                       "KbdInteractiveAuthentication false",
                                       "ChallengeResponseAuthentication no",
                                       "PubkeyAuthentication no",
                                       "SetEnv A=1 \"B=x y\" A=2",
                                       "SetEnv C=3",
                                       "ServerAliveInterval 15",
                                       "ServerAliveCountMax 9",
                                       "RequiredRSASize 2048",
                                       "RequiredRSASize 100",
                                       "HashKnownHosts yes",
                                       "Ciphers aes128-ctr,aes256-ctr",
                                       "Ciphers ^aes128-ctr",
                                       "KexAlgorithms -diffie*",
                                       "MACs hmac-sha2-256",
                                       "HostKeyAlgorithms +ssh-rsa",
                                       "PubkeyAcceptedAlgorithms ssh-ed25519",
                                       "LocalForward 8080 localhost:80",
                                       "ForwardAgent yes",

                                       "ControlMaster auto",
                                       "LogLevel ERROR",
                                       "Protocol 2"};
    const QList<QByteArray> broken{"Port 0",
                                   "User",
                                   "Nonsense yes",
                                   "User \"open",
                                   "ProxyJump a:b:c",
                                   "StrictHostKeyChecking maybe",
                                   "Port 22 23",
                                   "UserKnownHostsFile a none",
                                   "ConnectTimeout 5x",
                                   "RequiredRSASize -1",
                                   "SetEnv NOSIGN",
                                   "Match",
                                   "Match nonsense x",
                                   "Match host",
                                   "Match all host x",
                                   "IdentityFile /a /b",
                                   "Host \"\"",
                                   "UseKeychain yes"};
    const QList<QByteArray> matches{"host web*",
                                    "host *.example.com,10.*",
                                    "!host web1",
                                    "originalhost web2",
                                    "user alice",
                                    "user \"bob smith\"",
                                    "!user carol",
                                    "localuser root",
                                    "all",
                                    "final host real*",
                                    "canonical",
                                    "final all",
                                    "host=web1",
                                    "host !web1,*",
                                    "host \"web1\" user alice"};
    int compared = 0;
    for (int round = 0; round < 70; ++round) {
        const auto body = [&](int lines) {
            QByteArray text;
            for (; lines > 0; --lines) {
                const int what = random.bounded(10);
                if (what == 0) {
                    text += "Host";
                    for (int n = random.bounded(1, 4); n > 0; --n)
                        text += ' ' + pick(patterns);
                } else if (what == 1) {
                    text += "Match " + pick(matches);
                } else {
                    text += pick({"", "  ", "\t"}) + pick(statements);
                }
                text += pick({"", "", "", " ", "\r"});
                text += '\n';
                if (random.bounded(12) == 0)
                    text += pick({"# comment\n", "\n", "   \n", "\t# x\n"});
            }
            return text;
        };
        QByteArray text = random.bounded(4) == 0 ? "IgnoreUnknown UseKeychain,x*\n" : "";
        text += body(random.bounded(3, 14));
        if (random.bounded(3) == 0)
            text += "Include " + included.toUtf8() + '\n' + body(random.bounded(0, 5));
        if (random.bounded(8) == 0)
            text += pick(broken) + '\n' + body(2);
        keygen::write(path, text);
        keygen::write(included, body(random.bounded(1, 6)));

        SshConfig::Sources sources;
        sources.file = path;
        const SshConfig ours = SshConfig::load(sources);
        for (int n = 0; n < 3; ++n) {
            const QByteArray host = pick(hosts);
            SshOverrides overrides;
            QStringList arguments{QStringLiteral("-F"), path};
            QString error;
            if (random.bounded(4) == 0) {
                overrides.add(SshWord::User, "root", "-l", &error);
                arguments << QStringLiteral("-l") << QStringLiteral("root");
            }
            if (random.bounded(4) == 0) {
                const QByteArray option = pick({"Port=99", "User=\"alice\"", "ProxyJump=cli", "ProxyCommand=c %h", "IdentityFile=/cli",
                                                "SetEnv=A=9", "StrictHostKeyChecking yes"});
                QByteArray unsupported;
                QVERIFY2(overrides.addOption(option, "-o", &error, &unsupported), qPrintable(error));
                arguments << QStringLiteral("-o") << QString::fromUtf8(option);
            }
            const SshG theirs = runSsh(arguments << QString::fromLatin1(host));
            const SshHostConfig resolved = ours.resolve(host, overrides);
            const QByteArray about = "round " + QByteArray::number(round) + ", host " + host + ", " + arguments.join(u' ').toUtf8() + "\n" +
                                     text + "\n-- included\n" + keygen::contents(included) + "\n-- ours\n" +
                                     ours.errors().join(u'\n').toUtf8() + resolved.problem.toUtf8() + "\n-- theirs\n" + theirs.errors;
            if (theirs.status != 0) {
                QVERIFY2(!ours.errors().isEmpty() || !resolved.problem.isEmpty(), about.constData());
                continue;
            }
            QVERIFY2(ours.errors().isEmpty(), about.constData());
            const Lines mine = dump(resolved);
            for (const QByteArray &word : comparedWords) {
                QList<QByteArray> expected = theirs.lines[word];
                QList<QByteArray> found = mine[word];
                if (word.endsWith("algorithms") || word == "ciphers" || word == "macs")
                    found = {withAlgorithms(found.value(0), sshDefaults[word].value(0))};
                else if (word == "identityfile" && found.isEmpty())
                    found = sshDefaults[word];
                if (found != expected)
                    qWarning("%s: %s instead of %s; %s", word.constData(), found.join('|').constData(), expected.join('|').constData(),
                             about.constData());
                QCOMPARE(found, expected);
            }
            ++compared;
        }
    }
    QVERIFY(compared > 100);
}

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

void TestSshConfig::tokens_data()
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

void TestSshConfig::tokens()
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

void TestSshConfig::originsAreKnown()
{
    const SshHostConfig resolved = config("Host a\nUser x\nHost *\nUser y\nIdentityFile /1\nIdentityFile /2").resolve("a");
    QCOMPARE(resolved.setting(SshWord::User).values, QList<QByteArray>{"x"});
    QCOMPARE(resolved.setting(SshWord::User).origins, QList<QByteArray>{"ssh_config:2"});
    QCOMPARE(resolved.setting(SshWord::IdentityFile).origins, (QList<QByteArray>{"ssh_config:5", "ssh_config:6"}));
    QVERIFY(resolved.setting(SshWord::Port).values.isEmpty());
}

void TestSshConfig::overridesComeFirst()
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

void TestSshConfig::overridesAreChecked_data()
{
    QTest::addColumn<QByteArray>("option");
    QTest::addColumn<bool>("isGood");
    QTest::addColumn<QByteArray>("unsupported");
    QTest::newRow("good") << QByteArray("Port=22") << true << QByteArray();
    QTest::newRow("bad value") << QByteArray("Port=x") << false << QByteArray();
    QTest::newRow("unknown") << QByteArray("Nonsense=x") << false << QByteArray();
    QTest::newRow("unsupported") << QByteArray("ControlPersist=60s") << true << QByteArray("ControlPersist");
    QTest::newRow("silent") << QByteArray("LogLevel=ERROR") << true << QByteArray();
    QTest::newRow("Host") << QByteArray("Host=a") << false << QByteArray();
    QTest::newRow("Include") << QByteArray("Include=/etc/passwd") << false << QByteArray();
    QTest::newRow("nothing") << QByteArray() << false << QByteArray();
    QTest::newRow("no value") << QByteArray("User") << false << QByteArray();
}

void TestSshConfig::overridesAreChecked()
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

void TestSshConfig::jumps_data()
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
    QTest::newRow("none") << QByteArray("none") << QString();
}

void TestSshConfig::jumps()
{
    QFETCH(QByteArray, value);
    QFETCH(QString, expected);
    const SshConfig from = config("ProxyJump " + value);
    QVERIFY2(from.errors().isEmpty(), qPrintable(from.errors().join(u'\n')));
    QStringList found;
    for (const JumpHop &hop : from.resolve("web").jumps)
        found.append(QStringLiteral("%1|%2|%3").arg(QString::fromUtf8(hop.user), QString::fromUtf8(hop.host)).arg(hop.port));
    QCOMPARE(found.join(u' '), expected);
    QVERIFY(config("ProxyJump gate").resolve("gate").problem.contains(QStringLiteral("through itself")));
}

void TestSshConfig::proxyCommandRefusesShellCharacters()
{
    const SshConfig from = config("ProxyCommand nc %h %p\nUser a;b");
    QCOMPARE(from.resolve("web").proxyCommand, QByteArray("nc web 22"));
    for (const char *host : {"a;reboot", "$(x)", "-oProxyCommand=x", "a b", "a'b"})
        QVERIFY2(!from.resolve(host).problem.isEmpty(), host);
    QVERIFY(!config("ProxyCommand nc -u %r\nUser a;b").resolve("web").problem.isEmpty());
}

void TestSshConfig::canonicalHostName()
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

void TestSshConfig::algorithms_data()
{
    QTest::addColumn<QByteArray>("spec");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("nothing") << QByteArray() << QByteArray("a,b,c");
    QTest::newRow("list") << QByteArray("x,y") << QByteArray("x,y");
    QTest::newRow("append") << QByteArray("+d,a") << QByteArray("a,b,c,d");
    QTest::newRow("remove") << QByteArray("-b,c*") << QByteArray("a");
    QTest::newRow("front") << QByteArray("^c,d") << QByteArray("c,d,a,b");
}

void TestSshConfig::algorithms()
{
    QFETCH(QByteArray, spec);
    QFETCH(QByteArray, expected);
    QCOMPARE(withAlgorithms(spec, "a,b,c"), expected);
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
    QCOMPARE(SshConfig::load(sources).errors(), QStringList{QStringLiteral("/nonexistent/config: No such file or directory")});
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
}

void TestSshConfig::agent_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<std::optional<QString>>("expected");
    using Maybe = std::optional<QString>;
    QTest::newRow("none") << QByteArray("none") << Maybe(QString());
    QTest::newRow("the usual") << QByteArray("SSH_AUTH_SOCK") << Maybe();
    QTest::newRow("a path") << QByteArray("~/agent.%r") << Maybe(QStringLiteral("/home/me/agent.me"));
    QTest::newRow("a variable") << QByteArray("$COLLECTOR_TEST") << Maybe(QStringLiteral("value"));
}

void TestSshConfig::agent()
{
    QFETCH(QByteArray, value);
    QFETCH(std::optional<QString>, expected);
    qputenv("COLLECTOR_TEST", "value");
    QCOMPARE(config("IdentityAgent " + value).resolve("web").identityAgent, expected);
}

QTEST_GUILESS_MAIN(TestSshConfig)
#include "tst_sshconfig.moc"
