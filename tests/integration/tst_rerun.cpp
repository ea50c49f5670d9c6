// --rerun: what is printed as advice is done as it stands, and no record is lost by it.

#include "endingsfixture.h"

#include "unit/output/foundhosts.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <csignal>

using namespace collector;

class TestRerun : public EndingsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { begin(); }
    void cleanupTestCase() { end(); }
    void init() { enterFolder(); }
    void theAdviceKeepsTheOtherRecords();
    void whoWritesOverTheResultIsWarned_data();
    void whoWritesOverTheResultIsWarned();
    void nobodyLeftToTryLeavesTheResult();
    void goingOnInItsOwnResult();
    void hostsOfAnotherInventory_data();
    void hostsOfAnotherInventory();

private:
    QByteArray contentOf(const char *name) const;
    [[nodiscard]] QMap<QByteArray, Status> hosts(const char *name) const { return foundHosts(path(name)); }
    int collect(const QByteArray &words, int signal = 0);

    QByteArray m_said; // by the last one, on stderr, in one line
};

QByteArray TestRerun::contentOf(const char *name) const
{
    QFile file(path(name));
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray("(not there)");
}

int TestRerun::collect(const QByteArray &words, int signal)
{
    QProcess process;
    process.setWorkingDirectory(m_dir->path());
    const int status = run(process, command(words), signal);
    m_said = process.readAllStandardError().simplified();
    return status;
}

// The same command, with what was printed in place of its outputs; then what was printed for afterwards.
void TestRerun::theAdviceKeepsTheOtherRecords()
{
    QFile keys(m_fleet->knownHostsFile());
    QVERIFY(keys.open(QFile::ReadOnly));
    const QByteArray key = keys.readLine().trimmed();
    const QByteArray names = key.split(' ').first();
    QByteArray some;
    for (int i = 1; i <= 3; ++i)
        some += "[127.9.0." + QByteArray::number(i) + "]:" + QByteArray::number(m_fleet->port()) + key.mid(names.size()) + '\n';
    write("some", some);
    QCOMPARE(collect(good + "--known-hosts some -o a.json -o a.csv"), 3);
    QCOMPARE(hosts("a.json").size(), 8);
    QVERIFY2(m_said.contains("to accept new keys: collector … --rerun a.json -o retried.json --host-keys accept-new "), m_said.constData());
    QCOMPARE(m_said.count("collector merge"), 1);
    const QByteArray merge = m_said.mid(m_said.indexOf("collector merge") + int(qstrlen("collector ")));
    QVERIFY2(merge.startsWith("merge a.json retried.json -o a.json -o a.csv"), merge.constData());

    QCOMPARE(collect(good + "--known-hosts some --rerun a.json -o retried.json --host-keys accept-new"), 0);
    QCOMPARE(hosts("retried.json").size(), 5);
    QProcess merging;
    merging.setWorkingDirectory(m_dir->path());
    QCOMPARE(run(merging, QString::fromUtf8(merge).section(u' ', 0, 6).split(u' ')), 0);
    for (const char *result : {"a.json", "a.csv"}) {
        const auto all = hosts(result);
        QCOMPARE(all.size(), 8);
        QCOMPARE(std::count(all.begin(), all.end(), Status::Ok), 8);
    }
}

void TestRerun::whoWritesOverTheResultIsWarned_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("again");
    QTest::addColumn<QByteArray>("says"); // empty: no warning
    QTest::newRow("its own name") << QByteArray("-o a.json") << 3 << QByteArray("--rerun a.json -o a.csv -o ./a.json")
                                  << QByteArray("collector: --rerun a.json: ./a.json will have the hosts of this run alone; to keep the "
                                                "others: --rerun a.json -o retried.json, then collector merge a.json retried.json");
    QTest::newRow("what is incomplete") << QByteArray("-o a.json --min-ok 90%") << 6 << QByteArray("--rerun a.json.partial -o a.json")
                                        << QByteArray("a.json will have the hosts of this run alone; to keep the others: --rerun "
                                                      "a.json.partial -o retried.json, then collector merge a.json.partial retried.json "
                                                      "-o a.json");
    QTest::newRow("CSV, which is not merged") << QByteArray("-o a.csv") << 3 << QByteArray("--rerun a.csv -o a.csv")
                                              << QByteArray("to keep the others: --rerun a.csv -o retried.csv ");
    QTest::newRow("the name that is advised") << QByteArray("-o retried.json") << 3 << QByteArray("--rerun retried.json -o retried.json")
                                              << QByteArray("--rerun retried.json -o retried-2.json, then collector merge retried.json "
                                                            "retried-2.json -o retried.json");
    QTest::newRow("another name") << QByteArray("-o a.json") << 3 << QByteArray("--rerun a.json -o b.json") << QByteArray();
}

