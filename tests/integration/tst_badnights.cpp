// Nights that go wrong for reasons of this machine: what a file may grow to, whose the files are, what is missing. Each is to be told for
// what it is, by a status that no timer takes for a good one.

#include "endingsfixture.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>

#include <grp.h>
#include <sched.h>
#include <sys/resource.h>

using namespace collector;

class TestBadNights : public EndingsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { begin(); }
    void cleanupTestCase() { end(); }
    void init() { enterFolder(); }
    void aFileThatMayGrowNoMore_data();
    void aFileThatMayGrowNoMore();
    void filesOfAnotherUser();
    void aLogThatCannotBeWritten();
    void sshThatIsNotThere();
    void aUserWithoutAName_data();
    void aUserWithoutAName();
    void theRateIsThatOfContacts_data();
    void theRateIsThatOfContacts();

private:
    static constexpr uid_t somebody = 65534, nameless = 54321;
    static void become(uid_t user) { (void)!(setgroups(0, nullptr) == 0 && setgid(user) == 0 && setuid(user) == 0); }
    static QStringList words(const char *text) { return QString::fromUtf8(text).split(u' ', Qt::SkipEmptyParts); }
    int runHere(QProcess &process, const QStringList &arguments) const
    {
        process.setWorkingDirectory(m_dir->path());
        return run(process, arguments);
    }
};

void TestBadNights::aFileThatMayGrowNoMore_data()
{
    QTest::addColumn<QStringList>("verb");
    QTest::newRow("merge") << words("merge in.jsonl -o out.json");
    QTest::newRow("merge, packed") << words("merge in.jsonl -o out.jsonl.gz -o out.json");
    QTest::newRow("tables") << words("merge in.jsonl --tables out");
    QTest::newRow("report") << words("report in.jsonl -o out.html");
}

// The kernel's signal ended the verb without a word, and locks and half a file were left.
void TestBadNights::aFileThatMayGrowNoMore()
{
    QFETCH(QStringList, verb);
    QByteArray records;
    for (int i = 0; i < 200; ++i)
        records += R"({"schema":"collector/1","run":"20261122T020000Z-4f1c","host":"h)" + QByteArray::number(i) +
                   R"(","status":"ok","cause":null,"started":"2026-11-22T02:00:00.123Z","facts":{"kernel":")" + QByteArray(50, 'k') +
                   "\"}}\n";
    write("in.jsonl", records);
    QProcess process;
    process.setChildProcessModifier([] {
        const rlimit little{8192, 8192};
        setrlimit(RLIMIT_FSIZE, &little);
    });
    QCOMPARE(runHere(process, verb), 1);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.startsWith("collector " + verb.first().toUtf8() + ": out") && said.endsWith("cannot be written: File too large\n"),
             said.constData());
    QCOMPARE(QDir(m_dir->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("in.jsonl")});
}

// A night that root began by hand, in the folder of the service's user.
void TestBadNights::filesOfAnotherUser()
{
    if (geteuid() != 0)
        QSKIP("becoming another user needs root");
    QCOMPARE(chown(qPrintable(m_dir->path()), somebody, somebody), 0);
    const QStringList night = words("-q -i 127.9.0.1, -p ping --method tcp --retries 0 --wait 1 -o a.json");
    QProcess process;
    process.setChildProcessModifier([] { become(somebody); });
    write("a.json", "{}");
    QVERIFY(QFile::setPermissions(path("a.json"), QFile::ReadOwner | QFile::WriteOwner));
    QCOMPARE(runHere(process, night), 2);
    QByteArray said = process.readAllStandardError();
    QVERIFY2(said.startsWith("collector: a.json cannot be written: Permission denied; it is another user's: remove it, or "),
             said.constData());

    QVERIFY(QFile::remove(path("a.json")));
    write(".a.json.journal", "{\"journal\":\"collector/1\"}\n");
    QVERIFY(QFile::setPermissions(path(".a.json.journal"), QFile::ReadOwner | QFile::WriteOwner));
    QVERIFY(runHere(process, night) != 2);
    said = process.readAllStandardError();
    QVERIFY2(
        said.startsWith("collector: the journal .a.json.journal was left here: it cannot be read (Permission denied), and is put aside "
                        "as .a.json.journal.old\n"),
        said.constData());
}

// Nobody was told, and what the log was to warn of was lost with it.
void TestBadNights::aLogThatCannotBeWritten()
{
    if (geteuid() != 0)
        QSKIP("a network without ICMP sockets needs root");
    QProcess process;
    process.setChildProcessModifier([] {
        (void)!unshare(CLONE_NEWNET); // whose ping_group_range is empty
        become(somebody);
    });
    (void)runHere(process, words("-i 127.9.0.1-127.9.0.8 -p ping -vv --retries 0 --log-file /dev/full -f jsonl -o /dev/null -q"));
    const QByteArray said = process.readAllStandardError();
    const QByteArray lost = "collector: --log-file /dev/full: No space left on device; the log has gaps from here on";
    QVERIFY2(said.startsWith(lost) && said.count(lost) == 1, said.constData());
    QVERIFY2(said.contains("\ncollector: ping: no ICMP socket"), said.constData());
    QVERIFY2(!said.contains("connect"), said.constData()); // hosts' phases are not for a terminal
}

