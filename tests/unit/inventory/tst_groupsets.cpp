#include "inventory/groupsets.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <numeric>

namespace {

// What this program holds of the heap, which shows what GroupSets keep for themselves, beside the tables.
std::atomic<size_t> held = 0;

void release(void *memory)
{
    held -= malloc_usable_size(memory);
    std::free(memory);
}

} // namespace

// Not inlined: GCC takes what is allocated and freed in one function for a mismatch, where it sees into one of the two.
[[gnu::noinline]] void *operator new(size_t size)
{
    void *memory = std::malloc(size);
    if (!memory)
        throw std::bad_alloc();
    held += malloc_usable_size(memory);
    return memory;
}

[[gnu::noinline]] void operator delete(void *memory) noexcept
{
    release(memory);
}

[[gnu::noinline]] void operator delete(void *memory, size_t /*size*/) noexcept
{
    release(memory);
}

using namespace collector;

class tst_groupsets final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hostsOfTheSameGroupsHaveOneSet_data();
    void hostsOfTheSameGroupsHaveOneSet();
    void groupsAreSortedHoweverTheyCame_data();
    void groupsAreSortedHoweverTheyCame();
    void aGroupIsInASetOnce_data();
    void aGroupIsInASetOnce();
    void theEmptySetIsTheFirst();
    void closedSetsAreOtherSets();
    void aLargeSetGrowsForItsHostAlone();
    void largeSetsThatCameToTheSameAreOneInTheEnd();
    void aHostCostsItsGroupsNotTheirSquare_data();
    void aHostCostsItsGroupsNotTheirSquare();
};

namespace {

using Groups = std::vector<GroupIndex>;

Groups upTo(size_t count)
{
    Groups groups(count);
    std::iota(groups.begin(), groups.end(), GroupIndex(0));
    return groups;
}

Groups downFrom(size_t count)
{
    Groups groups = upTo(count);
    std::reverse(groups.begin(), groups.end());
    return groups;
}

/// As many hosts as are asked for, and their sets.
class Hosts final
{
public:
    explicit Hosts(size_t count)
    {
        while (tables.hosts.size() < count)
            tables.hosts.push_back({});
    }

    /// How many of the groups were new to the host.
    size_t join(HostIndex host, const Groups &groups)
    {
        return size_t(std::count_if(groups.begin(), groups.end(), [&](GroupIndex group) { return sets.grow(setOf(host), group); }));
    }
    [[nodiscard]] GroupSetIndex &setOf(HostIndex host) { return tables.hosts[host].groups; }
    [[nodiscard]] const Groups &groupsOf(HostIndex host) { return tables.groupSets[setOf(host)]; }

    InventoryTables tables;
    GroupSets sets{tables};
};

void addSizes()
{
    QTest::addColumn<size_t>("size");
    QTest::newRow("a few") << size_t(3);
    QTest::newRow("one less than the largest shared set") << GroupSets::largestShared - 1;
    QTest::newRow("the largest shared set") << GroupSets::largestShared;
    QTest::newRow("one more") << GroupSets::largestShared + 1;
    QTest::newRow("many") << GroupSets::largestShared * 5;
}

} // namespace

void tst_groupsets::hostsOfTheSameGroupsHaveOneSet_data()
{
    addSizes();
}

void tst_groupsets::hostsOfTheSameGroupsHaveOneSet()
{
    QFETCH(const size_t, size);
    Hosts hosts(3);
    hosts.join(0, upTo(size));
    hosts.join(1, downFrom(size));
    hosts.join(2, upTo(size - 1));
    QCOMPARE(hosts.setOf(0) == hosts.setOf(1), size <= GroupSets::largestShared);
    hosts.sets.shareOwn();
    QCOMPARE(hosts.setOf(0), hosts.setOf(1));
    QVERIFY(hosts.setOf(2) != hosts.setOf(0));
    QCOMPARE(hosts.groupsOf(0), upTo(size));
    QCOMPARE(hosts.groupsOf(2), upTo(size - 1));
}

void tst_groupsets::groupsAreSortedHoweverTheyCame_data()
{
    addSizes();
}

void tst_groupsets::groupsAreSortedHoweverTheyCame()
{
    QFETCH(const size_t, size);
    Hosts hosts(3);
    Groups outwards; // from the middle, left and right in turn
    for (size_t i = 0; i < size; ++i)
        outwards.push_back(GroupIndex(i % 2 == 0 ? size / 2 + i / 2 : size / 2 - 1 - i / 2));
    QCOMPARE(hosts.join(0, upTo(size)), size);
    QCOMPARE(hosts.join(1, downFrom(size)), size);
    QCOMPARE(hosts.join(2, outwards), size);
    for (const HostIndex host : {0, 1, 2})
        QCOMPARE(hosts.groupsOf(host), upTo(size));
}

