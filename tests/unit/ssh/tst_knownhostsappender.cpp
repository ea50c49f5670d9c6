// KnownHostsAppender: one line a host whoever else writes, nothing twice, nothing by halves.

#include "ssh/keyblob.h"
#include "ssh/knownhosts.h"
#include "ssh/knownhostsappender.h"

#include "keygen.h"

#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

using namespace collector;
using Verdict = KnownHostsAppender::Verdict;

namespace {

QByteArray key(int seed)
{
    return QByteArray::fromHex("0000000b7373682d6564323535313900000020") + QByteArray(30, 'k') + char(seed >> 8) + char(seed & 0xff);
}

QByteArray line(const QByteArray &name, int seed)
{
    return name + " ssh-ed25519 " + key(seed).toBase64() + '\n';
}

} // namespace

class TestKnownHostsAppender : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_scratch = std::make_unique<QTemporaryDir>(); }
    void writesOneLineEach();
    void sameNameIsSettledByFirstKey();
    void namesThatCannotStand_data();
    void namesThatCannotStand();
    void namesThatSshWritesToo_data();
    void namesThatSshWritesToo();
    void hashesWhereAsked();
    void endsUnfinishedLineFirst();
    void createsFolderAndFileForOwnerOnly();
    void whatOthersAddedIsNotAddedAgain();
    void replacedFileIsReadAgain();
    void manyThreadsAndTwoCollectors();
    void deviceTakesAll();
    void withoutAFileTheRunRemembers();
    void unwritableFileIsReported();
    void fullDiskLeavesNoHalfLine();

private:
    QString path() const { return m_scratch->filePath(QStringLiteral("known_hosts")); }
    std::unique_ptr<QTemporaryDir> m_scratch;
};

void TestKnownHostsAppender::writesOneLineEach()
{
    keygen::write(path(), line("old", 1));
    KnownHostsAppender appender;
    QCOMPARE(appender.accept(path(), "new", key(2), false), Verdict::Added);
    QCOMPARE(appender.accept(path(), "[new]:2222", key(3), false), Verdict::Added);
    QCOMPARE(appender.finish(), QStringList());
    QCOMPARE(appender.added(), 2);
    QCOMPARE(keygen::contents(path()), line("old", 1) + line("new", 2) + line("[new]:2222", 3));
}

void TestKnownHostsAppender::sameNameIsSettledByFirstKey()
{
    KnownHostsAppender appender;
    QCOMPARE(appender.accept(path(), "a", key(1), false), Verdict::Added);
    QCOMPARE(appender.accept(path(), "a", key(1), false), Verdict::Known);
    QCOMPARE(appender.accept(path(), "a", key(2), false), Verdict::Different);
    QCOMPARE(appender.finish(), QStringList());
    QCOMPARE(keygen::contents(path()), line("a", 1));
}

void TestKnownHostsAppender::namesThatCannotStand_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name : {"", "a b", "a,b", "a\nb", "*", "a?", "!a", "|1|x", "#a", "@revoked", "a\tb", "a\x7f"})
        QTest::newRow(name) << QByteArray(name);
}

void TestKnownHostsAppender::namesThatCannotStand()
{
    QFETCH(QByteArray, name);
    KnownHostsAppender appender;
    QCOMPARE(appender.accept(path(), name, key(1), false), Verdict::BadName);
    QCOMPARE(appender.accept(path(), "good", "no key", false), Verdict::BadName);
    QCOMPARE(appender.finish(), QStringList());
    QVERIFY(!QFile::exists(path()));
}

void TestKnownHostsAppender::namesThatSshWritesToo_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name : {"web#1", "a@b", "a|1|b", "a!", "[a#]:2222"})
        QTest::newRow(name) << QByteArray(name);
}

