// One record for every host, whatever its jobs do.

#include "enginefixture.h"

#include <QTimer>

#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace collector;
using namespace collector::testengine;

namespace {

Task<> sleepsALittle(JobContext &job)
{
    co_await job.sleep(std::chrono::milliseconds(1 + job.host().name().back() % 5)); // they end in another order
    job.facts().set("n", 7);
}

Task<> throwsAJobError(JobContext &job)
{
    job.facts().set("n", 7);
    throw JobError(Cause::BadOutput, QStringLiteral("no sense in it"));
    co_return;
}

Task<> throwsSomethingElse(JobContext &)
{
    throw std::runtime_error("a defect");
    co_return;
}

Task<> throwsAnInteger(JobContext &)
{
    throw 5;
    co_return;
}

Task<> liesAboutItsFacts(JobContext &job)
{
    job.facts().set("undeclared", 1);
    co_return;
}

Task<> isPartial(JobContext &job)
{
    job.facts().set("n", 7);
    job.setPartial(Cause::SudoDenied, QStringLiteral("without root"));
    co_return;
}

Task<> isPartialWithoutACause(JobContext &job)
{
    job.facts().set("n", 7);
    job.setPartial(Cause::None, QStringLiteral("half"));
    co_return;
}

Task<> failsWithoutACause(JobContext &)
{
    throw JobError(Cause::None, QStringLiteral("nothing"));
    co_return;
}

// The first waiter was forgotten, and the job ended as exec_timeout.
Task<> waitsTwiceForOneEvent(JobContext &job)
{
    job.facts().set("n", 7);
    const std::unique_ptr<Event> event = job.makeEvent();
    QTimer::singleShot(5, job.worker(), [&event] { event->set(); });
    co_await all(event->wait(), event->wait());
}

Task<> isLostAfterTheCommand(JobContext &job)
{
    co_await job.shell().run("send");
}

Task<> blocks(JobContext &job)
{
    std::function<int()> work = [] {
        std::this_thread::sleep_for(1ms);
        return 7;
    };
    job.facts().set("n", co_await job.blocking(std::move(work)));
}

Task<> neverYields(JobContext &job)
{
    if (job.host().name() == "host3")
        std::this_thread::sleep_for(60s);
    co_await job.sleep(5ms);
    job.facts().set("n", 7);
}

// It yields, but its callback does not.
Task<> isCalledForEver(JobContext &job)
{
    const std::unique_ptr<Event> event = job.makeEvent();
    Event *const raw = event.get();
    const bool isSlow = job.host().name() == "host3";
    QTimer::singleShot(5, job.worker(), [raw, isSlow] {
        if (isSlow)
            std::this_thread::sleep_for(60s);
        raw->set();
    });
    co_await event->wait();
    job.facts().set("n", 7);
}

// Stops the whole process within a turn, as Ctrl-Z may, and has it go on after two seconds.
Task<> isStopped(JobContext &job)
{
    if (job.host().name() == "host3") {
        const pid_t process = getpid();
        const pid_t waker = fork();
        if (waker == 0) {
            usleep(2'000'000);
            kill(process, SIGCONT);
            _exit(0);
        }
        kill(process, SIGSTOP);
        waitpid(waker, nullptr, 0);
        std::this_thread::sleep_for(300ms); // as the watchdog looks again
    }
    job.facts().set("n", 7);
    co_return;
}

Task<> blocksAtItsBeginning(JobContext &job)
{
    if (job.host().name() == "host3") {
        std::this_thread::sleep_for(3s);
        threadGivenUp = std::this_thread::get_id();
    }
    co_return;
}

// One holds its worker until that is given up, and lets go of it then; its neighbours end with it, those of the other worker later.
std::atomic<std::thread::id> heldThread;
std::atomic<bool> hasLetGo = false;

Task<> letsGoTooLate(JobContext &job)
{
    if (job.host().name() == "host3") {
        co_await job.sleep(200ms); // until all are in flight
        heldThread = std::this_thread::get_id();
        std::this_thread::sleep_for(1500ms);
        hasLetGo = true;
        co_return;
    }
    if (job.host().name().back() % 2 == 0)
        co_return; // so that both have room for more, and see that there are none
    while (!hasLetGo)
        co_await job.sleep(20ms);
    if (std::this_thread::get_id() != heldThread.load())
        co_await job.sleep(1500ms);
    job.facts().set("n", 7);
}

} // namespace

class TestEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyHostHasOneRecord_data()
    {
        QTest::addColumn<quint64>("hosts");
        QTest::addColumn<int>("workers");
        QTest::addColumn<int>("window");
        QTest::newRow("none") << quint64(0) << 2 << 10;
        QTest::newRow("one") << quint64(1) << 4 << 10;
        QTest::newRow("a few over many workers") << quint64(5) << 4 << 100;
        QTest::newRow("many through a narrow window") << quint64(2000) << 2 << 3;
        QTest::newRow("many at once") << quint64(5000) << 3 << 4000;
    }
    void everyHostHasOneRecord()
    {
        QFETCH(quint64, hosts);
        QFETCH(int, workers);
        QFETCH(int, window);
        RunLimits limits = threads(workers);
        limits.concurrency = window;
        for (auto *body : {setsAFact, sleepsALittle}) {
            Fixture fixture(hosts, {body}, limits);
            QVERIFY(fixture.run());
            QVERIFY(fixture.hasEachHostOnce(hosts));
            QCOMPARE(fixture.engine->counts().done, hosts);
            for (const Kept &record : fixture.sinks.records) {
                if (record.host.endsWith("13")) {
                    QCOMPARE(record.status, Status::Skipped);
                    QCOMPARE(record.cause, Cause::Excluded);
                    QCOMPARE(record.attempts, 0);
                    QCOMPARE(record.started, -1);
                } else {
                    QCOMPARE(record.status, Status::Ok);
                    QCOMPARE(record.cause, Cause::None);
                    QCOMPARE(record.n, 7);
                }
            }
        }
    }

    void holesOfTheSelectionHaveNone()
    {
        Fixture fixture(1000, {setsAFact}, threads(2), true);
        QVERIFY(fixture.run());
        QVERIFY(fixture.hasEachHostOnce(1000, true));
    }

    void endsOfJobs_data()
    {
        QTest::addColumn<Body>("body");
        QTest::addColumn<Status>("status");
        QTest::addColumn<Cause>("cause");
        QTest::addColumn<bool>("keepsFacts");
        QTest::newRow("a job's own error keeps its facts") << Body(throwsAJobError) << Status::Failed << Cause::BadOutput << true;
        QTest::newRow("an exception is the plugin's") << Body(throwsSomethingElse) << Status::Failed << Cause::PluginError << false;
        QTest::newRow("so is what is no exception") << Body(throwsAnInteger) << Status::Failed << Cause::PluginError << false;
        QTest::newRow("and a fact that is not declared") << Body(liesAboutItsFacts) << Status::Failed << Cause::PluginError << false;
        QTest::newRow("partial") << Body(isPartial) << Status::Partial << Cause::SudoDenied << true;
        QTest::newRow("partial without a cause") << Body(isPartialWithoutACause) << Status::Partial << Cause::PluginError << true;
        QTest::newRow("failed without a cause") << Body(failsWithoutACause) << Status::Failed << Cause::PluginError << false;
        QTest::newRow("two who wait for one event") << Body(waitsTwiceForOneEvent) << Status::Failed << Cause::PluginError << true;
        QTest::newRow("work on the pool") << Body(blocks) << Status::Ok << Cause::None << true;
    }
    void endsOfJobs()
    {
        QFETCH(Body, body);
        QFETCH(Status, status);
        QFETCH(Cause, cause);
        QFETCH(bool, keepsFacts);
        Fixture fixture(12, {body, setsAFact}, threads(2));
        QVERIFY(fixture.run());
        QVERIFY(fixture.hasEachHostOnce(12));
        for (const Kept &record : fixture.sinks.records) {
            // The second job is ok: so the host is at least partial.
            QCOMPARE(record.status, status == Status::Ok ? Status::Ok : Status::Partial);
            QCOMPARE(record.cause, cause);
            QCOMPARE(record.plugin, cause == Cause::None ? -1 : 0);
            QCOMPARE(record.jobs[0].first, status);
            QCOMPARE(record.jobs[0].second, cause);
            QCOMPARE(record.jobs[1].first, Status::Ok);
            if (keepsFacts)
                QCOMPARE(record.n, 7);
        }
    }

    void whatMayPassIsTriedAgain()
    {
        RunLimits limits = threads(2);
        limits.retries = 2;
        Fixture fixture(20, {isRefused}, limits);
        QVERIFY(fixture.run());
        QVERIFY(fixture.hasEachHostOnce(20));
        for (const Kept &record : fixture.sinks.records) {
            if (record.host.endsWith("13"))
                continue;
            QCOMPARE(record.status, Status::Unreachable);
            QCOMPARE(record.cause, Cause::Refused);
            QCOMPARE(record.attempts, 3);
        }
    }

    void aCommandNeverRunsTwice()
    {
        RunLimits limits = threads(1);
        limits.retries = 5;
        Fixture fixture(5, {isLostAfterTheCommand}, limits);
        QVERIFY(fixture.run());
        for (const Kept &record : fixture.sinks.records) {
            QCOMPARE(record.cause, Cause::ConnectionLost);
            QCOMPARE(record.attempts, 1);
        }
    }

    // A worker that hangs is given up: its hosts in flight are lost, no other is.
    void aJobThatNeverYieldsCostsItsWorkersHostsAlone()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 8;
        auto fixture = std::make_unique<Fixture>(400, std::vector<Body>{neverYields}, limits);
        QStringList warnings;
        giveUpSoon(*fixture, warnings);
        QVERIFY(fixture->run());
        QVERIFY(fixture->hasEachHostOnce(400));
        int internal = 0;
        for (const Kept &record : fixture->sinks.records) {
            internal += record.cause == Cause::Internal;
            if (record.host == "host3")
                QCOMPARE(record.cause, Cause::Internal);
        }
        // A busy machine may hold up another worker for as long: each that was given up had its share of the window.
        const auto givenUp = warnings.filter(QStringLiteral("a worker was given up")).size();
        QVERIFY(givenUp >= 1);
        QVERIFY2(internal >= 1 && internal <= 4 * givenUp, qPrintable(QString::number(internal)));
        keep(std::move(fixture));
    }

    // Nor does a callback of Qt's that does not return hold up the run: there is no turn of the reactor then, and no coroutine.
    void aCallbackThatNeverReturnsCostsItsWorkersHostsAlone()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 8;
        auto fixture = std::make_unique<Fixture>(100, std::vector<Body>{isCalledForEver}, limits);
        QStringList warnings;
        giveUpSoon(*fixture, warnings);
        QVERIFY(fixture->run());
        QVERIFY(fixture->hasEachHostOnce(100));
        QVERIFY2(!warnings.filter(QStringLiteral("such as a slot of Qt's, held it")).isEmpty(), qPrintable(warnings.join(u'\n')));
        keep(std::move(fixture));
    }

    void aProcessThatWasStoppedGivesNoWorkerUp()
    {
        Fixture fixture(10, {isStopped}, threads(2));
        QStringList warnings;
        giveUpSoon(fixture, warnings);
        QVERIFY(fixture.run());
        QVERIFY2(warnings.filter(QStringLiteral("given up")).isEmpty(), qPrintable(warnings.join(u'\n')));
        for (const Kept &record : fixture.sinks.records)
            QVERIFY(record.status == Status::Ok || record.cause == Cause::Excluded);
    }

    // The host is struck out, its record not with the sink yet: the run may not end before.
    void aWorkerThatIsGivenUpLosesNoRecord()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 8;
        auto fixture = std::make_unique<Fixture>(40, std::vector<Body>{setsAFact}, limits);
        fixture->sinks.slowHost = "host3";
        QStringList warnings;
        giveUpSoon(*fixture, warnings);
        QVERIFY(fixture->run());
        QVERIFY2(fixture->hasEachHostOnce(40), qPrintable(QString::number(fixture->sinks.records.size())));
        keep(std::move(fixture));
    }

    // One that comes back has no say any more: whether all is done the others tell.
    void aWorkerThatComesBackEndsNothing()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 40;
        auto fixture = std::make_unique<Fixture>(60, std::vector<Body>{letsGoTooLate}, limits);
        QStringList warnings;
        giveUpSoon(*fixture, warnings);
        QVERIFY(fixture->run());
        QVERIFY2(warnings.filter(QStringLiteral("a worker was given up")).size() >= 1, qPrintable(warnings.join(u'\n')));
        QVERIFY(fixture->hasEachHostOnce(60));
        QCOMPARE(fixture->engine->counts().missing, quint64(0));
        keep(std::move(fixture));
    }

    // The outputs may be written, and gone.
    void aWorkerThatComesBackTouchesNothing()
    {
        RunLimits limits = threads(2);
        limits.concurrency = 8;
        auto fixture = std::make_unique<Fixture>(40, std::vector<Body>{blocksAtItsBeginning}, limits);
        QStringList warnings;
        giveUpSoon(*fixture, warnings);
        QVERIFY(fixture->run());
        QVERIFY(fixture->hasEachHostOnce(40));
        QTRY_VERIFY(threadGivenUp.load() != std::thread::id());
        QTest::qWait(100);
        if (warnings.filter(QStringLiteral("a worker was given up")).isEmpty())
            QSKIP("this machine was too slow to give it up");
        QCOMPARE(callsOfIt.load(), 0);
        keep(std::move(fixture));
    }

private:
    static void giveUpSoon(Fixture &fixture, QStringList &warnings)
    {
        fixture.engine->warn = [&](const QString &text) { warnings.append(text); };
        fixture.engine->silenceToWarn = 200ms;
        fixture.engine->silenceToAbandon = 800ms;
    }

    // A thread that was given up uses what the fixture holds.
    static void keep(std::unique_ptr<Fixture> fixture)
    {
        [[maybe_unused]] static std::vector<std::unique_ptr<Fixture>> leaked;
        leaked.push_back(std::move(fixture));
    }
};

int main(int argc, char **argv)
{
    TestEngine tests;
    _exit(runTests(tests, argc, argv)); // a thread hangs, as meant: nobody waits for it
}

#include "tst_engine.moc"
