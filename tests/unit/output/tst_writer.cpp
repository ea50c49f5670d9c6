#include "samples.h"

#include "output/resultreader.h"
#include "output/runjson.h"
#include "output/writer.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <sys/mount.h>
#include <sys/stat.h>

#include <csignal>
#include <fcntl.h>
#include <future>
#include <unistd.h>

using namespace collector;
using namespace collector::samples;

namespace {

QStringList list(std::initializer_list<const char *> names)
{
    QStringList out;
    for (const char *name : names)
        out.append(QString::fromUtf8(name));
    return out;
}

} // namespace

class TestWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void outputsAppearWholeAndNothingElseStays();
    void everyFormatHasEveryHost_data();
    void everyFormatHasEveryHost();
    void ownerAndModeOfTheOldFileAreKept();
    void newFilesArePrivate();
    void refusedBeforeTheRun_data();
    void refusedBeforeTheRun();
    void aSecondRunIsKeptOff();
    void tooFewOkLeaveTheOldFile();
    void acceptPartialReplacesIt();
    void abandonedKeepsOnlyTheJournal();
    void refusedRunsLeaveNothing();
    void resumed_data();
    void resumed();
    void retryFailedKeepsTheGoodOnes();
    void anotherRunIsRefused();
    void leftoverJournalIsPutAside();
    void aDiskThatFills();
    void aDeviceThatIsFull();
    void aPipeThatIsClosed();
    void streamsNeedNoJournal();
    void roomIsMadeAndSaid();
    void keysAddedStandInTheDocument();
    void ansibleCache();
    void ansibleCacheOfNoFacts();
    void summaries();

private:
    QString path(const char *name) const { return m_dir->filePath(QLatin1String(name)); }
    WriterSetup setup(const QStringList &outputs, const QString &format = {}) const;
    std::unique_ptr<Writer> open(const WriterSetup &wanted);
    static void submit(Writer &writer, const QList<Record *> &records);
    static RunOutcome finish(Writer &writer, RunFinish how = {{}, 1'795'312'861'000, 0, false});
    RunOutcome run(const WriterSetup &wanted, int good, int silent);
    void abandon(const WriterSetup &wanted);
    QStringList names() const
    {
        return QDir(m_dir->path()).entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    static QByteArray read(const QString &name);
    static QMap<QByteArray, Status> hosts(const QString &name);

    std::unique_ptr<QTemporaryDir> m_dir;
    std::shared_ptr<RunInfo> m_run;
    QString m_error;
    QStringList m_warnings;
};

void TestWriter::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    m_run = samples::run();
    m_error.clear();
    m_warnings.clear();
}

WriterSetup TestWriter::setup(const QStringList &outputs, const QString &format) const
{
    WriterSetup wanted;
    wanted.run = m_run;
    wanted.seed = 0xfeedfacecafebeef;
    QString error;
    const auto specs = parseOutputs(outputs, format, false, 0, &error);
    if (!specs)
        qFatal("%s", qPrintable(error));
    wanted.outputs = *specs;
    return wanted;
}

std::unique_ptr<Writer> TestWriter::open(const WriterSetup &wanted)
{
    WriterSetup copy = wanted;
    copy.warn = [this](const QString &text) { m_warnings.append(text); };
    return Writer::open(copy, &m_error);
}

void TestWriter::submit(Writer &writer, const QList<Record *> &records)
{
    Batch batch = writer.takeBatch();
    for (const Record *record : records)
        writer.encoder().encode(*record, batch);
    writer.submit(std::move(batch));
}

RunOutcome TestWriter::finish(Writer &writer, RunFinish how)
{
    std::promise<RunOutcome> end;
    writer.finish(how, [&](RunOutcome outcome) { end.set_value(std::move(outcome)); });
    return end.get_future().get();
}

RunOutcome TestWriter::run(const WriterSetup &wanted, int good, int silent)
{
    auto writer = open(wanted);
    if (!writer)
        qFatal("%s", qPrintable(m_error));
    writer->start();
    for (int i = 0; i < good + silent; ++i) {
        const QByteArray name = "h" + QByteArray::number(i);
        if (writer->done().contains(name))
            continue;
        Record record = i < good ? goodRecord(*m_run, name) : silentRecord(*m_run, name);
        submit(*writer, {&record});
    }
    return finish(*writer);
}

// A run that ends behind its first record, as if killed.
void TestWriter::abandon(const WriterSetup &wanted)
{
    auto writer = open(wanted);
    writer->start();
    Record good = goodRecord(*m_run, "h0");
    submit(*writer, {&good});
    QTRY_COMPARE(writer->counts().hosts(), quint64(1));
}