// With such a sign in the middle a line means what it says, as for ssh-keygen -F.
void TestKnownHostsAppender::namesThatSshWritesToo()
{
    QFETCH(QByteArray, name);
    KnownHostsAppender appender;
    QCOMPARE(appender.accept(path(), name, key(1), false), Verdict::Added);
    QCOMPARE(appender.finish(), QStringList());
    QCOMPARE(keygen::contents(path()), line(name, 1));
    KnownHostsFiles files;
    const auto known = files.open({path()});
    QCOMPARE(known->lookup("unknown", 22, name).classify(key(1)).kind, HostKeyVerdict::Kind::Match);
    QCOMPARE(known->lookup("unknown", 22, name).classify(key(2)).kind, HostKeyVerdict::Kind::Changed);
    if (keygen::isInstalled())
        QVERIFY(keygen::run(QStringLiteral("ssh-keygen"), {QStringLiteral("-F"), QString::fromUtf8(name), QStringLiteral("-f"), path()})
                    .contains("found: line 1"));
}

void TestKnownHostsAppender::hashesWhereAsked()
{
    KnownHostsAppender appender;
    QCOMPARE(appender.accept(path(), "secret.example.com", key(1), true), Verdict::Added);
    QCOMPARE(appender.finish(), QStringList());
    QVERIFY(keygen::contents(path()).startsWith("|1|"));
    QVERIFY(!keygen::contents(path()).contains("secret"));
    KnownHostsFiles files;
    QCOMPARE(files.open({path()})->lookup("secret.example.com", 22).classify(key(1)).kind, HostKeyVerdict::Kind::Match);
    if (keygen::isInstalled())
        QVERIFY(keygen::run(QStringLiteral("ssh-keygen"),
                            {QStringLiteral("-F"), QStringLiteral("secret.example.com"), QStringLiteral("-f"), path()})
                    .contains("found: line 1"));
}

void TestKnownHostsAppender::endsUnfinishedLineFirst()
{
    keygen::write(path(), line("old", 1).chopped(1));
    KnownHostsAppender appender;
    (void)appender.accept(path(), "new", key(2), false);
    QCOMPARE(appender.finish(), QStringList());
    QCOMPARE(keygen::contents(path()), line("old", 1) + line("new", 2));
}

void TestKnownHostsAppender::createsFolderAndFileForOwnerOnly()
{
    const QString file = m_scratch->filePath(QStringLiteral(".ssh/known_hosts"));
    KnownHostsAppender appender;
    (void)appender.accept(file, "new", key(2), false);
    QCOMPARE(appender.finish(), QStringList());
    struct stat status = {};
    QCOMPARE(stat(qPrintable(file), &status), 0);
    QCOMPARE(int(status.st_mode & 0777), 0600);
    QCOMPARE(stat(qPrintable(QFileInfo(file).path()), &status), 0);
    QCOMPARE(int(status.st_mode & 0777), 0700);
}

void TestKnownHostsAppender::whatOthersAddedIsNotAddedAgain()
{
    KnownHostsAppender appender;
    (void)appender.accept(path(), "first", key(1), false);
    QTRY_COMPARE(appender.added(), 1);
    QFile other(path());
    QVERIFY(other.open(QIODevice::Append));
    other.write(line("same", 2) + line("clash", 3));
    other.close();
    QCOMPARE(appender.accept(path(), "same", key(2), false), Verdict::Added);
    QCOMPARE(appender.accept(path(), "clash", key(4), false), Verdict::Added);
    QCOMPARE(appender.accept(path(), "last", key(5), false), Verdict::Added);
    const QStringList problems = appender.finish();
    QCOMPARE(problems.size(), 1);
    QVERIFY(problems.first().contains(QStringLiteral("clash")));
    QCOMPARE(keygen::contents(path()), line("first", 1) + line("same", 2) + line("clash", 3) + line("last", 5));
    QCOMPARE(appender.added(), 2);
}

void TestKnownHostsAppender::replacedFileIsReadAgain()
{
    KnownHostsAppender appender;
    (void)appender.accept(path(), "first", key(1), false);
    QTRY_COMPARE(appender.added(), 1);
    // As ssh-keygen -R does.
    const QString fresh = m_scratch->filePath(QStringLiteral("fresh"));
    keygen::write(fresh, line("second", 2));
    QCOMPARE(rename(qPrintable(fresh), qPrintable(path())), 0);
    (void)appender.accept(path(), "second", key(2), false);
    (void)appender.accept(path(), "third", key(3), false);
    QCOMPARE(appender.finish(), QStringList());
    QCOMPARE(keygen::contents(path()), line("second", 2) + line("third", 3));
}

