// KnownHosts beside the real ssh-keygen: on files from other projects and on files made from a seed.

#include "ssh/hashednames.h"
#include "ssh/keyblob.h"
#include "ssh/knownhosts.h"
#include "ssh/namepattern.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageAuthenticationCode>
#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace collector;
using Kind = HostKeyVerdict::Kind;

namespace {

const QString folder = QStringLiteral(TEST_DATA "/ssh/known_hosts");

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::shared_ptr<const KnownHosts> known(const QByteArray &text)
{
    return std::make_shared<const KnownHosts>(std::vector{std::make_shared<const KnownHostsFile>(QStringLiteral("known_hosts"), text)});
}

// A key that parses, with `seed` in its 32 bytes.
QByteArray ed25519(int seed)
{
    return QByteArray::fromHex("0000000b7373682d6564323535313900000020") + QByteArray(31, char(seed >> 8)) + char(seed & 0xff);
}

QByteArray rsa(int seed)
{
    return QByteArray::fromHex("000000077373682d72736100000003010001000000810000") + QByteArray(126, 'n') + char(seed);
}

QByteArray field(const QByteArray &blob)
{
    return keyType(blob) + ' ' + blob.toBase64();
}

// Lines of `path` for `name`, as ssh-keygen finds them.
QList<int> linesByKeygen(const QString &path, const QString &name)
{
    QProcess keygen;
    keygen.start(QStringLiteral("ssh-keygen"), {QStringLiteral("-F"), name, QStringLiteral("-f"), path});
    if (!keygen.waitForFinished(10000))
        qFatal("ssh-keygen hangs");
    QList<int> lines;
    const QList<QByteArray> output = keygen.readAllStandardOutput().split('\n');
    for (const QByteArray &text : output) {
        if (const auto at = text.indexOf(" found: line "); text.startsWith('#') && at > 0)
            lines.append(text.mid(at + 13).split(' ').first().toInt());
    }
    return lines;
}

QList<int> linesByUs(const KnownHostsFile &file, const QByteArray &name)
{
    std::vector<KnownKey> keys;
    const std::string lower = asciiLower({name.constData(), size_t(name.size())});
    file.collect(lower, KnownHostsFile::Hashed::Skip, keys);
    // ssh-keygen hashes a name as it is typed; ssh, and KnownHosts::lookup(), in lower case.
    const std::string typed = name.toStdString();
    file.collect(typed, KnownHostsFile::Hashed::Probe, keys);
    file.collectHashedMarked(typed, keys);
    QList<int> lines;
    for (const KnownKey &key : keys) {
        if (!lines.contains(key.line))
            lines.append(key.line);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

} // namespace

class TestKnownHosts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithCorpus_data();
    void agreesWithCorpus();
    void agreesWithKeygenOnSeededFiles();
    void hashAgreesWithQt();
    void patterns_data();
    void patterns();
    void verdicts_data();
    void verdicts();
    void knowsHostAmongManyLines();
    void plainLineSparesHashing();
    void hashedRevocationIsSeenBesidePlainLine();
    void prefersAlgorithmsOfKnownKeys();
    void certAuthorityIsNoKey();
    void unreadableLinesAreNamed();
    void specialAndMissingFilesAreEmpty();
    void fileIsReadOnce();
    void smallFileTakesLittleAddressSpace();
    void tooLargeFileIsRefused();
};

void TestKnownHosts::agreesWithCorpus_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("host");
    QTest::addColumn<QList<int>>("expected");
    QStringList folders{folder};
    if (const QString more = qEnvironmentVariable("COLLECTOR_REFERENCE_CORPUS"); !more.isEmpty())
        folders.append(more + QStringLiteral("/ssh/known_hosts"));
    for (const QString &from : std::as_const(folders)) {
        const QStringList oracles = QDir(from).entryList({QStringLiteral("*.keygenF.json")});
        for (const QString &oracle : oracles) {
            const QString name = oracle.chopped(int(qstrlen(".keygenF.json")));
            const QJsonObject result = QJsonDocument::fromJson(contents(from + u'/' + oracle)).object()[u"result"].toObject();
            for (auto it = result.begin(); it != result.end(); ++it) {
                QList<int> lines;
                const QJsonArray found = it.value()[u"lines"].toArray();
                for (const QJsonValue &line : found)
                    lines.append(line[0].toInt());
                QTest::newRow(qPrintable(name + QStringLiteral(": ") + it.key())) << QString(from + u'/' + name) << it.key() << lines;
            }
        }
    }
}

