// Failures by network, in a bounded table.

#include "output/networktallies.h"

#include <QTest>

using namespace collector;

class TestNetworkTallies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsByNetworkAndCause()
    {
        NetworkTallies tallies(100);
        const NetworkKey here{0x0a000000, 4}, there{0x0a000100, 4};
        tallies.of(here)->add(Cause::None);
        tallies.of(here)->add(Cause::Refused);
        tallies.of(here)->add(Cause::Refused);
        tallies.of(there)->add(Cause::ConnectTimeout);
        QCOMPARE(tallies.size(), size_t(2));
        QCOMPARE(tallies.find(here)->hosts, quint64(3));
        QCOMPARE(tallies.find(here)->failed.value(Cause::Refused), quint64(2));
        QVERIFY(!tallies.find(here)->failed.contains(Cause::None));
        QCOMPARE(tallies.find(there)->hosts, quint64(1));
        QVERIFY(!tallies.find({0x0a000200, 4}));
    }

    void theSameBitsOfAnotherFamilyAreAnotherNetwork()
    {
        NetworkTallies tallies(100);
        tallies.of({0, 4})->add(Cause::None);
        QVERIFY(!tallies.find({0, 6}));
        tallies.of({0, 6})->add(Cause::Refused);
        QCOMPARE(tallies.size(), size_t(2));
        QVERIFY(tallies.find({0, 4})->failed.isEmpty());
    }

    void neighboursWhileItGrows()
    {
        NetworkTallies tallies(20'000);
        for (quint64 i = 0; i < 16'384; ++i) {
            Tally *tally = tallies.of({i << 8, 4});
            QVERIFY(tally);
            tally->add(i % 2 ? Cause::Refused : Cause::None);
        }
        QCOMPARE(tallies.size(), size_t(16'384));
        quint64 hosts = 0, failed = 0, seen = 0;
        tallies.forEach([&](const NetworkKey &key, const Tally &tally) {
            ++seen;
            hosts += tally.hosts;
            failed += tally.failed.value(Cause::Refused);
            QCOMPARE(tally.failed.value(Cause::Refused), (key.bits >> 8) % 2);
        });
        QCOMPARE(seen, quint64(16'384));
        QCOMPARE(hosts, quint64(16'384));
        QCOMPARE(failed, quint64(8'192));
    }

    void whenItIsFullTheOldOnesGoOn()
    {
        NetworkTallies tallies(3);
        for (quint64 i = 0; i < 3; ++i)
            QVERIFY(tallies.of({i, 4}));
        QVERIFY(!tallies.of({3, 4}));
        QVERIFY(!tallies.find({3, 4}));
        QVERIFY(tallies.of({1, 4}));
        QCOMPARE(tallies.size(), size_t(3));
    }

    void talliesAddUp()
    {
        Tally one, other;
        one.add(Cause::Refused);
        one.add(Cause::None);
        other.add(Cause::Refused);
        other.add(Cause::Dns);
        one.add(other);
        QCOMPARE(one.hosts, quint64(4));
        QCOMPARE(one.failed.value(Cause::Refused), quint64(2));
        QCOMPARE(one.failed.value(Cause::Dns), quint64(1));
    }
};

QTEST_APPLESS_MAIN(TestNetworkTallies)
#include "tst_networktallies.moc"
