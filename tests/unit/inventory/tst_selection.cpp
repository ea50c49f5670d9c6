#include "loaded.h"

#include <QTemporaryFile>
#include <QTest>

#include <atomic>
#include <thread>

using namespace collector;

namespace {

LoadResult loadText(const QByteArray &listOnStandardInput)
{
    LoadOptions options;
    options.standardInput = [listOnStandardInput] { return listOnStandardInput; };
    return Inventory::load({"-"}, options);
}

QByteArrayList namesOf(const Selection &selection)
{
    QByteArrayList names;
    for (quint64 i = 0; i < selection.candidates(); ++i) {
        if (const auto host = selection.at(i))
            names.append(host->isExcluded() ? '-' + host->name() : host->name());
    }
    return names;
}

} // namespace

class tst_selection final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void selects_data();
    void selects();
    void refusesAPatternThatMatchesNothing();
    void refusesAPatternThatNamesNothing_data();
    void refusesAPatternThatNamesNothing();
    void aNetworkOfSixteenMillionCostsNothing();
    void shardsAreDisjointAndComplete();
    void readsShards_data();
    void readsShards();
    void excludesAHostWhoseAddressIsNothing();
    void excludesResolvedAddresses();
    void addressesAreNotRestrictedByNames();
    void aFileOfNamesMayNameHostsThatAreGone();
    void manyThreadsReadAtOnce();
};