QByteArray TestWriter::read(const QString &name)
{
    QFile file(name);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray("(cannot be read)");
}

QMap<QByteArray, Status> TestWriter::hosts(const QString &name)
{
    QString error;
    const auto reader = ResultReader::open(name.toLocal8Bit(), &error);
    QMap<QByteArray, Status> found;
    StoredRecord record;
    while (reader && reader->next(record)) {
        if (found.contains(record.head.host))
            qWarning("%s is there twice", record.head.host.constData());
        found.insert(record.head.host, record.head.status);
    }
    if (!reader || !reader->error().isEmpty())
        qWarning("%s%s", qPrintable(error), reader ? qPrintable(reader->error()) : "");
    return found;
}

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

void TestWriter::resumed_data()
{
    QTest::addColumn<int>("cut"); // bytes that the journal lost
    QTest::addColumn<QByteArray>("garbage");
    QTest::addColumn<int>("known");
    QTest::newRow("a whole journal") << 0 << QByteArray() << 3;
    QTest::newRow("one byte short") << 1 << QByteArray() << 2;
    QTest::newRow("torn in a record") << 120 << QByteArray() << 2;
    QTest::newRow("torn behind a brace") << 2 << QByteArray() << 2;
    QTest::newRow("torn, then a line") << 30 << QByteArray("\n{\"crashed\":{\"host\":\"h9\",\"plugin\":\"ping\",\"signal\":11}}\n") << 2;
    QTest::newRow("a hole of zeros") << 0 << QByteArray(4096, '\0') + "\n" << 3;
    QTest::newRow("a line of something else") << 0 << QByteArray("{\"a\":1}\n") << 3;
    QTest::newRow("empty lines") << 0 << QByteArray("\n\n") << 3;
    QTest::newRow("only the header") << 100'000 << QByteArray() << 0;
}

void TestWriter::resumed()
{
    QFETCH(int, cut);
    QFETCH(QByteArray, garbage);
    QFETCH(int, known);
    const QStringList outputs{path("a.json"), path("b.csv"), path("c.jsonl.gz")};
    {
        auto writer = open(setup(outputs));
        writer->start();
        Record first = goodRecord(*m_run, "h0");
        Record second = goodRecord(*m_run, "h1");
        Record third = goodRecord(*m_run, "h2");
        submit(*writer, {&first, &second, &third});
        QTRY_COMPARE(writer->counts().hosts(), quint64(3));
    }
    QFile journal(path(".a.json.journal"));
    QVERIFY(journal.open(QFile::ReadWrite));
    const qsizetype header = journal.readLine().size();
    QVERIFY(journal.resize(qMax(header, journal.size() - cut)));
    QVERIFY(journal.seek(journal.size()));
    QCOMPARE(journal.write(garbage), garbage.size());
    journal.close();

    WriterSetup wanted = setup(outputs);
    const auto interrupted = findInterruptedRun(wanted.outputs, &m_error);
    QVERIFY2(interrupted, qPrintable(m_error));
    QCOMPARE(interrupted->seed, 0xfeedfacecafebeef);
    QCOMPARE(interrupted->runId, m_run->id);
    QCOMPARE(interrupted->startedMs, m_run->startedMs);
    wanted.resume = WriterSetup::Resume::Yes;
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    QCOMPARE(writer->done().size(), size_t(known));
    QCOMPARE(writer->counts().hosts(), quint64(known));
    writer->start();
    for (int i = 0; i < 5; ++i) {
        const QByteArray name = "h" + QByteArray::number(i);
        QCOMPARE(writer->done().contains(name), i < known);
        if (i >= known) {
            Record record = goodRecord(*m_run, name);
            submit(*writer, {&record});
        }
    }
    QCOMPARE(finish(*writer).exitStatus, 0);
    for (const QString &output : outputs)
        QCOMPARE(hosts(output).keys(), (QList<QByteArray>{"h0", "h1", "h2", "h3", "h4"}));
    QCOMPARE(names(), list({"a.json", "b.csv", "c.jsonl.gz"}));
}

