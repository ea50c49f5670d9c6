// TimingWheel: never early, at most a tick late, in whatever order, near and far.

#include "icmp/timingwheel.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace collector;

namespace {

constexpr int64_t ms = 1'000'000;

struct Entries
{
    struct Entry
    {
        SlotLink link;
        int64_t dueAt = 0;
    };
    std::vector<Entry> all;
    SlotLink &link(uint32_t slot) { return all[slot].link; }
    int64_t dueAt(uint32_t slot) const { return all[slot].dueAt; }
};

} // namespace

class tst_TimingWheel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firesInTime_data()
    {
        QTest::addColumn<qint64>("span");
        QTest::addColumn<qint64>("step");
        QTest::newRow("near, in small steps") << qint64(500 * ms) << qint64(ms / 5);
        QTest::newRow("beyond the horizon") << qint64(60'000 * ms) << qint64(7 * ms);
        QTest::newRow("after long sleeps") << qint64(60'000 * ms) << qint64(9'001 * ms);
    }
    void firesInTime()
    {
        QFETCH(qint64, span);
        QFETCH(qint64, step);
        const int64_t begin = 123'456'789'012;
        Entries entries;
        TimingWheel<Entries> wheel(entries, begin);
        std::mt19937_64 random(7);
        for (uint32_t slot = 0; slot < 2000; ++slot) {
            entries.all.push_back({{}, begin + int64_t(random() % uint64_t(span))});
            wheel.add(slot);
        }
        for (uint32_t slot = 0; slot < 2000; slot += 10)
            wheel.remove(slot); // these must not fire

        int fired = 0;
        int64_t before = begin;
        for (int64_t now = begin; now <= begin + span + 2 * step; now += step) {
            wheel.advance(now, [&](uint32_t slot) {
                ++fired;
                QVERIFY(slot % 10 != 0);
                QVERIFY2(entries.all[slot].dueAt <= now, "early");
                QVERIFY2(entries.all[slot].dueAt > before - 2 * ms, "should have fired at the last step");
                QCOMPARE(entries.all[slot].link.list, SlotLink::noList);
            });
            before = now;
        }
        QCOMPARE(fired, 1800);
        QVERIFY(!wheel.nextAt());
    }

    void saysWhenToComeBack()
    {
        const int64_t begin = 5'000 * ms;
        Entries entries;
        TimingWheel<Entries> wheel(entries, begin);
        QVERIFY(!wheel.nextAt());
        entries.all = {{{}, begin + 300 * ms + 1}, {{}, begin + 20 * ms}};
        wheel.add(0);
        QCOMPARE(*wheel.nextAt(), begin + 301 * ms);
        wheel.add(1);
        QCOMPARE(*wheel.nextAt(), begin + 20 * ms);
        wheel.remove(1);
        QCOMPARE(*wheel.nextAt(), begin + 301 * ms);
        int fired = 0;
        wheel.advance(*wheel.nextAt(), [&](uint32_t) { ++fired; });
        QCOMPARE(fired, 1);
    }

    void whatFiresMayBeAddedAgainAtOnce()
    {
        Entries entries;
        TimingWheel<Entries> wheel(entries, 0);
        entries.all = {{{}, 5 * ms}};
        wheel.add(0);
        int fired = 0;
        wheel.advance(5 * ms, [&](uint32_t slot) {
            ++fired;
            wheel.add(slot); // due in the past: the next tick
        });
        QCOMPARE(fired, 1);
        wheel.advance(6 * ms, [&](uint32_t) { ++fired; });
        QCOMPARE(fired, 2);
    }
};

QTEST_APPLESS_MAIN(tst_TimingWheel)
#include "tst_timingwheel.moc"