void TestKnownHosts::agreesWithCorpus()
{
    QFETCH(QString, path);
    QFETCH(QString, host);
    QFETCH(QList<int>, expected);
    const KnownHostsFile file(path, contents(path));
    QList<int> ours = linesByUs(file, host.toUtf8());
    // ssh-keygen -F shows lines by the type's name without reading the key; we tell those apart.
    for (const int line : file.unreadableLines(asciiLower(host.toStdString()))) {
        if (expected.contains(line))
            ours.append(line);
    }
    std::sort(ours.begin(), ours.end());
    QCOMPARE(ours, expected);
}

void TestKnownHosts::agreesWithKeygenOnSeededFiles()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-keygen")).isEmpty())
        QSKIP("ssh-keygen is not installed");
    QTemporaryDir scratch;
    const QString path = scratch.filePath(QStringLiteral("known_hosts"));
    QRandomGenerator random(20260801);
    const QList<QByteArray> names{"a",        "b",         "web1",        "web2",     "web1.example.com",
                                  "10.0.0.1", "10.0.0.12", "2001:db8::1", "[a]:2222", "[10.0.0.1]:22"};
    const QList<QByteArray> patterns{"*",         "web?",   "web*",  "*.example.com", "10.0.0.?", "10.0.0.*", "[*]:2222", "!web1",
                                     "!10.0.0.1", "!*.com", "[a]:*", "**1",           "?",        "A",        "WEB1",     ""};
    const QList<QByteArray> breaks{" ", "\t", "  ", " \t "};
    for (int round = 0; round < 12; ++round) {
        QByteArray text;
        for (int line = 0; line < 40; ++line) {
            const auto pick = [&](const QList<QByteArray> &from) { return from[random.bounded(int(from.size()))]; };
            if (random.bounded(12) == 0)
                text +=
                    QList<QByteArray>{
                        "# comment", "", "   ", "\t#x", "@revoked", "@unknown a", "noise", "a ssh-ed25519"}[random.bounded(8)] +
                    '\n';
            if (random.bounded(6) == 0)
                text += pick(breaks);
            if (random.bounded(8) == 0)
                text += random.bounded(2) ? "@revoked " : "@cert-authority  "; // a tab there is an error to OpenSSH if a space follows
            if (random.bounded(4) == 0) {
                text += QByteArray::fromStdString(hashedName(std::string_view(pick(names).constData())));
            } else {
                QList<QByteArray> list;
                for (int n = random.bounded(1, 4); n > 0; --n)
                    list.append(random.bounded(2) ? pick(names) : pick(patterns));
                text += list.join(',');
            }
            text += pick(breaks) + field(random.bounded(2) ? ed25519(line) : rsa(line));
            if (random.bounded(3) == 0)
                text += pick(breaks) + "a comment";
            text += random.bounded(5) == 0 ? "\r\n" : "\n";
        }
        QFile out(path);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(text);
        out.close();
        const KnownHostsFile file(path, text);
        for (const QByteArray &name : names) {
            const QList<int> theirs = linesByKeygen(path, QString::fromLatin1(name));
            const QList<int> ours = linesByUs(file, name);
            if (ours != theirs)
                qWarning("round %d, %s:\n%s", round, name.constData(), text.constData());
            QCOMPARE(ours, theirs);
        }
    }
}