void TestWriter::retryFailedKeepsTheGoodOnes()
{
    RunFinish how{{}, 1'795'312'861'000, 0, false};
    how.end.signal = SIGTERM;
    {
        auto writer = open(setup({path("a.json")}));
        writer->start();
        Record good = goodRecord(*m_run, "good");
        Record silent = silentRecord(*m_run, "silent");
        Record waiting = silentRecord(*m_run, "waiting", Cause::NotAttempted);
        waiting.status = Status::Cancelled;
        submit(*writer, {&good, &silent, &waiting});
        QCOMPARE(finish(*writer, how).exitStatus, 143);
    }
    WriterSetup wanted = setup({path("a.json")});
    wanted.resume = WriterSetup::Resume::Yes;
    {
        const auto writer = open(wanted);
        QVERIFY2(writer, qPrintable(m_error));
        QVERIFY(writer->done().contains("good") && writer->done().contains("silent") && !writer->done().contains("waiting"));
    }
    wanted.resume = WriterSetup::Resume::RetryFailed;
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    QVERIFY(writer->done().contains("good") && !writer->done().contains("silent") && !writer->done().contains("waiting"));
    QCOMPARE(writer->counts().hosts(), quint64(1));
    writer->start();
    Record again = goodRecord(*m_run, "silent");
    Record now = goodRecord(*m_run, "waiting");
    submit(*writer, {&again, &now});
    QCOMPARE(finish(*writer).exitStatus, 0);
    QCOMPARE(hosts(path("a.json")), (QMap<QByteArray, Status>{{"good", Status::Ok}, {"silent", Status::Ok}, {"waiting", Status::Ok}}));
}

void TestWriter::anotherRunIsRefused()
{
    abandon(setup({path("a.json")}));
    m_run = samples::run();
    m_run->inventorySha256 = "beef";
    m_run->options.insert(QStringLiteral("limit"), QStringLiteral("web"));
    m_run->options.insert(QStringLiteral("concurrency"), 3); // may differ
    WriterSetup wanted = setup({path("a.json")});
    wanted.resume = WriterSetup::Resume::Yes;
    const QByteArray before = read(path(".a.json.journal"));
    QVERIFY(!open(wanted));
    QVERIFY2(m_error.contains(QStringLiteral("--limit: not given then, web now")), qPrintable(m_error));
    QVERIFY2(m_error.contains(QStringLiteral("inventory's SHA-256: cafe then, beef now")), qPrintable(m_error));
    QVERIFY2(!m_error.contains(QStringLiteral("concurrency")), qPrintable(m_error));
    QCOMPARE(read(path(".a.json.journal")), before);
}

void TestWriter::leftoverJournalIsPutAside()
{
    abandon(setup({path("a.json")}));
    run(setup({path("a.json")}), 1, 0);
    QCOMPARE(m_warnings.size(), 1);
    QVERIFY2(m_warnings.first().contains(QStringLiteral("--resume")), qPrintable(m_warnings.first()));
    QCOMPARE(names(), list({".a.json.journal.old", "a.json"}));
}

