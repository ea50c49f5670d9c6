#include "net/gate.h"

#include <collector/join.h>
#include <collector/task.h>

#include <QCoreApplication>
#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>

using namespace collector;

namespace {

Task<> holdFor(Reactor &reactor, Gate &gate, std::chrono::milliseconds time, int &inside, int &most, int &served)
{
    const Gate::Pass pass = co_await gate.enter(reactor);
    most = std::max(most, ++inside);
    co_await reactor.sleepUntil(reactor.after(time));
    --inside;
    ++served;
}

void spinUntil(const std::function<bool()> &isDone)
{
    while (!isDone())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

} // namespace

class GateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void letsSoManyInAtATime()
    {
        Reactor reactor;
        Gate gate(3);
        int inside = 0;
        int most = 0;
        int served = 0;
        std::vector<Task<>> tasks;
        for (int i = 0; i < 20; ++i) {
            tasks.push_back(holdFor(reactor, gate, std::chrono::milliseconds(2), inside, most, served));
            tasks.back().start();
        }
        spinUntil([&served] { return served == 20; });
        QCOMPARE(most, 3);
        QCOMPARE(inside, 0);
    }

    void whoIsDestroyedWhileWaitingGivesUpItsPlace()
    {
        Reactor reactor;
        Gate gate(1);
        int inside = 0;
        int most = 0;
        int served = 0;
        {
            std::vector<Task<>> tasks;
            for (int i = 0; i < 10; ++i) {
                tasks.push_back(holdFor(reactor, gate, std::chrono::milliseconds(5), inside, most, served));
                tasks.back().start();
            }
            spinUntil([&served] { return served == 2; });
        } // one inside, the rest waiting, one perhaps just admitted
        inside = 0;
        auto last = holdFor(reactor, gate, std::chrono::milliseconds(1), inside, most, served);
        served = 0;
        last.start();
        spinUntil([&served] { return served == 1; });
        QCOMPARE(most, 1);
    }

    void moreSlotsAdmitThoseWhoWait()
    {
        Reactor reactor;
        Gate gate(0);
        int inside = 0;
        int most = 0;
        int served = 0;
        std::vector<Task<>> tasks;
        for (int i = 0; i < 5; ++i) {
            tasks.push_back(holdFor(reactor, gate, std::chrono::milliseconds(20), inside, most, served));
            tasks.back().start();
        }
        QCOMPARE(inside, 0);
        gate.setSlots(5);
        spinUntil([&served] { return served == 5; });
        QCOMPARE(most, 5);
    }

    void isSharedByThreads()
    {
        Gate gate(2);
        std::atomic<int> inside = 0;
        std::atomic<int> most = 0;
        std::atomic<int> served = 0;
        const auto enter = [](Reactor &reactor, Gate &shared, std::atomic<int> &now, std::atomic<int> &peak, std::atomic<int> &ended,
                              int &own) -> Task<> {
            for (int i = 0; i < 50; ++i) {
                const Gate::Pass pass = co_await shared.enter(reactor);
                const int count = ++now;
                int seen = peak;
                while (count > seen && !peak.compare_exchange_weak(seen, count)) {
                }
                co_await reactor.sleepUntil(reactor.after(std::chrono::microseconds(100)));
                --now;
                ++ended;
                ++own;
            }
        };
        std::vector<std::unique_ptr<QThread>> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back(QThread::create([&] {
                QEventLoop loop;
                Reactor reactor;
                int own = 0;
                std::vector<Task<>> tasks;
                for (int i = 0; i < 3; ++i) {
                    tasks.push_back(enter(reactor, gate, inside, most, served, own));
                    tasks.back().start();
                }
                while (own < 150)
                    loop.processEvents(QEventLoop::WaitForMoreEvents);
            }));
            threads.back()->start();
        }
        for (const auto &thread : threads)
            thread->wait();
        QCOMPARE(served.load(), 600);
        QVERIFY(most.load() <= 2);
    }
};

QTEST_GUILESS_MAIN(GateTest)
#include "tst_gate.moc"
