// A host's time, and the end of a run that is told to stop.

#include "enginefixture.h"

#include <QElapsedTimer>

using namespace collector;
using namespace collector::testengine;

namespace {

Task<> waitsForSomebody(JobContext &job)
{
    co_await job.shell().run("wait");
    job.facts().set("n", 7);
}

Task<> waitsAndSleepsForEver(JobContext &job)
{
    co_await job.shell().run("wait");
    co_await job.sleep(24h);
}

} // namespace

class TestEngineTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timeRunsOut()
    {
        RunLimits limits = threads(2);
        limits.timeout = 100ms;
        Fixture fixture(50, {setsAFact, sleepsForEver, setsAFact}, limits);
        QVERIFY(fixture.run());
        QVERIFY(fixture.hasEachHostOnce(50));
        for (const Kept &record : fixture.sinks.records) {
            if (record.host.endsWith("13"))
                continue;
            QCOMPARE(record.status, Status::Partial);
            QCOMPARE(record.cause, Cause::ExecTimeout);
            QCOMPARE(record.plugin, 1);
            QCOMPARE(record.jobs[2].second, Cause::ExecTimeout);
            QCOMPARE(record.n, 7); // what was learnt before is kept
        }
    }

    // Four times as long as its own time is; and beside those that wait there is room for as many again.
    void whatAHostWaitsForSomebodyIsNotItsTime()
    {
        RunLimits limits = threads(1);
        limits.timeout = 100ms;
        limits.concurrency = 5;
        mostWaitingHosts = 0;
        Fixture fixture(12, {waitsForSomebody}, limits);
        QVERIFY(fixture.run());
        QVERIFY(fixture.hasEachHostOnce(12));
        for (const Kept &record : fixture.sinks.records)
            QCOMPARE(record.cause, Cause::None);
        QCOMPARE(mostWaitingHosts, 10);
    }

    void afterwardsItsOwnTimeRunsOut()
    {
        RunLimits limits = threads(1);
        limits.timeout = 100ms;
        Fixture fixture(5, {waitsAndSleepsForEver}, limits);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(fixture.run());
        QVERIFY(timer.elapsed() >= 500);
        for (const Kept &record : fixture.sinks.records)
            QCOMPARE(record.cause, Cause::ExecTimeout);
    }

    void stoppedHostsHaveTheirRecordsToo()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 10;
        Fixture fixture(500, {sleepsForEver}, limits);
        fixture.engine->start([&] { fixture.isFinished = true; });
        QVERIFY(QTest::qWaitFor([&] { return fixture.engine->counts().inFlight == 10; }));
        fixture.engine->stop(Cause::Interrupted, QStringLiteral("enough"));
        QVERIFY(fixture.wait(10'000));
        QVERIFY(fixture.hasEachHostOnce(500));
        int interrupted = 0, notAttempted = 0;
        for (const Kept &record : fixture.sinks.records) {
            interrupted += record.cause == Cause::Interrupted;
            if (record.cause == Cause::NotAttempted) {
                ++notAttempted;
                QCOMPARE(record.attempts, 0);
                QCOMPARE(record.started, -1);
            }
        }
        QCOMPARE(interrupted, 10);
        QVERIFY(notAttempted > 480);
    }

    void stoppedBeforeItStartsItAsksNobody()
    {
        for (const int workers : {1, 3}) {
            Fixture fixture(500, {setsAFact}, threads(workers));
            fixture.engine->stop(Cause::Interrupted, QStringLiteral("too late"));
            QVERIFY(fixture.run());
            QVERIFY(fixture.hasEachHostOnce(500));
            for (const Kept &record : fixture.sinks.records) {
                QCOMPARE(record.attempts, 0);
                if (record.host.endsWith("13")) // nobody would have asked it
                    continue;
                QCOMPARE(record.cause, Cause::NotAttempted);
                QCOMPARE(record.message, QStringLiteral("too late"));
            }
        }
    }

    void waitingHostsEndAsNotAttemptedWhenStopped()
    {
        RunLimits limits = threads(1);
        limits.retries = 100;
        Fixture fixture(30, {isRefused}, limits);
        fixture.engine->start([&] { fixture.isFinished = true; });
        QVERIFY(QTest::qWaitFor([&] { return fixture.engine->counts().waiting > 5; }));
        fixture.engine->stop(Cause::Interrupted, QStringLiteral("enough"));
        QVERIFY(fixture.wait(10'000));
        QVERIFY(fixture.hasEachHostOnce(30));
    }
};

int main(int argc, char **argv)
{
    TestEngineTime tests;
    return runTests(tests, argc, argv);
}

#include "tst_enginetime.moc"
