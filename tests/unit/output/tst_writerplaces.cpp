// Places that are no ordinary file, or have no room: a full disk, a device, pipes, Ansible's cache.

#include "writerfixture.h"

#include <QJsonArray>

#include <sys/mount.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <future>
#include <unistd.h>

using namespace collector;
using namespace collector::samples;

class TestWriterPlaces : public WriterFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void aDiskThatFills();
    void everyOutputThatIsNotWrittenIsNamed();
    void whatCanBeNamedIsNamed();
    void aSummaryOnAFullDisk();
    void aFolderThatMayNotBeRead();
    void aDeviceThatIsFull();
    void aPipeThatIsClosed();
    void streamsNeedNoJournal();
    void ansibleCache();
    void ansibleCacheKeepsOwnerAndMode();
    void ansibleCacheThatMayNotBeGivenAway();
    void ansibleCacheOfNoFacts();
    void ansibleCacheThatBecameWhole();

private:
    RunOutcome cacheOf(const QList<QByteArray> &names, double minimumOkPercent = 0);
    void oldFile(const char *name, mode_t mode, uid_t owner);
};

void TestWriterPlaces::aDiskThatFills()
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

// Only the first that failed was; whoever made room for that one met the next.
void TestWriterPlaces::everyOutputThatIsNotWrittenIsNamed()
{
    const QByteArray disk = path("disk").toLocal8Bit();
    QCOMPARE(mkdir(disk.constData(), 0700), 0);
    if (mount("tmpfs", disk.constData(), "tmpfs", 0, "size=256k") != 0)
        QSKIP("no file system can be mounted here: needs root");
    const auto clean = qScopeGuard([&] { umount2(disk.constData(), MNT_DETACH); });
    auto writer = open(setup({path("a.json"), path("disk/b.json"), path("disk/c.jsonl")}));
    QVERIFY2(writer, qPrintable(m_error));
    writer->start();
    Record large = goodRecord(*m_run, "h0");
    large.jobs[1].facts.set("product_serial", QString(500'000, u'x'));
    submit(*writer, {&large});
    const RunOutcome outcome = finish(*writer);
    QCOMPARE(outcome.exitStatus, 1);
    QVERIFY2(outcome.error.contains(QStringLiteral("b.json cannot be written: No space")), qPrintable(outcome.error));
    QCOMPARE(outcome.furtherErrors.size(), 1);
    QVERIFY2(outcome.furtherErrors.first().contains(QStringLiteral("c.jsonl cannot")), qPrintable(outcome.furtherErrors.first()));
    QCOMPARE(outcome.unwritten, (QStringList{path("a.json"), path("disk/b.json"), path("disk/c.jsonl")}));
    QCOMPARE(outcome.files, QStringList());
    QCOMPARE(outcome.journal, path(".a.json.journal"));
}

// Whether the third of them was depended on the second.
void TestWriterPlaces::whatCanBeNamedIsNamed()
{
    auto writer = open(setup({path("a.json"), path("b.json"), path("c.json")}));
    QVERIFY2(writer, qPrintable(m_error));
    writer->start();
    Record good = goodRecord(*m_run, "h0");
    submit(*writer, {&good});
    QVERIFY(QDir().mkpath(path("b.json/somebody's"))); // meanwhile
    const RunOutcome outcome = finish(*writer);
    QCOMPARE(outcome.exitStatus, 1);
    QVERIFY2(outcome.error.contains(QStringLiteral("b.json cannot be replaced")), qPrintable(outcome.error));
    QCOMPARE(outcome.files, (QStringList{path("a.json"), path("c.json")}));
    QCOMPARE(outcome.unwritten, QStringList{path("b.json")});
    QCOMPARE(names(), list({".a.json.journal", "a.json", "b.json", "c.json"}));
}

// It says that the run failed, or stays what it was: never is there an empty one.
void TestWriterPlaces::aSummaryOnAFullDisk()
{
    const QByteArray disk = path("disk").toLocal8Bit();
    QCOMPARE(mkdir(disk.constData(), 0700), 0);
    if (mount("tmpfs", disk.constData(), "tmpfs", 0, "size=256k") != 0)
        QSKIP("no file system can be mounted here: needs root");
    const auto clean = qScopeGuard([&] { umount2(disk.constData(), MNT_DETACH); });
    WriterSetup wanted = setup({path("a.json"), path("disk/b.json")});
    wanted.summaryPath = path("disk/s.json").toLocal8Bit();
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    writer->start();
    Record large = goodRecord(*m_run, "h0");
    large.jobs[1].facts.set("product_serial", QString(500'000, u'x'));
    submit(*writer, {&large});
    QCOMPARE(finish(*writer).exitStatus, 1);
    QCOMPARE(QJsonDocument::fromJson(read(path("disk/s.json"))).object()[u"exit_status"].toInt(), 1);
    QVERIFY(!names().contains(QStringLiteral("a.json")));
    writer.reset();

    const QByteArray former = read(path("disk/s.json"));
    wanted.outputs = setup({path("c.json")}).outputs;
    writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    writer->start();
    QFile others(path("disk/of-others"));
    QVERIFY(others.open(QFile::WriteOnly | QFile::Unbuffered));
    while (others.write(QByteArray(4096, 'x')) > 0) {
    }
    const RunOutcome outcome = finish(*writer);
    QCOMPARE(outcome.exitStatus, 1);
    QVERIFY2(outcome.error.contains(QStringLiteral("s.json")), qPrintable(outcome.error));
    QCOMPARE(read(path("disk/s.json")), former);
    QCOMPARE(QDir(path("disk")).entryList(QDir::Files | QDir::Hidden, QDir::Name), list({"of-others", "s.json"}));
}

// A drop box: all was written and had its name, and the run ended with 1; as the first output's, it was refused.
void TestWriterPlaces::aFolderThatMayNotBeRead()
{
    const QByteArray box = path("box").toLocal8Bit();
    QCOMPARE(mkdir(box.constData(), 0700), 0);
    const bool isRoot = geteuid() == 0; // who may read all of them
    constexpr uid_t somebody = 65534;
    if (isRoot)
        QVERIFY(chown(box.constData(), somebody, gid_t(-1)) == 0 && chmod(qPrintable(m_dir->path()), 0755) == 0);
    QCOMPARE(chmod(box.constData(), 0300), 0);
    if (isRoot)
        QCOMPARE(seteuid(somebody), 0);
    const RunOutcome outcome = run(setup({path("box/a.json"), path("box/b.csv")}), 2, 0);
    if (isRoot)
        QCOMPARE(seteuid(0), 0);
    QCOMPARE(chmod(box.constData(), 0700), 0);
    QCOMPARE(outcome.error, QString());
    QCOMPARE(outcome.exitStatus, 0);
    QCOMPARE(QDir(path("box")).entryList(QDir::Files | QDir::Hidden, QDir::Name), list({"a.json", "b.csv"}));
}

void TestWriterPlaces::aDeviceThatIsFull()
{
    WriterSetup wanted = setup({QStringLiteral("/dev/full"), path("a.json")}, QStringLiteral("jsonl"));
    const RunOutcome outcome = run(wanted, 300, 0);
    QCOMPARE(outcome.exitStatus, 1);
    QVERIFY2(outcome.error.contains(QStringLiteral("/dev/full")), qPrintable(outcome.error));
    QCOMPARE(outcome.counts.hosts(), quint64(300));
    QCOMPARE(names(), QStringList{QStringLiteral(".a.json.journal")});
    QCOMPARE(read(outcome.journal).count('\n'), 301); // what was learnt is not lost
}

void TestWriterPlaces::aPipeThatIsClosed()
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

void TestWriterPlaces::streamsNeedNoJournal()
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

void TestWriterPlaces::ansibleCache()
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
    Record bytes = goodRecord(*m_run, "h\3771");
    Record otherBytes = goodRecord(*m_run, "h\3761"); // the same as text
    submit(*writer, {&good, &silent, &hostile, &bytes, &otherBytes});
    const RunOutcome outcome = finish(*writer);
    QCOMPARE(outcome.exitStatus, 3);
    QCOMPARE(names(), QStringList{QStringLiteral("facts")});
    for (const char *name : {"/h\3771", "/h\3761"})
        QCOMPARE(access((folder.toLocal8Bit() + name).constData(), F_OK), 0);
    QCOMPARE(QDir(folder).entryList({QStringLiteral("*e*")}, QDir::Files), list({"silent", "web01"}));
    const QJsonObject cache = QJsonDocument::fromJson(read(folder + QStringLiteral("/web01"))).object();
    QCOMPARE(cache[u"ansible_distribution"].toString(), QStringLiteral("Debian"));
    QCOMPARE(cache[u"_ansible_facts_gathered"].toBool(), true);
    QCOMPARE(cache[u"collector_ping"][u"alive"].toBool(), true);
    QVERIFY(read(old.fileName()).contains("old"));
    QVERIFY2(outcome.notes.value(0).contains(QStringLiteral("escaped")), qPrintable(outcome.notes.join(u'\n')));
}

void TestWriterPlaces::oldFile(const char *name, mode_t mode, uid_t owner)
{
    QFile file(path(name));
    QVERIFY(file.open(QFile::WriteOnly) && file.write("old") > 0);
    file.close();
    QCOMPARE(chown(qPrintable(path(name)), owner, owner), 0);
    QCOMPARE(chmod(qPrintable(path(name)), mode), 0);
}

// A run with good records of these hosts, and one that is silent, into the cache `facts`.
RunOutcome TestWriterPlaces::cacheOf(const QList<QByteArray> &names, double minimumOkPercent)
{
    auto writer = open(setup({path("facts/")}, QStringLiteral("ansible-cache")));
    if (!writer)
        qFatal("%s", qPrintable(m_error));
    writer->start();
    for (const QByteArray &name : names) {
        Record record = goodRecord(*m_run, name);
        submit(*writer, {&record});
    }
    Record silent = silentRecord(*m_run, "silent");
    submit(*writer, {&silent});
    RunFinish how{{}, 1'795'312'861'000, 0, false};
    how.end.minimumOkPercent = minimumOkPercent;
    return finish(*writer, how);
}

// They became our own, readable by us alone: who else read the cache had nothing from the second night on.
void TestWriterPlaces::ansibleCacheKeepsOwnerAndMode()
{
    const uid_t other = geteuid() == 0 ? 65534 : geteuid();
    QVERIFY(QDir().mkpath(path("facts")));
    oldFile("facts/old", 0644, other);
    oldFile("facts/setid", 06755, other);
    oldFile("target", 0666, other);
    QVERIFY(QFile::link(path("target"), path("facts/link")));
    QCOMPARE(cacheOf({"old", "setid", "link", "new"}).exitStatus, 3);
    struct Expected
    {
        const char *name;
        mode_t mode;
        uid_t owner;
    };
    for (const Expected &expected : {Expected{"facts/old", 0644, other}, Expected{"facts/setid", 0755, other},
                                     Expected{"facts/link", 0600, geteuid()}, Expected{"facts/new", 0600, geteuid()}}) {
        struct stat info
        {
        };
        QCOMPARE(lstat(qPrintable(path(expected.name)), &info), 0);
        QVERIFY2(S_ISREG(info.st_mode), expected.name);
        QCOMPARE(info.st_mode & 07777, expected.mode);
        QCOMPARE(info.st_uid, expected.owner);
        QVERIFY2(read(path(expected.name)).contains("Debian"), expected.name);
    }
    QCOMPARE(read(path("target")), QByteArray("old"));
    // A run that falls short leaves its files beside them, and those are as little readable as they would be.
    oldFile("facts/old", 0640, other);
    QCOMPARE(cacheOf({"old"}, 51).exitStatus, 6);
    struct stat info
    {
    };
    QCOMPARE(lstat(qPrintable(path("facts.partial/old")), &info), 0);
    QCOMPARE(info.st_mode & 07777, mode_t(0640));
    QCOMPARE(read(path("facts/old")), QByteArray("old"));
}

// As for any other output: none of them is changed, and --resume goes on from the journal.
void TestWriterPlaces::ansibleCacheThatMayNotBeGivenAway()
{
    if (geteuid() != 0)
        QSKIP("needs root, to be somebody else");
    QVERIFY(QDir().mkpath(path("facts")));
    oldFile("facts/web02", 0644, 0);
    for (const QString &folder : {m_dir->path(), path("facts")})
        QCOMPARE(chown(qPrintable(folder), 65534, 65534), 0);
    RunOutcome outcome;
    {
        const auto back = qScopeGuard([] { (void)!seteuid(0); });
        QCOMPARE(seteuid(65534), 0);
        outcome = cacheOf({"web01", "web02"});
    }
    QCOMPARE(outcome.exitStatus, 1);
    QVERIFY2(outcome.error.contains(path("facts/web02") + QStringLiteral(" belongs to another user")), qPrintable(outcome.error));
    QCOMPARE(QDir(path("facts")).entryList(QDir::Files), list({"web02"}));
    QCOMPARE(read(path("facts/web02")), QByteArray("old"));
    QCOMPARE(names(), list({".facts.journal", "facts"}));
}

// A folder of its own is not left behind, one that was there stays.
void TestWriterPlaces::ansibleCacheOfNoFacts()
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

// What the same run had left beside it before it went on stayed there, as no file's does.
void TestWriterPlaces::ansibleCacheThatBecameWhole()
{
    QCOMPARE(cacheOf({"web01"}, 51).exitStatus, 6);
    QVERIFY(QFile::exists(path("facts.partial/web01")));
    WriterSetup wanted = setup({path("facts/")}, QStringLiteral("ansible-cache"));
    wanted.resume = WriterSetup::Resume::RetryFailed;
    auto writer = open(wanted);
    QVERIFY2(writer, qPrintable(m_error));
    writer->start();
    Record good = goodRecord(*m_run, "silent");
    submit(*writer, {&good});
    QCOMPARE(finish(*writer).exitStatus, 0);
    QCOMPARE(names(), QStringList{QStringLiteral("facts")});
    QCOMPARE(QDir(path("facts")).entryList(QDir::Files, QDir::Name), list({"silent", "web01"}));
}

QTEST_APPLESS_MAIN(TestWriterPlaces)
#include "tst_writerplaces.moc"