void tst_selection::selects_data()
{
    QTest::addColumn<QByteArray>("hosts");
    QTest::addColumn<QByteArrayList>("limit");
    QTest::addColumn<QByteArrayList>("exclude");
    QTest::addColumn<QByteArrayList>("expected");

    using List = QByteArrayList;
    QTest::newRow("all, in their order") << QByteArray("b\na\nc\n") << List{} << List{} << List{"b", "a", "c"};
    QTest::newRow("a union keeps the order of the patterns") << QByteArray("b\na\nc\n") << List{"c,b"} << List{} << List{"c", "b"};
    QTest::newRow("a name twice is one host") << QByteArray("a\nb\na\n") << List{} << List{} << List{"a", "b"};
    QTest::newRow("a negation takes away") << QByteArray("w1\nw2\nd1\n") << List{"w*:!w2"} << List{} << List{"w1"};
    QTest::newRow("a subscript counts from the end") << QByteArray("w1\nw2\nw3\n") << List{"w*[-1]"} << List{} << List{"w3"};
    QTest::newRow("a slice includes its end") << QByteArray("w1\nw2\nw3\n") << List{"w*[0:1]"} << List{} << List{"w1", "w2"};
    QTest::newRow("a regular expression") << QByteArray("w1\nw22\nd1\n") << List{"~w\\d$"} << List{} << List{"w1"};
    QTest::newRow("a network is its addresses")
        << QByteArray("10.0.0.0/30\n") << List{} << List{} << List{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"};
    QTest::newRow("a glob over a network") << QByteArray("10.0.0.0/29\n") << List{"10.0.0.[5-7]*"} << List{}
                                           << List{"10.0.0.5", "10.0.0.6", "10.0.0.7"};
    QTest::newRow("a network out of a network")
        << QByteArray("10.0.0.0/8\n") << List{"10.1.2.0/31"} << List{} << List{"10.1.2.0", "10.1.2.1"};
    QTest::newRow("one address out of a network") << QByteArray("10.0.0.0/8\n") << List{"10.9.8.7"} << List{} << List{"10.9.8.7"};
    QTest::newRow("two networks that overlap have each host once")
        << QByteArray("10.0.0.0/30\n10.0.0.2-10.0.0.5\n") << List{} << List{}
        << List{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"};
    QTest::newRow("a host of its own is not named again by the network")
        << QByteArray("10.0.0.1\n10.0.0.0/30\n") << List{} << List{} << List{"10.0.0.1", "10.0.0.0", "10.0.0.2", "10.0.0.3"};
    QTest::newRow("a host named after its network is the same host")
        << QByteArray("10.0.0.0/30\n10.0.0.1\n") << List{} << List{} << List{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"};
    QTest::newRow("a host named after its network, with a login, is one of its own")
        << QByteArray("10.0.0.0/30\nroot@10.0.0.1\n") << List{} << List{} << List{"10.0.0.0", "10.0.0.2", "10.0.0.3", "10.0.0.1"};
    QTest::newRow("an excluded host stays, marked") << QByteArray("a\nb\n") << List{} << List{"a"} << List{"-a", "b"};
    QTest::newRow("an excluded network marks literal addresses")
        << QByteArray("10.0.0.0/30\n") << List{} << List{"10.0.0.2/31"} << List{"10.0.0.0", "10.0.0.1", "-10.0.0.2", "-10.0.0.3"};
}

void tst_selection::selects()
{
    QFETCH(QByteArray, hosts);
    QFETCH(QByteArrayList, limit);
    QFETCH(QByteArrayList, exclude);
    const LoadResult loaded = loadText(hosts);
    QVERIFY(loaded);
    SelectionOptions options;
    options.limit = limit;
    options.exclude = exclude;
    const auto result = Selection::make(loaded.inventory, options);
    QVERIFY2(result.selection, result.error.constData());
    QTEST(namesOf(*result.selection), "expected");
}

void tst_selection::refusesAPatternThatMatchesNothing()
{
    const LoadResult loaded = loadText("web01\ndb01\n");
    SelectionOptions options;
    options.limit = {"wbe01"};
    const auto result = Selection::make(loaded.inventory, options);
    QVERIFY(!result.selection);
    QVERIFY2(result.error.contains("'web01'"), result.error.constData());
}

void tst_selection::refusesAPatternThatNamesNothing_data()
{
    QTest::addColumn<QByteArrayList>("limit");
    QTest::addColumn<QByteArrayList>("exclude");
    QTest::addColumn<bool>("isRefused");
    using List = QByteArrayList;
    QTest::newRow("a limit that is empty") << List{""} << List{} << true;
    QTest::newRow("a limit of blanks") << List{"  "} << List{} << true;
    QTest::newRow("a limit of commas") << List{","} << List{} << true;
    QTest::newRow("beside one that takes away") << List{"", "!db01"} << List{} << true;
    QTest::newRow("a file that is empty") << List{"@/dev/null"} << List{} << true;
    QTest::newRow("an exclusion that is empty") << List{} << List{""} << true;
    QTest::newRow("a file of exclusions may be empty") << List{} << List{"@/dev/null"} << false;
    QTest::newRow("no limit") << List{} << List{} << false;
}

// All would be contacted.
void tst_selection::refusesAPatternThatNamesNothing()
{
    QFETCH(QByteArrayList, limit);
    QFETCH(QByteArrayList, exclude);
    const LoadResult loaded = loadText("web01\ndb01\n");
    SelectionOptions options;
    options.limit = limit;
    options.exclude = exclude;
    const auto result = Selection::make(loaded.inventory, options);
    QTEST(!result.selection, "isRefused");
    QCOMPARE(result.error.contains("leave the option out"), !result.selection);
}

void tst_selection::aNetworkOfSixteenMillionCostsNothing()
{
    const auto loaded = Inventory::load({"127.0.0.0/8"}, {});
    QVERIFY(loaded);
    const auto result = Selection::make(loaded.inventory, {});
    QCOMPARE(result.selection->candidates(), quint64(1) << 24);
    const auto last = result.selection->at((quint64(1) << 24) - 1);
    QVERIFY(last.has_value());
    QCOMPARE(last->name(), QByteArray("127.255.255.255"));
    QVERIFY(last->literalAddress() == IpAddress::parse("127.255.255.255"));
    QVERIFY(!last->hasVariables());
    QCOMPARE(last->groupsJson(), QByteArray("[\"ungrouped\"]"));
}

void tst_selection::shardsAreDisjointAndComplete()
{
    const auto loaded = Inventory::load({"10.0.0.0/24"}, {});
    QByteArrayList all;
    for (quint32 k = 1; k <= 3; ++k) {
        SelectionOptions options;
        options.shard = Shard{k, 3};
        all += namesOf(*Selection::make(loaded.inventory, options).selection);
    }
    QCOMPARE(all.size(), 256);
    QCOMPARE(QSet<QByteArray>(all.begin(), all.end()).size(), 256);
    // Key and hash are a promise: these hosts are in these shards for ever.
    QVERIFY(Shard({9, 10}).holds("web01"));
    QVERIFY(Shard({8, 10}).holds("10.0.0.1"));
    QVERIFY(Shard({8, 10}).holds("h\xc3\xa4nsel"));
}

void tst_selection::readsShards_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArrayList>("environment");
    QTest::addColumn<QByteArray>("shard"); // empty: refused
    using List = QByteArrayList;
    QTest::newRow("K of N") << QByteArray("2/10") << List{} << QByteArray("2/10");
    QTest::newRow("none of N") << QByteArray("0/10") << List{} << QByteArray();
    QTest::newRow("more than N") << QByteArray("11/10") << List{} << QByteArray();
    QTest::newRow("no N") << QByteArray("1/0") << List{} << QByteArray();
    QTest::newRow("a word") << QByteArray("1/x") << List{} << QByteArray();
    QTest::newRow("negative") << QByteArray("-1/3") << List{} << QByteArray();
    QTest::newRow("auto without a job") << QByteArray("auto") << List{} << QByteArray();
    QTest::newRow("Slurm counts from one") << QByteArray("auto") << List{"SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_COUNT=4"}
                                           << QByteArray("3/4");
    QTest::newRow("Slurm counts from its minimum")
        << QByteArray("auto") << List{"SLURM_ARRAY_TASK_ID=0", "SLURM_ARRAY_TASK_COUNT=4", "SLURM_ARRAY_TASK_MIN=0"} << QByteArray("1/4");
    QTest::newRow("Slurm with gaps is refused")
        << QByteArray("auto") << List{"SLURM_ARRAY_TASK_ID=9", "SLURM_ARRAY_TASK_COUNT=2", "SLURM_ARRAY_TASK_MIN=1"} << QByteArray();
    QTest::newRow("Kubernetes counts from zero")
        << QByteArray("auto") << List{"JOB_COMPLETION_INDEX=0", "JOB_COMPLETIONS=5"} << QByteArray("1/5");
}

void tst_selection::readsShards()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArrayList, environment);
    QFETCH(QByteArray, shard);
    for (const char *name :
         {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"})
        qunsetenv(name);
    for (const QByteArray &entry : environment)
        qputenv(entry.first(entry.indexOf('=')).constData(), entry.mid(entry.indexOf('=') + 1));
    QByteArray problem;
    const auto parsed = Shard::parse(text, &problem);
    QCOMPARE(parsed ? QByteArray::number(parsed->number) + '/' + QByteArray::number(parsed->of) : QByteArray(), shard);
    QCOMPARE(problem.isEmpty(), parsed.has_value());
}

void tst_selection::aFileOfNamesMayNameHostsThatAreGone()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("\xef\xbb\xbfweb02\n\ngone\nweb01\n"); // with a byte order mark
    file.close();
    const LoadResult loaded = loadText("web01\nweb02\nweb03\n");
    SelectionOptions options;
    options.limit = {"@" + QFile::encodeName(file.fileName())};
    const auto result = Selection::make(loaded.inventory, options);
    QVERIFY2(result.selection, result.error.constData());
    QCOMPARE(namesOf(*result.selection), (QByteArrayList{"web02", "web01"}));
    QCOMPARE(result.warnings.size(), 1);
    options.limit = {"@/nonexistent"};
    QVERIFY(!Selection::make(loaded.inventory, options).selection);
}

void tst_selection::manyThreadsReadAtOnce()
{
    QByteArray hosts;
    for (int i = 0; i < 500; ++i)
        hosts += "u@h" + QByteArray::number(i) + '\n';
    const LoadResult loaded = loadText(hosts + "10.0.0.0/24\n10.0.0.128/25\n");
    const auto result = Selection::make(loaded.inventory, {});
    std::atomic<int> found = 0;
    const auto read = [&] {
        for (quint64 i = 0; i < result.selection->candidates(); ++i) {
            const auto host = result.selection->at(i);
            if (host && host->groupsJson() == "[\"ungrouped\"]" && host->variableNames().size() == (host->variable("ansible_user") ? 1 : 0))
                ++found;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back(read);
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(found.load(), 4 * (500 + 256));
}

// What is left of "10/8 but not this one" was "all but this one".
void tst_selection::addressesAreNotRestrictedByNames()
{
    const LoadResult loaded = loadText("web01\ndb01\n");
    SelectionOptions options;
    for (const char *text : {"10.0.0.0/8:!10.0.0.5", "10.0.0.0/8:&web", "!web01,10.0.0.1"}) {
        options.exclude = {text};
        const auto result = Selection::make(loaded.inventory, options);
        QVERIFY2(!result.selection && result.error.contains("cannot restrict"), text);
    }
    options.exclude = {"10.0.0.0/8", "all:!web01"};
    QVERIFY(!Selection::make(loaded.inventory, options).selection);
    options.exclude = {};
    options.never = {"10.0.0.0/8:!10.0.0.5"};
    QVERIFY(!Selection::make(loaded.inventory, options).selection);
    options.never = {"10.0.0.0/8"};
    options.exclude = {"all:!web01"};
    QVERIFY2(Selection::make(loaded.inventory, options).selection, "each option by itself");
}

// It is reached by its name then, and that is an address.
void tst_selection::excludesAHostWhoseAddressIsNothing()
{
    Folder folder;
    const QByteArray hosts = "192.0.2.5 ansible_host=None\n192.0.2.6 ansible_host=192.0.3.6 ansible_ssh_host=None\n";
    const LoadResult loaded = Inventory::load({folder.write("hosts.ini", hosts)}, {});
    SelectionOptions options;
    options.exclude = {"192.0.2.0/24"};
    const auto result = Selection::make(loaded.inventory, options);
    QVERIFY2(result.selection, result.error.constData());
    QVERIFY(result.selection->at(0)->isExcluded());
    QVERIFY(!result.selection->at(1)->isExcluded());
}

void tst_selection::excludesResolvedAddresses()
{
    const LoadResult loaded = loadText("web01\n");
    SelectionOptions options;
    options.exclude = {"192.0.2.0/24"};
    options.never = {"2001:db8::/32"};
    const auto result = Selection::make(loaded.inventory, options);
    QVERIFY2(result.selection, result.error.constData());
    QVERIFY(result.selection->isExcludedAddress(QHostAddress(QStringLiteral("192.0.2.77"))));
    QVERIFY(result.selection->isExcludedAddress(QHostAddress(QStringLiteral("::ffff:192.0.2.77"))));
    QVERIFY(result.selection->isExcludedAddress(QHostAddress(QStringLiteral("2001:db8::1"))));
    QVERIFY(!result.selection->isExcludedAddress(QHostAddress(QStringLiteral("192.0.3.1"))));
}

QTEST_GUILESS_MAIN(tst_selection)
#include "tst_selection.moc"