// It is done all the same, as whoever wrote it into a script before expects.
void TestRerun::whoWritesOverTheResultIsWarned()
{
    QFETCH(QByteArray, first);
    QFETCH(int, status);
    QFETCH(QByteArray, again);
    QFETCH(QByteArray, says);
    QCOMPARE(collect(good + bad + first), status);
    QCOMPARE(collect(good + bad + again), 4);
    if (says.isEmpty())
        QVERIFY2(!m_said.contains("alone"), m_said.constData());
    else
        QVERIFY2(m_said.contains(says), m_said.constData());
    QCOMPARE(hosts(again.split(' ').last().constData()).size(), 8);
}

void TestRerun::nobodyLeftToTryLeavesTheResult()
{
    QCOMPARE(collect(good + "-o a.json -o a.csv"), 0);
    const QByteArray json = contentOf("a.json");
    const QByteArray csv = contentOf("a.csv");
    for (const QByteArray &more : {QByteArray(), QByteArray(" --resume"), QByteArray(" -o - -f jsonl")}) {
        QCOMPARE(collect(good + "-o a.json -o a.csv --rerun a.json --summary s.json" + more), 0);
        QVERIFY2(m_said.contains("collector: --rerun a.json: no host is to be tried again; a.json stays as it is, and so do all files"),
                 m_said.constData());
        QCOMPARE(contentOf("a.json"), json);
        QCOMPARE(contentOf("a.csv"), csv);
        QCOMPARE(QJsonDocument::fromJson(contentOf("s.json")).object()[u"hosts"].toInt(-1), 0);
        QCOMPARE(filesIn(m_dir->path()).join(u' '), QStringLiteral("a.csv a.json s.json"));
    }
    // Into another file it is the empty result that it is.
    QCOMPARE(collect(good + "-o b.json --rerun a.json"), 0);
    QVERIFY(QFile::exists(path("b.json")));
    QCOMPARE(hosts("b.json").size(), 0);
}

// The interrupted run wrote over the result that chose its hosts: they are its hosts all the same.
void TestRerun::goingOnInItsOwnResult()
{
    QByteArray former;
    for (const char *network : {"127.9.0.", "127.9.2."}) {
        for (int i = 1; i <= 8; ++i)
            former += R"({"host":")" + QByteArray(network) + QByteArray::number(i) + "\",\"status\":\"failed\"}\n";
    }
    write("a.json.partial", former);
    QCOMPARE(collect(good + silent + "--rerun a.json.partial -o a.json --timeout 30", SIGINT), 130);
    QCOMPARE(hosts("a.json.partial").value("127.9.0.1"), Status::Ok);
    QCOMPARE(collect(good + silent + "--rerun a.json.partial -o a.json --timeout 2 --resume"), 3);
    const auto all = hosts("a.json");
    QCOMPARE(all.size(), 16);
    QCOMPARE(std::count(all.begin(), all.end(), Status::Ok), 8);
}

void TestRerun::hostsOfAnotherInventory_data()
{
    QTest::addColumn<QByteArray>("hosts");
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("all of them") << QByteArray("b1 b2") << QByteArray() << 2
                                 << QByteArray("--rerun a.json: no host that is to be tried again (b1 and so on) is in this inventory");
    QTest::newRow("all of them, in a shard") << QByteArray("b1 b2") << QByteArray(" --shard 1/2") << 2
                                             << QByteArray("is in this inventory");
    QTest::newRow("some of them") << QByteArray("b1 127.9.0.1 b2") << QByteArray() << 0
                                  << QByteArray("2 of 3 hosts that are to be tried again are not in this inventory, such as b1");
    QTest::newRow("none that is selected") << QByteArray("127.9.0.1") << QByteArray(" -l 127.9.0.2") << 2
                                           << QByteArray("no host that is to be tried again matches --limit");
    QTest::newRow("none in this shard") << QByteArray("127.9.0.1") << QByteArray(" --shard 1/1000") << 0 << QByteArray();
    QTest::newRow("nobody to be tried again") << QByteArray() << QByteArray() << 0 << QByteArray();
}

// It was a good end, and what stood in the output was replaced by nothing.
void TestRerun::hostsOfAnotherInventory()
{
    QFETCH(QByteArray, hosts);
    QFETCH(QByteArray, words);
    QFETCH(int, status);
    QFETCH(QByteArray, says);
    QByteArray former = R"({"host":"127.9.0.8","status":"ok"})"
                        "\n";
    for (const QByteArray &host : hosts.simplified().split(' ')) {
        if (!host.isEmpty())
            former += R"({"host":")" + host + "\",\"status\":\"failed\"}\n";
    }
    write("a.json", former);
    write("b.json", "old");
    QCOMPARE(collect(good + "--rerun a.json -o b.json" + words), status);
    QVERIFY2(says.isEmpty() ? !m_said.contains("inventory") : m_said.contains(says), m_said.constData());
    QCOMPARE(contentOf("b.json") == "old", status == 2);
}

QTEST_GUILESS_MAIN(TestRerun)
#include "tst_rerun.moc"
