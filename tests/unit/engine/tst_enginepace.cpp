// How many hosts at a time, and how fast: what was asked for, and what this machine, its disk and its workers have room for.

#include "enginefixture.h"

#include <QElapsedTimer>

#include <thread>

using namespace collector;
using namespace collector::testengine;

namespace {

// Stands for a machine that has room for five.
std::atomic<int> roomTaken = 0;
std::atomic<int> refusals = 0;

struct Room
{
    Room()
    {
        if (++roomTaken > 5) {
            --roomTaken;
            ++refusals;
            throw JobError(Cause::LocalLimit, QStringLiteral("no descriptor is left"));
        }
    }
    ~Room() { --roomTaken; }
    Room(const Room &) = delete;
    Room &operator=(const Room &) = delete;
};

Task<> needsRoom(JobContext &job)
{
    const Room room;
    co_await job.sleep(20ms);
    job.facts().set("n", 7);
}

Task<> findsNoRoom(JobContext &)
{
    throw JobError(Cause::LocalLimit, QStringLiteral("no descriptor is left"));
    co_return;
}

std::atomic<bool> wasRefused = false;

Task<> isRefusedOnce(JobContext &job)
{
    if (!wasRefused.exchange(true))
        throw JobError(Cause::LocalLimit, QStringLiteral("no descriptor is left"));
    co_await job.sleep(20ms);
    job.facts().set("n", 7);
}

// Holds the loop, as no job should.
Task<> isInTheWay(JobContext &job)
{
    std::this_thread::sleep_for(2ms);
    co_await job.sleep(1ms);
    job.facts().set("n", 7);
}

} // namespace