// All hosts were `skipped`, and the night a good one.
void TestBadNights::sshThatIsNotThere()
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("PATH"), m_dir->path());
    process.setProcessEnvironment(environment);
    QCOMPARE(runHere(process, command("-q -i 127.9.0.1, --transport openssh -f jsonl")), 4);
    const QJsonObject record = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    QCOMPARE(record[u"status"], QStringLiteral("failed"));
    QCOMPARE(record[u"cause"], QStringLiteral("bad_variable"));
    QVERIFY2(record[u"message"].toString().startsWith(QStringLiteral("ssh(1) is not there")), qPrintable(record[u"message"].toString()));
}

void TestBadNights::aUserWithoutAName_data()
{
    QTest::addColumn<QByteArray>("inventory");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("cause");
    const QString none = QStringLiteral("bad_variable");
    QTest::newRow("a host") << QByteArray("127.9.0.1") << 4 << none;
    QTest::newRow("with a user of its own") << QByteArray("127.9.0.1 ansible_user=ops") << 4 << QStringLiteral("no_credentials");
    QTest::newRow("behind a jump host") << QByteArray("127.9.0.1 ansible_user=ops ansible_ssh_common_args='-J 127.9.0.2'") << 4 << none;
    QTest::newRow("by ssh") << QByteArray("127.9.0.1 ansible_user=ops collector_transport=openssh") << 4 << none;
    QTest::newRow("this machine") << QByteArray("here ansible_connection=local") << 0 << QString();
}

// As in a container, whose user has no entry in passwd, and without USER: hosts were asked for a login of the empty name.
void TestBadNights::aUserWithoutAName()
{
    QFETCH(QByteArray, inventory);
    QFETCH(int, status);
    QFETCH(QString, cause);
    if (geteuid() != 0)
        QSKIP("becoming another user needs root");
    write("hosts.ini", inventory + '\n');
    QCOMPARE(chown(qPrintable(m_dir->path()), nameless, nameless), 0);
    QProcess process;
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("PATH"), QStringLiteral("/usr/bin:/bin"));
    process.setProcessEnvironment(environment);
    process.setChildProcessModifier([] { become(nameless); });
    QVERIFY(QFile::copy(m_fleet->knownHostsFile(), path("known_hosts")));
    const QStringList night =
        words("-q -i hosts.ini -p ssh-command --command true --ssh-config none --known-hosts known_hosts -f jsonl --port");
    QCOMPARE(runHere(process, night + QStringList{QString::number(m_fleet->port())}), status);
    const QJsonObject record = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    QCOMPARE(record[u"cause"].toString(), cause);
    const QString said = record[u"message"].toString();
    const bool isTold = said.startsWith(QStringLiteral("there is no user to log in as")) ||
                        said == QStringLiteral("ssh(1) ended before it began: No user exists for uid %1").arg(nameless);
    QVERIFY2(isTold == (cause == u"bad_variable"), qPrintable(said));
}

void TestBadNights::theRateIsThatOfContacts_data()
{
    QTest::addColumn<QByteArray>("others");
    QTest::addColumn<int>("hosts");
    QTest::newRow("skipped") << QByteArray("-i 127.9.0.1-127.9.0.200 -x 127.9.0.3-127.9.0.200") << 2;
    QTest::newRow("of other shards") << QByteArray("-i 127.9.0.0/24 --shard 1/60") << 2;
    QTest::newRow("were ok") << QByteArray("-i 127.9.0.1-127.9.0.200 --rerun former.jsonl") << 2;
}

// Each shard of a fleet took as long as the fleet, and two hosts tried again as long as all of them.
void TestBadNights::theRateIsThatOfContacts()
{
    QFETCH(QByteArray, others);
    QFETCH(int, hosts);
    write("former.jsonl", R"({"schema":"collector/1","host":"127.9.0.7","status":"unreachable","cause":"refused"})"
                          "\n"
                          R"({"schema":"collector/1","host":"127.9.0.70","status":"unreachable","cause":"refused"})"
                          "\n");
    const int contacts = m_fleet->count(FleetEvent::Connect);
    QProcess process;
    QElapsedTimer clock;
    clock.start();
    QCOMPARE(runHere(process, command("--progress off -f jsonl --rate 10 " + others)), 0);
    QVERIFY2(clock.elapsed() < 8000, qPrintable(QString::number(clock.elapsed()))); // of twenty seconds
    QVERIFY(m_fleet->count(FleetEvent::Connect) - contacts >= hosts);
}

QTEST_GUILESS_MAIN(TestBadNights)
#include "tst_badnights.moc"