void TestWriter::aDiskThatFills()
{
    const QByteArray disk = path("disk").toLocal8Bit();
    QCOMPARE(mkdir(disk.constData(), 0700), 0);
    if (mount("tmpfs", disk.constData(), "tmpfs", 0, "size=2m") != 0)
        QSKIP("no file system can be mounted here: needs root");
    const auto clean = qScopeGuard([&] { umount2(disk.constData(), MNT_DETACH); });
    QFile old(path("disk/a.json"));
    QVERIFY(old.open(QFile::WriteOnly));
    old.write("old");
    old.close();
    QStringList said;
    WriterSetup wanted = setup({path("disk/a.json")});
    wanted.onFailure = [&](const QString &text) { said.append(text); };
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    writer->start();
    for (int i = 0; i < 100; ++i) {
        Record record = goodRecord(*m_run, "h" + QByteArray::number(i));
        record.jobs[1].facts.set("product_serial", QString(50'000, u'x'));
        submit(*writer, {&record});
    }
    const RunOutcome outcome = finish(*writer);
    QCOMPARE(outcome.exitStatus, 1);
    QCOMPARE(said.size(), 1);
    QVERIFY2(outcome.error.contains(QStringLiteral("No space left")), qPrintable(outcome.error));
    QCOMPARE(read(path("disk/a.json")), QByteArray("old"));
    QCOMPARE(outcome.journal, path("disk/.a.json.journal"));
    // Every line that is there is whole.
    const QList<QByteArray> lines = read(outcome.journal).split('\n');
    QVERIFY(lines.size() > 10);
    QVERIFY(lines.last().isEmpty());
    for (const QByteArray &line : lines.first(lines.size() - 1))
        QVERIFY(QJsonDocument::fromJson(line).isObject());
    // With room again, it goes on from there.
    QCOMPARE(mount("tmpfs", disk.constData(), "tmpfs", MS_REMOUNT, "size=40m"), 0);
    wanted.resume = WriterSetup::Resume::Yes;
    writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    QCOMPARE(writer->done().size(), size_t(lines.size() - 2));
    writer->start();
    QCOMPARE(finish(*writer).exitStatus, 0);
    QCOMPARE(hosts(path("disk/a.json")).size(), lines.size() - 2);
}

void TestWriter::aDeviceThatIsFull()
{
    WriterSetup wanted = setup({QStringLiteral("/dev/full"), path("a.json")}, QStringLiteral("jsonl"));
    const RunOutcome outcome = run(wanted, 300, 0);
    QCOMPARE(outcome.exitStatus, 1);
    QVERIFY2(outcome.error.contains(QStringLiteral("/dev/full")), qPrintable(outcome.error));
    QCOMPARE(outcome.counts.hosts(), quint64(300));
    QCOMPARE(names(), QStringList{QStringLiteral(".a.json.journal")});
    QCOMPARE(read(outcome.journal).count('\n'), 301); // what was learnt is not lost
}

void TestWriter::aPipeThatIsClosed()
{
    int ends[2];
    QCOMPARE(pipe2(ends, O_CLOEXEC), 0);
    ::close(ends[0]);
    const RunOutcome outcome = run(setup({QStringLiteral("/dev/fd/%1").arg(ends[1])}, QStringLiteral("jsonl")), 300, 0);
    ::close(ends[1]);
    QCOMPARE(outcome.exitStatus, 1);
    QVERIFY2(outcome.error.contains(QStringLiteral("Broken pipe")), qPrintable(outcome.error));
    QCOMPARE(outcome.journal, QString());
}

void TestWriter::streamsNeedNoJournal()
{
    QCOMPARE(mkfifo(qPrintable(path("fifo")), 0600), 0);
    auto reader = std::async(std::launch::async, [this] { return read(path("fifo")); });
    const RunOutcome outcome = run(setup({path("fifo")}, QStringLiteral("json")), 2, 1);
    QCOMPARE(outcome.exitStatus, 3);
    QCOMPARE(outcome.files, QStringList());
    const QJsonObject document = QJsonDocument::fromJson(reader.get()).object();
    QCOMPARE(document[u"hosts"].toArray().size(), 3);
    QVERIFY(document[u"run"].toObject().contains(u"host_keys_added") && document[u"run"][u"host_keys_added"].isNull());
    QCOMPARE(names(), QStringList{QStringLiteral("fifo")});
    QVERIFY(!findInterruptedRun(setup({path("fifo")}, QStringLiteral("json")).outputs, &m_error));
    QVERIFY2(m_error.contains(QStringLiteral("--resume needs")), qPrintable(m_error));
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

void TestWriter::ansibleCache()
{
    const QString folder = path("facts");
    QVERIFY(QDir().mkpath(folder));
    QFile old(folder + QStringLiteral("/silent"));
    QVERIFY(old.open(QFile::WriteOnly));
    old.write("{\"ansible_distribution\":\"old\"}");
    old.close();
    auto writer = open(setup({folder + u'/'}, QStringLiteral("ansible-cache")));
    QVERIFY2(writer, qPrintable(m_error));
    writer->start();
    Record good = goodRecord(*m_run, "web01");
    Record silent = silentRecord(*m_run, "silent");
    Record hostile = goodRecord(*m_run, "../escaped");
    submit(*writer, {&good, &silent, &hostile});
    const RunOutcome outcome = finish(*writer);
    QCOMPARE(outcome.exitStatus, 3);
    QCOMPARE(names(), QStringList{QStringLiteral("facts")});
    QCOMPARE(QDir(folder).entryList(QDir::Files), list({"silent", "web01"}));
    const QJsonObject cache = QJsonDocument::fromJson(read(folder + QStringLiteral("/web01"))).object();
    QCOMPARE(cache[u"ansible_distribution"].toString(), QStringLiteral("Debian"));
    QCOMPARE(cache[u"_ansible_facts_gathered"].toBool(), true);
    QCOMPARE(cache[u"collector_ping"][u"alive"].toBool(), true);
    QVERIFY(read(old.fileName()).contains("old"));
    QVERIFY2(outcome.notes.value(0).contains(QStringLiteral("escaped")), qPrintable(outcome.notes.join(u'\n')));
}

// A folder of its own is not left behind, one that was there stays.
void TestWriter::ansibleCacheOfNoFacts()
{
    const QString there = path("there");
    QVERIFY(QDir().mkpath(there));
    for (const QString &folder : {path("facts"), there}) {
        auto writer = open(setup({folder + u'/'}, QStringLiteral("ansible-cache")));
        QVERIFY2(writer, qPrintable(m_error));
        writer->start();
        Record silent = silentRecord(*m_run, "silent");
        submit(*writer, {&silent});
        const RunOutcome outcome = finish(*writer);
        QVERIFY2(outcome.notes.value(0).contains(folder), qPrintable(outcome.notes.join(u'\n')));
        QCOMPARE(outcome.files, QStringList());
        QCOMPARE(names(), QStringList{QStringLiteral("there")});
    }
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
