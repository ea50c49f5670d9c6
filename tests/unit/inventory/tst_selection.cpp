#include "inventory/selection.h"

#include <QTest>

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
    void aNetworkOfSixteenMillionCostsNothing();
    void shardsAreDisjointAndComplete();
    void excludesResolvedAddresses();
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
        << QByteArray("10.0.0.0/30\n10.0.0.1\n") << List{} << List{} << List{"10.0.0.0", "10.0.0.2", "10.0.0.3", "10.0.0.1"};
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
    // The key and the hash are a promise: this host is in this shard for ever.
    QVERIFY(Shard({1, 3}).holds("10.0.0.1") + Shard({2, 3}).holds("10.0.0.1") + Shard({3, 3}).holds("10.0.0.1") == 1);
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