void TestKnownHosts::hashAgreesWithQt()
{
    HashedNames names;
    QList<QByteArray> all;
    for (int length = 0; length < 200; ++length)
        all.append(QByteArray(length, char('a' + length % 26)));
    for (int i = 0; i < all.size(); ++i)
        QVERIFY(names.add(hashedName({all[i].constData(), size_t(all[i].size())}), uint32_t(i)));
    for (int i = 0; i < all.size(); ++i)
        QCOMPARE(names.find({all[i].constData(), size_t(all[i].size())}), std::vector<uint32_t>{uint32_t(i)});
    QVERIFY(names.find("nobody").empty());
    for (const char *bad : {"", "|1|", "|1|AAAA|AAAA", "|2|AAAA|AAAA", "|1|*|*", "|1|AAAA"})
        QVERIFY2(!names.add(bad, 0), bad);
}

void TestKnownHosts::patterns_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<bool>("expected");
    QTest::newRow("star takes nothing") << "a"
                                        << "a*" << true;
    QTest::newRow("star in the middle") << "abcabc"
                                        << "a*bc" << true;
    QTest::newRow("question mark is one") << "a"
                                          << "a?" << false;
    QTest::newRow("empty pattern, empty text") << ""
                                               << "" << true;
    QTest::newRow("empty pattern, some text") << "a"
                                              << "" << false;
    QTest::newRow("only stars") << ""
                                << "**" << true;
    QTest::newRow("exponential for a naive matcher") << QString(5000, u'a') << QStringLiteral("a*").repeated(200) + u'b' << false;
}

void TestKnownHosts::patterns()
{
    QFETCH(QString, text);
    QFETCH(QString, pattern);
    QFETCH(bool, expected);
    QCOMPARE(matchesPattern(text.toStdString(), pattern.toStdString()), expected);
}

void TestKnownHosts::verdicts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("port");
    QTest::addColumn<QByteArray>("alias");
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("line");
    const auto row = [](const char *name, const QByteArray &text, int port, Kind kind, int line, const QByteArray &alias = {}) {
        QTest::newRow(name) << text << port << alias << int(kind) << line;
    };
    const QByteArray ours = field(ed25519(1));
    const QByteArray other = field(ed25519(2));
    const QByteArray otherType = field(rsa(3));
    const QByteArray hashed = QByteArray::fromStdString(hashedName("host"));
    row("known", "host " + ours, 22, Kind::Match, 1);
    row("nothing known", "else " + ours, 22, Kind::Unknown, 0);
    row("empty file", "", 22, Kind::Unknown, 0);
    row("changed, with its line", "# c\n\nhost " + other, 22, Kind::Changed, 3);
    row("one of two keys of a type", "host " + other + "\nhost " + ours, 22, Kind::Match, 2);
    row("only another type", "host " + otherType, 22, Kind::OtherType, 1);
    row("another type and changed: the changed one is told", "host " + otherType + "\nhost " + other, 22, Kind::Changed, 2);
    row("revoked beats known", "host " + ours + "\n@revoked * " + ours, 22, Kind::Revoked, 2);
    row("revoked for others", "host " + ours + "\n@revoked else " + ours, 22, Kind::Match, 1);
    row("another key revoked", "@revoked * " + other, 22, Kind::Unknown, 0);
    row("revoked, hashed name", "@revoked " + hashed + ' ' + ours, 22, Kind::Revoked, 1);
    row("hashed", hashed + ' ' + ours, 22, Kind::Match, 1);
    row("hashed and changed", hashed + ' ' + other, 22, Kind::Changed, 1);
    row("port in brackets", "[host]:2222 " + ours, 2222, Kind::Match, 1);
    row("port in brackets does not vouch for 22", "[host]:2222 " + ours, 22, Kind::Unknown, 0);
    row("bare name vouches for another port", "host " + ours, 2222, Kind::Match, 1);
    row("bare name with another key says nothing of another port", "host " + other, 2222, Kind::Unknown, 0);
    row("port's own line decides", "[host]:2222 " + other + "\nhost " + ours, 2222, Kind::Changed, 1);
    row("alias, without port", "alias " + ours, 2222, Kind::Match, 1, "Alias");
    row("alias alone counts", "host " + ours, 22, Kind::Unknown, 0, "alias");
    row("unknown type does not poison", "host ssh-future AAAA\nhost " + ours, 22, Kind::Match, 2);
    row("broken base64 does not poison", "host ssh-ed25519 AAAA!\nhost " + ours, 22, Kind::Match, 2);
    row("type that the key contradicts is no key", "host ssh-rsa " + ed25519(2).toBase64(), 22, Kind::Unknown, 0);
    row("key with something behind it is no key", "host ssh-ed25519 " + (ed25519(2) + 'x').toBase64(), 22, Kind::Unknown, 0);
    row("tabs", "host\tssh-ed25519\t" + ed25519(1).toBase64() + "\tcomment", 22, Kind::Match, 1);
    row("tab behind a marker, which OpenSSH overlooks", "@revoked\t* " + ours, 22, Kind::Revoked, 1);
    row("CRLF", "host " + ours + "\r\n", 22, Kind::Match, 1);
    row("line of a megabyte before it", QByteArray(1 << 20, 'x') + "\nhost " + ours, 22, Kind::Match, 2);
    row("a thousand names on one line", QByteArray("n,").repeated(1000) + "host " + ours, 22, Kind::Match, 1);
    row("case of names does not count", "HOST " + ours, 22, Kind::Match, 1);
    row("one name many times", QByteArray("host " + other + '\n').repeated(50000) + "host " + ours, 22, Kind::Match, 50001);
    row("NUL ends a line", QByteArray("host\0 ", 6) + ours, 22, Kind::Unknown, 0);
    row("two markers are none", "@revoked @revoked host " + ours, 22, Kind::Unknown, 0);
}

