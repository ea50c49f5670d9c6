// SshConfig beside the real `ssh -G`, on files made from a seed.

#include "keygen.h"
#include "sshg.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;

namespace {

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

} // namespace

class TestSshConfigPeer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithSshOnSeededFiles();
};

void TestSshConfigPeer::agreesWithSshOnSeededFiles()
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
                                       "UserKnownHostsFile /%L/%l/%u/%d/%i/%r@%h:%p%%",
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
                                       "RevokedHostKeys /r",
                                       "RevokedHostKeys none",
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

QTEST_GUILESS_MAIN(TestSshConfigPeer)
#include "tst_sshconfigpeer.moc"