void tst_groupsets::aGroupIsInASetOnce_data()
{
    addSizes();
}

void tst_groupsets::aGroupIsInASetOnce()
{
    QFETCH(const size_t, size);
    Hosts hosts(1);
    QCOMPARE(hosts.join(0, upTo(size)), size);
    const GroupSetIndex set = hosts.setOf(0);
    QCOMPARE(hosts.join(0, upTo(size)), size_t(0));
    QCOMPARE(hosts.join(0, downFrom(size)), size_t(0));
    QCOMPARE(hosts.setOf(0), set);
    QCOMPARE(hosts.groupsOf(0), upTo(size));
}

void tst_groupsets::theEmptySetIsTheFirst()
{
    Hosts hosts(1);
    QCOMPARE(hosts.sets.find({}), hosts.setOf(0));
    QVERIFY(hosts.groupsOf(0).empty());
    QCOMPARE(hosts.tables.groupSets.size(), size_t(1));
}

void tst_groupsets::closedSetsAreOtherSets()
{
    Hosts hosts(1);
    hosts.join(0, {7, 3});
    const GroupSetIndex closed = hosts.sets.find({3, 7}, true);
    QCOMPARE(hosts.sets.find({3, 7}), hosts.setOf(0));
    QVERIFY(closed != hosts.setOf(0));
    QCOMPARE(hosts.sets.find({3, 7}, true), closed);
    QVERIFY(hosts.tables.closedSets[closed]);
    QVERIFY(!hosts.tables.closedSets[hosts.setOf(0)]);
    QCOMPARE(hosts.tables.groupSets[closed], Groups({3, 7}));
}

void tst_groupsets::aLargeSetGrowsForItsHostAlone()
{
    Hosts hosts(3);
    for (const HostIndex host : {0, 1, 2})
        hosts.join(host, upTo(GroupSets::largestShared));
    const GroupSetIndex shared = hosts.setOf(0);
    QCOMPARE(hosts.setOf(1), shared);
    hosts.join(0, {1000});
    hosts.join(1, {2000});
    const GroupSetIndex own = hosts.setOf(0);
    hosts.join(0, {500, 1500});
    QCOMPARE(hosts.setOf(0), own);
    QVERIFY(own != shared);
    QVERIFY(own != hosts.setOf(1));
    QCOMPARE(hosts.setOf(2), shared);
    QCOMPARE(hosts.groupsOf(2), upTo(GroupSets::largestShared));
    Groups first = upTo(GroupSets::largestShared), second = first;
    first.insert(first.end(), {500, 1000, 1500});
    second.push_back(2000);
    QCOMPARE(hosts.groupsOf(0), first);
    QCOMPARE(hosts.groupsOf(1), second);
    hosts.sets.shareOwn();
    QCOMPARE(hosts.groupsOf(0), first);
    QCOMPARE(hosts.groupsOf(1), second);
    QCOMPARE(hosts.setOf(2), shared);
}

void tst_groupsets::largeSetsThatCameToTheSameAreOneInTheEnd()
{
    constexpr HostIndex count = 50;
    Hosts hosts(count);
    for (HostIndex host = 0; host < count; ++host)
        hosts.join(host, host % 2 == 0 ? upTo(200) : downFrom(300));
    hosts.sets.shareOwn();
    for (HostIndex host = 2; host < count; ++host)
        QCOMPARE(hosts.setOf(host), hosts.setOf(host % 2));
    QCOMPARE(hosts.groupsOf(0), upTo(200));
    QCOMPARE(hosts.groupsOf(1), upTo(300));
    QCOMPARE(hosts.sets.find(upTo(200)), hosts.setOf(0));
    // And what a host is put into now is for it alone again.
    hosts.join(0, {900});
    QCOMPARE(hosts.groupsOf(2), upTo(200));
}

void tst_groupsets::aHostCostsItsGroupsNotTheirSquare_data()
{
    QTest::addColumn<Groups>("groups");
    QTest::newRow("in the order of their numbers") << upTo(10'000);
    QTest::newRow("backwards") << downFrom(10'000);
}

void tst_groupsets::aHostCostsItsGroupsNotTheirSquare()
{
    QFETCH(const Groups, groups);
    Hosts hosts(1);
    const size_t before = held.load();
    hosts.join(0, groups);
    hosts.sets.shareOwn();
    const size_t bytes = held.load() - before;
    // The square would be 200 MB. A set is held twice, in the tables and by what finds it, and a vector grows by doubling.
    const size_t most = 5 * groups.size() * sizeof(GroupIndex);
    QVERIFY2(bytes <= most, qPrintable(QStringLiteral("%1 bytes, at most %2").arg(bytes).arg(most)));
}

QTEST_GUILESS_MAIN(tst_groupsets)
#include "tst_groupsets.moc"