void TestKnownHosts::verdicts()
{
    QFETCH(QByteArray, text);
    QFETCH(int, port);
    QFETCH(QByteArray, alias);
    QFETCH(int, kind);
    QFETCH(int, line);
    const HostKeyVerdict verdict = known(text)->lookup("host", quint16(port), alias).classify(ed25519(1));
    QCOMPARE(int(verdict.kind), kind);
    QCOMPARE(verdict.known ? verdict.known->line : 0, line);
}

void TestKnownHosts::knowsHostAmongManyLines()
{
    QByteArray text;
    for (int i = 0; i < 20000; ++i)
        text += "host" + QByteArray::number(i) + ",10.0." + QByteArray::number(i / 250) + '.' + QByteArray::number(i % 250) + ' ' +
                field(ed25519(i)) + '\n';
    const auto hosts = known(text);
    for (int i = 0; i < 20000; i += 37) {
        const HostKeyVerdict verdict = hosts->lookup("Host" + QByteArray::number(i), 22).classify(ed25519(i));
        QCOMPARE(verdict.kind, Kind::Match);
        QCOMPARE(verdict.known->line, i + 1);
    }
}

void TestKnownHosts::plainLineSparesHashing()
{
    const QByteArray hashed = QByteArray::fromStdString(hashedName("host"));
    const auto hosts = known("plain " + field(ed25519(1)) + '\n' + hashed + ' ' + field(ed25519(2)));
    QVERIFY(!hosts->needsHashing("plain", 22));
    QVERIFY(hosts->needsHashing("host", 22));
    QVERIFY(!known("plain " + field(ed25519(1)))->needsHashing("host", 22));
    // One that may revoke is always asked.
    QVERIFY(known("plain " + field(ed25519(1)) + "\n@revoked " + hashed + ' ' + field(ed25519(2)))->needsHashing("plain", 22));
}

