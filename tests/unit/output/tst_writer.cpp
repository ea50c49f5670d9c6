// A writer and its files: whole or not there, with whose rights, and what stands in them.

#include "writerfixture.h"

#include "output/runjson.h"

#include <QJsonArray>

#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <csignal>
#include <future>
#include <unistd.h>

using namespace collector;
using namespace collector::samples;

class TestWriter : public WriterFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void outputsAppearWholeAndNothingElseStays();
    void everyFormatHasEveryHost_data();
    void everyFormatHasEveryHost();
    void ownerAndModeOfTheOldFileAreKept();
    void accessListOfTheOldFileIsKept();
    void newFilesArePrivate();
    void refusedBeforeTheRun_data();
    void refusedBeforeTheRun();
    void aSecondRunIsKeptOff();
    void tooFewOkLeaveTheOldFile();
    void acceptPartialReplacesIt();
    void abandonedKeepsOnlyTheJournal();
    void refusedRunsLeaveNothing();
    void roomIsMadeAndSaid();
    void keysAddedStandInTheDocument();
    void summaries();
};

void TestWriter::outputsAppearWholeAndNothingElseStays()
{
    auto writer = open(setup({path("a.json"), path("a.csv")}));
    QVERIFY2(writer, qPrintable(m_error));
    QCOMPARE(names(), list({".a.csv.live", ".a.csv.lock", ".a.json.journal", ".a.json.live", ".a.json.lock"}));
    writer->start();
    Record good = goodRecord(*m_run, "web01");
    Record silent = silentRecord(*m_run, "db01");
    submit(*writer, {&good, &silent});
    QTRY_COMPARE(writer->counts().hosts(), quint64(2));
    const RunOutcome outcome = finish(*writer);
    QCOMPARE(names(), list({"a.csv", "a.json"}));
    QCOMPARE(outcome.exitStatus, 3);
    QCOMPARE(outcome.files, (QStringList{path("a.json"), path("a.csv")}));
    QCOMPARE(outcome.counts.of(Cause::ConnectTimeout), quint64(1));
    QJsonParseError problem;
    const QJsonObject document = QJsonDocument::fromJson(read(path("a.json")), &problem).object();
    QCOMPARE(problem.error, QJsonParseError::NoError);
    QCOMPARE(document.keys(), list({"hosts", "run", "schema", "summary"}));
    QCOMPARE(document[u"hosts"].toArray().size(), 2);
    QCOMPARE(document[u"run"][u"id"].toString(), QStringLiteral("20261122T020000Z-4f1c"));
    QCOMPARE(document[u"run"][u"host_keys_added"].toInt(-1), 0);
    QCOMPARE(document[u"summary"][u"hosts"].toInt(), 2);
    QCOMPARE(document[u"summary"][u"causes"].toObject(), (QJsonObject{{QStringLiteral("connect_timeout"), 1}}));
    QCOMPARE(document[u"summary"][u"exit_status"].toInt(), 3);
    QCOMPARE(document[u"summary"][u"elapsed_ms"].toInt(), 61'000);
    QCOMPARE(read(path("a.json")).count('\n'), 4); // one record a line
    QCOMPARE(
        read(path("a.csv")),
        QByteArray("host,address,groups,status,cause,message,plugin,started,elapsed_ms,attempts,ping.alive,ping.rtt_avg_ms,distribution,"
                   "all_ipv4_addresses\n"
                   "web01,10.0.0.11,prod;web,ok,,,,2026-11-22T02:00:00.123Z,412,1,true,0.25,Debian,\n"
                   "db01,10.4.0.9,,unreachable,connect_timeout,nothing was heard within 10 s,ping,2026-11-22T02:00:01.000Z,0,2,,,,\n"));
}

void TestWriter::everyFormatHasEveryHost_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : {"r.json", "r.jsonl", "r.csv", "r.json.gz", "r.jsonl.gz", "r.csv.gz", "r.json.zst", "r.jsonl.zst", "r.csv.zst"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestWriter::everyFormatHasEveryHost()
{
    QFETCH(QString, name);
    const RunOutcome outcome = run(setup({m_dir->filePath(name)}), 2000, 1000);
    QCOMPARE(outcome.error, QString());
    const auto found = hosts(m_dir->filePath(name));
    QCOMPARE(found.size(), 3000);
    QCOMPARE(found.value("h7"), Status::Ok);
    QCOMPARE(found.value("h2999"), Status::Unreachable);
    QCOMPARE(names(), QStringList{name});
}

void TestWriter::ownerAndModeOfTheOldFileAreKept()
{
    QFile old(path("a.json"));
    QVERIFY(old.open(QFile::WriteOnly));
    old.close();
    QCOMPARE(chmod(qPrintable(old.fileName()), 0640), 0);
    const bool isRoot = geteuid() == 0;
    if (isRoot)
        QCOMPARE(chown(qPrintable(old.fileName()), 12345, 54321), 0);
    run(setup({path("a.json")}), 1, 0);
    struct stat info
    {
    };
    QCOMPARE(stat(qPrintable(old.fileName()), &info), 0);
    QCOMPARE(info.st_mode & 07777, mode_t(0640));
    QVERIFY(info.st_size > 100);
    if (isRoot) {
        QCOMPARE(info.st_uid, uid_t(12345));
        QCOMPARE(info.st_gid, gid_t(54321));
    }
}

// Without it the group had what the list gave to one user; and a folder's own list is for files that were not there before.
void TestWriter::accessListOfTheOldFileIsKept()
{
    struct Entry
    {
        quint16 tag, rights;
        quint32 id;
    };
    constexpr quint32 none = ~0U;
    const std::array<Entry, 5> entries{Entry{0x01, 6, none}, {0x02, 4, 1}, {0x04, 0, none}, {0x10, 4, none}, {0x20, 0, none}};
    QByteArray acl("\2\0\0\0", 4); // the version; then: owner rw, user 1 r, group none, mask r, others none
    acl.append(reinterpret_cast<const char *>(entries.data()), sizeof entries);
    const auto accessList = [](const QString &name) {
        std::array<char, 200> list;
        const ssize_t size = getxattr(qPrintable(name), "system.posix_acl_access", list.data(), list.size());
        return QByteArray(list.data(), qMax<ssize_t>(size, 0));
    };
    for (const char *name : {"listed.json", "plain.json"}) {
        QFile old(path(name));
        QVERIFY(old.open(QFile::WriteOnly));
        QCOMPARE(chmod(qPrintable(old.fileName()), 0640), 0);
    }
    if (setxattr(qPrintable(path("listed.json")), "system.posix_acl_access", acl.constData(), size_t(acl.size()), 0) != 0)
        QSKIP("this file system knows no access lists");
    QCOMPARE(run(setup({path("listed.json")}), 1, 0).exitStatus, 0);
    QCOMPARE(accessList(path("listed.json")), acl);
    QCOMPARE(setxattr(qPrintable(m_dir->path()), "system.posix_acl_default", acl.constData(), size_t(acl.size()), 0), 0);
    QCOMPARE(run(setup({path("plain.json")}), 1, 0).exitStatus, 0);
    QCOMPARE(accessList(path("plain.json")), QByteArray());
    struct stat info
    {
    };
    QCOMPARE(stat(qPrintable(path("plain.json")), &info), 0);
    QCOMPARE(info.st_mode & 07777, mode_t(0640));
}

void TestWriter::newFilesArePrivate()
{
    const mode_t before = umask(0);
    run(setup({path("a.json")}), 1, 0);
    WriterSetup wanted = setup({path("b.json")});
    wanted.newFileMode = 0664;
    run(wanted, 1, 0);
    umask(before);
    struct stat info
    {
    };
    QCOMPARE(stat(qPrintable(path("a.json")), &info), 0);
    QCOMPARE(info.st_mode & 07777, mode_t(0600));
    QCOMPARE(stat(qPrintable(path("b.json")), &info), 0);
    QCOMPARE(info.st_mode & 07777, mode_t(0664));
}

void TestWriter::refusedBeforeTheRun_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QString>("says");
    QTest::newRow("a folder that is not there") << QByteArray("none/a.json") << QStringLiteral("No such file");
    QTest::newRow("a symbolic link") << QByteArray("link.json") << QStringLiteral("links are not followed");
    QTest::newRow("a link to nothing") << QByteArray("dangling.json") << QStringLiteral("links are not followed");
    QTest::newRow("a socket's place") << QByteArray("folder.json/x.json/y.json") << QStringLiteral("No such file");
    QTest::newRow("a file system that is read only") << QByteArray("/proc/a.json") << QStringLiteral("cannot be written");
}

void TestWriter::refusedBeforeTheRun()
{
    QFETCH(QByteArray, name);
    QFETCH(QString, says);
    QVERIFY(QDir(m_dir->path()).mkdir(QStringLiteral("folder.json")));
    QFile target(path("target.json"));
    QVERIFY(target.open(QFile::WriteOnly));
    QVERIFY(QFile::link(target.fileName(), path("link.json")));
    QVERIFY(QFile::link(path("nothing"), path("dangling.json")));
    const QString output = name.startsWith('/') ? QString::fromLatin1(name) : path(name.constData());
    const QStringList before = names();
    QVERIFY(!open(setup({path("good.jsonl"), output})));
    QVERIFY2(m_error.contains(says), qPrintable(m_error));
    QVERIFY2(m_error.contains(output), qPrintable(m_error));
    QCOMPARE(names(), before);
}

void TestWriter::aSecondRunIsKeptOff()
{
    const auto first = open(setup({path("a.json")}));
    QVERIFY(first);
    const QByteArray journal = read(path(".a.json.journal"));
    QVERIFY(!open(setup({path("b.json"), path("a.json")})));
    QVERIFY2(m_error.contains(QStringLiteral("a.json is being written by process %1").arg(getpid())), qPrintable(m_error));
    QCOMPARE(read(path(".a.json.journal")), journal);
    QVERIFY(!QFile::exists(path("b.json")));
}

void TestWriter::tooFewOkLeaveTheOldFile()
{
    run(setup({path("a.json")}), 5, 0);
    const QByteArray old = read(path("a.json"));
    auto writer = open(setup({path("a.json")}));
    writer->start();
    Record good = goodRecord(*m_run, "h0");
    Record silent = silentRecord(*m_run, "h1");
    submit(*writer, {&good, &silent});
    RunFinish how{{}, 1'795'312'861'000, 0, false};
    how.end.minimumOkPercent = 51;
    const RunOutcome outcome = finish(*writer, how);
    QCOMPARE(outcome.exitStatus, 6);
    QVERIFY(outcome.isPartial);
    QCOMPARE(outcome.files, QStringList{path("a.json.partial")});
    QCOMPARE(read(path("a.json")), old);
    QCOMPARE(hosts(path("a.json.partial")).size(), 2);
    QCOMPARE(outcome.journal, path(".a.json.journal"));
    QCOMPARE(names(), list({".a.json.journal", "a.json", "a.json.partial"}));
}

void TestWriter::acceptPartialReplacesIt()
{
    auto writer = open(setup({path("a.json")}));
    writer->start();
    Record waiting = silentRecord(*m_run, "h1", Cause::NotAttempted);
    waiting.status = Status::Cancelled;
    submit(*writer, {&waiting});
    RunFinish how{{}, 1'795'312'861'000, 0, true};
    how.end.signal = SIGINT;
    const RunOutcome outcome = finish(*writer, how);
    QCOMPARE(outcome.exitStatus, 130);
    QVERIFY(!outcome.isPartial);
    QCOMPARE(names(), QStringList{QStringLiteral("a.json")});
}

void TestWriter::abandonedKeepsOnlyTheJournal()
{
    {
        auto writer = open(setup({path("a.json"), path("b.csv.gz")}));
        writer->start();
        Record good = goodRecord(*m_run, "h0");
        submit(*writer, {&good});
        QTRY_COMPARE(writer->counts().hosts(), quint64(1));
    }
    QCOMPARE(names(), QStringList{QStringLiteral(".a.json.journal")});
    QCOMPARE(read(path(".a.json.journal")).count('\n'), 2);
}

void TestWriter::refusedRunsLeaveNothing()
{
    {
        const auto writer = open(setup({path("a.json")}));
        QVERIFY(writer); // and then the command line finds something else wrong
    }
    QCOMPARE(names(), QStringList());
}

void TestWriter::roomIsMadeAndSaid()
{
    std::promise<void> woken;
    WriterSetup wanted = setup({path("a.jsonl")});
    wanted.onRoom = [&] { woken.set_value(); };
    auto writer = open(wanted);
    Record record = goodRecord(*m_run, "h");
    record.jobs[1].facts.set("product_serial", QString(1'000'000, u'x'));
    int submitted = 0;
    for (; writer->hasRoom(); ++submitted)
        submit(*writer, {&record});
    QVERIFY2(submitted >= 8 && submitted <= 12, qPrintable(QString::number(submitted)));
    writer->start();
    QCOMPARE(woken.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
    QTRY_VERIFY(writer->hasRoom());
    QCOMPARE(finish(*writer).counts.hosts(), quint64(submitted));
}

void TestWriter::keysAddedStandInTheDocument()
{
    auto writer = open(setup({path("a.json"), path("b.json.gz")}));
    writer->start();
    Record good = goodRecord(*m_run, "h0");
    submit(*writer, {&good});
    finish(*writer, {{}, 1'795'312'861'000, 10'432, false});
    const QJsonObject plain = QJsonDocument::fromJson(read(path("a.json"))).object();
    QCOMPARE(plain[u"run"][u"host_keys_added"].toInt(), 10'432);
    QCOMPARE(plain[u"summary"][u"host_keys_added"].toInt(), 10'432);
    const auto packed = ResultReader::open(path("b.json.gz").toLocal8Bit(), &m_error);
    StoredRecord record;
    while (packed->next(record)) {
    }
    QVERIFY(packed->run()[u"host_keys_added"].isNull());
    QCOMPARE(packed->summary()[u"host_keys_added"].toInt(), 10'432);
}

void TestWriter::summaries()
{
    WriterSetup wanted = setup({path("a.json")});
    wanted.summaryPath = path("s.prom").toLocal8Bit();
    run(wanted, 3, 2);
    const QByteArray prom = read(path("s.prom"));
    QVERIFY(prom.contains("collector_run_hosts{status=\"ok\"} 3\n"));
    QVERIFY(prom.contains("collector_run_failures{cause=\"connect_timeout\"} 2\n"));
    QVERIFY(prom.contains("collector_run_exit_status 3\n"));
    QVERIFY(prom.contains("collector_run_start_timestamp_seconds 1795312800.000\n"));
    QVERIFY(prom.contains("collector_run_duration_seconds 61.000\n"));
    struct stat info
    {
    };
    QCOMPARE(stat(wanted.summaryPath.constData(), &info), 0);
    QCOMPARE(info.st_mode & 07777, mode_t(0644));
    wanted.summaryPath = path("s.json").toLocal8Bit();
    run(wanted, 3, 2);
    QCOMPARE(QJsonDocument::fromJson(read(path("s.json"))).object()[u"unreachable"].toInt(), 2);
    // Slowdowns: where there were any.
    QVERIFY(prom.contains("collector_run_slowdowns{reason=\"loss\"} 0\n"));
    QVERIFY(!read(path("s.json")).contains("slowdowns"));
    RunSummary slow;
    slow.slowdowns = {{2, 0, 1}, 16};
    QCOMPARE(QJsonDocument::fromJson(summaryJson(slow)).object()[u"slowdowns"],
             QJsonValue(QJsonObject{{QStringLiteral("local_limit"), 2},
                                    {QStringLiteral("loss"), 0},
                                    {QStringLiteral("lag"), 1},
                                    {QStringLiteral("least_in_flight"), 16}}));
    // Of a run whose output failed, too.
    WriterSetup failing = setup({QStringLiteral("/dev/full")}, QStringLiteral("jsonl"));
    failing.summaryPath = wanted.summaryPath;
    run(failing, 300, 0);
    QCOMPARE(QJsonDocument::fromJson(read(path("s.json"))).object()[u"exit_status"].toInt(), 1);
}

QTEST_APPLESS_MAIN(TestWriter)
#include "tst_writer.moc"
