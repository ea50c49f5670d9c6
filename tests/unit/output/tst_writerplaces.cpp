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
    void aDeviceThatIsFull();
    void aPipeThatIsClosed();
    void streamsNeedNoJournal();
    void ansibleCache();
    void ansibleCacheOfNoFacts();
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

QTEST_APPLESS_MAIN(TestWriterPlaces)
#include "tst_writerplaces.moc"