void TestKnownHosts::hashedRevocationIsSeenBesidePlainLine()
{
    const QByteArray hashed = QByteArray::fromStdString(hashedName("host"));
    const auto hosts = known("host " + field(ed25519(1)) + "\n@revoked " + hashed + ' ' + field(ed25519(1)));
    QCOMPARE(hosts->lookup("host", 22).classify(ed25519(1)).kind, Kind::Revoked);
}

void TestKnownHosts::prefersAlgorithmsOfKnownKeys()
{
    const QByteArray all = "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256";
    QCOMPARE(known("h " + field(rsa(1)))->lookup("h", 22).preferredAlgorithms(all),
             QByteArray("rsa-sha2-512,rsa-sha2-256,ssh-ed25519,ecdsa-sha2-nistp256"));
    QCOMPARE(known("")->lookup("h", 22).preferredAlgorithms(all), all);
    QCOMPARE(known("@revoked h " + field(rsa(1)))->lookup("h", 22).preferredAlgorithms(all), all);
}

void TestKnownHosts::certAuthorityIsNoKey()
{
    const HostKeys keys = known("@cert-authority *.example.com " + field(ed25519(1)))->lookup("a.example.com", 22);
    QVERIFY(keys.hasCertAuthority());
    QCOMPARE(keys.classify(ed25519(1)).kind, Kind::Unknown);
    QVERIFY(!known("a.example.com " + field(ed25519(1)))->lookup("a.example.com", 22).hasCertAuthority());
}

void TestKnownHosts::unreadableLinesAreNamed()
{
    const KnownHostsFile file(QStringLiteral("f"), "h ssh-foo AAAA\nh " + field(ed25519(1)) + "\nh\n");
    QCOMPARE(file.unreadableLines("h"), (std::vector<int>{1, 3}));
}

void TestKnownHosts::specialAndMissingFilesAreEmpty()
{
    KnownHostsFiles files;
    const auto hosts = files.open({QStringLiteral("/dev/null"), QStringLiteral("/nonexistent/known_hosts")});
    QCOMPARE(hosts->lookup("h", 22).classify(ed25519(1)).kind, Kind::Unknown);
}

static QString fileOfOneLine(const QTemporaryDir &folder)
{
    QFile file(folder.filePath(QStringLiteral("known_hosts")));
    if (!file.open(QIODevice::WriteOnly) || file.write("h " + field(ed25519(1))) < 0)
        qFatal("no file can be written");
    return file.fileName();
}

void TestKnownHosts::fileIsReadOnce()
{
    QTemporaryDir scratch;
    const QString path = fileOfOneLine(scratch);
    KnownHostsFiles files;
    const auto first = files.open({path});
    QVERIFY(QFile::remove(path));
    QCOMPARE(files.open({path}), first);
    QCOMPARE(files.open({path, QStringLiteral("/dev/null")})->lookup("h", 22).classify(ed25519(1)).kind, Kind::Match);
}

// As long as a limit was read at most, a file of one line reserved twice that limit, 1 GiB: where address space is limited, that was the
// end.
void TestKnownHosts::smallFileTakesLittleAddressSpace()
{
    QTemporaryDir scratch;
    const QString path = fileOfOneLine(scratch);
    const auto pages = [] { return contents(QStringLiteral("/proc/self/statm")).split(' ').first().toLongLong(); };
    const qint64 before = pages();
    KnownHostsFiles files;
    const auto hosts = files.open({path});
    QVERIFY(before > 0);
    QVERIFY2(pages() - before < 4096, qPrintable(QStringLiteral("%1 pages more").arg(pages() - before)));
    QCOMPARE(hosts->lookup("h", 22).classify(ed25519(1)).kind, Kind::Match);
}

void TestKnownHosts::tooLargeFileIsRefused()
{
    QTemporaryDir scratch;
    QFile file(scratch.filePath(QStringLiteral("known_hosts")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(KnownHostsFiles::largest + 1)); // a hole: it takes no room
    KnownHostsFiles files;
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)files.open({file.fileName()}));
}

QTEST_GUILESS_MAIN(TestKnownHosts)
#include "tst_knownhosts.moc"