class TestEnginePace : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noMoreAtATimeThanAsked_data()
    {
        QTest::addColumn<int>("workers");
        QTest::addColumn<int>("window");
        QTest::newRow("one, many workers") << 4 << 1;
        QTest::newRow("what cannot be divided") << 3 << 7;
        QTest::newRow("fewer than workers") << 8 << 5;
    }
    void noMoreAtATimeThanAsked()
    {
        QFETCH(int, workers);
        QFETCH(int, window);
        RunLimits limits = threads(workers);
        limits.concurrency = window;
        Fixture fixture(60, {sleepsForEver}, limits);
        fixture.engine->start([&] { fixture.isFinished = true; });
        QVERIFY(QTest::qWaitFor([&] { return fixture.engine->counts().inFlight >= quint64(window); }));
        QTest::qWait(50);
        QCOMPARE(fixture.engine->counts().inFlight, quint64(window));
        QCOMPARE(fixture.engine->counts().window, quint64(window));
        fixture.engine->stop(Cause::Interrupted, QStringLiteral("enough"));
        QVERIFY(fixture.wait(10'000));
        QVERIFY(fixture.hasEachHostOnce(60));
    }

    void theRateIsKept()
    {
        RunLimits limits = threads(2);
        limits.rate = 400;
        Fixture fixture(200, {setsAFact}, limits);
        QElapsedTimer clock;
        clock.start();
        QVERIFY(fixture.run());
        QVERIFY(clock.elapsed() >= 300); // half a second, less what may come at once
        QVERIFY(fixture.hasEachHostOnce(200));
    }

    // What this machine has no room for is not the host's failure, and none of its attempts.
    void aLimitOfThisMachineCostsNoHost()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 60;
        limits.retries = 0;
        refusals = 0;
        Fixture fixture(300, {needsRoom, setsAFact}, limits);
        QStringList told;
        fixture.engine->tellPace = [&](const QString &text) { told.append(text); };
        QVERIFY(fixture.run(60'000));
        QVERIFY(fixture.hasEachHostOnce(300));
        for (const Kept &record : fixture.sinks.records) {
            if (record.host.endsWith("13"))
                continue;
            QCOMPARE(record.status, Status::Ok);
            QCOMPARE(record.attempts, 1);
        }
        QVERIFY(refusals > 0);
        QVERIFY2(refusals < 300, qPrintable(QString::number(refusals))); // they were not all thrown against the wall
        const Slowdowns slow = fixture.engine->counts().slowdowns;
        QVERIFY(slow.of(Strain::LocalLimit) >= 2);
        QCOMPARE(slow.of(Strain::Loss), quint64(0));
        QVERIFY(slow.leastInFlight >= 2 && slow.leastInFlight <= 10);
        QVERIFY(!told.isEmpty());
        QVERIFY2(told.first().contains(QStringLiteral("descriptor")), qPrintable(told.first()));
    }

    void aLimitThatStaysEndsTheRunAllTheSame()
    {
        RunLimits limits = threads(1);
        limits.concurrency = 4;
        limits.roomPatience = 1s;
        Fixture fixture(200, {findsNoRoom, setsAFact}, limits);
        QVERIFY(fixture.run());
        QVERIFY(fixture.hasEachHostOnce(200));
        for (const Kept &record : fixture.sinks.records) {
            if (record.host.endsWith("13"))
                continue;
            QCOMPARE(record.jobs[0].first, Status::Failed); // never unreachable: it is us
            QCOMPARE(record.jobs[0].second, Cause::LocalLimit);
        }
    }

    void hostsThatWaitForRoomEndAsNotAttempted()
    {
        RunLimits limits = threads(1);
        limits.roomDelay = 1h;
        Fixture fixture(20, {findsNoRoom}, limits);
        fixture.engine->start([&] { fixture.isFinished = true; });
        QVERIFY(QTest::qWaitFor([&] { return fixture.engine->counts().waiting >= 2; }));
        fixture.engine->stop(Cause::Interrupted, QStringLiteral("enough"));
        QVERIFY(fixture.wait(10'000));
        QVERIFY(fixture.hasEachHostOnce(20));
        for (const Kept &record : fixture.sinks.records) {
            if (record.host.endsWith("13"))
                continue;
            QCOMPARE(record.cause, Cause::NotAttempted);
            QCOMPARE(record.attempts, 0);
        }
    }

    void aWorkerThatDoesNotKeepUpTakesFewer()
    {
        RunLimits limits = threads(1);
        limits.concurrency = 1000;
        Fixture fixture(800, {isInTheWay}, limits);
        QVERIFY(fixture.run(60'000));
        QVERIFY(fixture.hasEachHostOnce(800));
        const Slowdowns slow = fixture.engine->counts().slowdowns;
        QVERIFY(slow.of(Strain::Lag) >= 1);
        QVERIFY(slow.leastInFlight < 1000);
    }

    void aWindowThatAllHostsFitInIsNotToldOf()
    {
        RunLimits limits = threads(1);
        limits.concurrency = 50'000;
        Fixture fixture(400, {isInTheWay}, limits);
        QStringList told;
        fixture.engine->tellPace = [&](const QString &text) { told.append(text); };
        QVERIFY(fixture.run(60'000));
        QVERIFY(fixture.engine->counts().slowdowns.of(Strain::Lag) >= 1);
        QCOMPARE(told, QStringList());
    }

    void oneWorkerThatIsRefusedIsToldOfBesideOneWithRoom()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 50'000;
        wasRefused = false;
        Fixture fixture(400, {isRefusedOnce}, limits);
        QStringList told;
        fixture.engine->tellPace = [&](const QString &text) { told.append(text); };
        QVERIFY(fixture.run(60'000));
        QVERIFY(fixture.engine->counts().window > 400); // the other's
        QCOMPARE(fixture.engine->counts().slowdowns.of(Strain::LocalLimit), quint64(1));
        QVERIFY2(!told.isEmpty() && told.first().contains(QStringLiteral("descriptor")), qPrintable(told.join(u'/')));
    }

    void aSlowDiskMakesWorkersTakeFewer()
    {
        Fixture fixture(300, {setsAFact}, threads(2));
        fixture.sinks.room = 40;
        fixture.engine->start([&] { fixture.isFinished = true; });
        QVERIFY(QTest::qWaitFor([&] { return fixture.sinks.refused.load() >= 2; }));
        QTest::qWait(50);
        {
            const std::lock_guard lock(fixture.sinks.mutex);
            QVERIFY(fixture.sinks.records.size() < 45);
        }
        fixture.sinks.room = INT_MAX;
        for (const auto &wake : fixture.sinks.wakes)
            wake();
        QVERIFY(fixture.wait(10'000));
        QVERIFY(fixture.hasEachHostOnce(300));
    }
};

int main(int argc, char **argv)
{
    TestEnginePace tests;
    return runTests(tests, argc, argv);
}

#include "tst_enginepace.moc"