void TestKnownHostsAppender::manyThreadsAndTwoCollectors()
{
    constexpr int names = 3000;
    KnownHostsAppender collectors[2];
    std::vector<std::thread> sessions;
    for (int t = 0; t < 8; ++t) {
        sessions.emplace_back([&, t] {
            for (int i = 0; i < names; ++i) {
                const int name = (i * 7 + t * 11) % names;
                (void)collectors[t % 2].accept(path(), "host" + QByteArray::number(name), key(name), name % 10 == 0);
            }
        });
    }
    for (std::thread &session : sessions)
        session.join();
    for (KnownHostsAppender &collector : collectors)
        QCOMPARE(collector.finish(), QStringList());
    QCOMPARE(collectors[0].added() + collectors[1].added(), names);
    const QList<QByteArray> lines = keygen::contents(path()).split('\n');
    QCOMPARE(lines.size(), names + 1);
    KnownHostsFiles files;
    const auto known = files.open({path()});
    for (int i = 0; i < names; ++i) {
        const HostKeys found = known->lookup("host" + QByteArray::number(i), 22);
        QCOMPARE(found.keys().size(), size_t(1));
        QCOMPARE(found.classify(key(i)).kind, HostKeyVerdict::Kind::Match);
    }
}

void TestKnownHostsAppender::deviceTakesAll()
{
    KnownHostsAppender appender;
    QCOMPARE(appender.accept(QStringLiteral("/dev/null"), "a", key(1), false), Verdict::Added);
    QCOMPARE(appender.accept(QStringLiteral("/dev/null"), "a", key(2), false), Verdict::Different);
    QCOMPARE(appender.finish(), QStringList());
    QCOMPARE(appender.added(), 0);
}

// UserKnownHostsFile none.
void TestKnownHostsAppender::withoutAFileTheRunRemembers()
{
    KnownHostsAppender appender;
    QCOMPARE(appender.accept({}, "a", key(1), false), Verdict::Added);
    QCOMPARE(appender.accept({}, "a", key(1), true), Verdict::Known);
    QCOMPARE(appender.accept({}, "a", key(2), false), Verdict::Different);
    QCOMPARE(appender.accept({}, "#b", key(2), false), Verdict::Added); // which stands in no file
    const QStringList problems = appender.finish();
    QCOMPARE(problems.size(), 1);
    QVERIFY2(problems.first().contains(QStringLiteral("kept nowhere")), qPrintable(problems.first()));
    QCOMPARE(appender.added(), 0);
}

void TestKnownHostsAppender::unwritableFileIsReported()
{
    KnownHostsAppender appender;
    (void)appender.accept(QStringLiteral("/proc/none/known_hosts"), "a", key(1), false);
    const QStringList problems = appender.finish();
    QCOMPARE(problems.size(), 1);
    QVERIFY(problems.first().startsWith(QStringLiteral("/proc/none/known_hosts: cannot add host keys: ")));
}

void TestKnownHostsAppender::fullDiskLeavesNoHalfLine()
{
    // A limit on the size of files, in place of a full disk.
    keygen::write(path(), line("old", 1));
    const auto previous = std::signal(SIGXFSZ, SIG_IGN);
    rlimit before = {};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = rlim_t(line("old", 1).size() + 10);
    setrlimit(RLIMIT_FSIZE, &small);
    QStringList problems;
    {
        KnownHostsAppender appender;
        (void)appender.accept(path(), "new", key(2), false);
        problems = appender.finish();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, previous);
    QCOMPARE(problems.size(), 1);
    QCOMPARE(keygen::contents(path()), line("old", 1));
}

QTEST_GUILESS_MAIN(TestKnownHostsAppender)
#include "tst_knownhostsappender.moc"
