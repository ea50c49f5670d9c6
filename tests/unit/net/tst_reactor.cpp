// Reactor, Inbox and offload: readiness, deadlines, other threads, and destruction at every moment.

#include "net/offload.h"
#include "net/reactor.h"
#include "net/tcpconnect.h"

#include <collector/join.h>

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>
#include <utility>

using namespace collector;
using namespace std::chrono_literals;

namespace {

// What a thread has of its own, and takes a while to take apart.
struct SlowEnd
{
    static inline std::atomic<int> begun = 0;
    static inline std::atomic<int> ended = 0;
    bool isBegun = false;

    void begin() { begun += !std::exchange(isBegun, true); }
    ~SlowEnd()
    {
        std::this_thread::sleep_for(20ms);
        ++ended;
    }
};

struct Pair
{
    Pair() { socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()); }
    ~Pair()
    {
        close(ends[0]);
        close(ends[1]);
    }
    Pair(const Pair &) = delete;
    Pair &operator=(const Pair &) = delete;
    void tell() { QCOMPARE(write(ends[1], "x", 1), ssize_t(1)); }
    std::array<int, 2> ends{};
};

Task<Reactor::Wake> waitFor(Reactor &reactor, int fd, std::chrono::milliseconds time)
{
    co_return co_await reactor.ready(fd, EPOLLIN, reactor.after(time));
}

Task<> sleepUntilThen(Reactor &reactor, Deadline deadline, std::vector<int> &log, int number)
{
    co_await reactor.sleepUntil(deadline);
    log.push_back(number);
}

Task<> sleepThen(Reactor &reactor, std::chrono::milliseconds time, std::vector<int> &log, int number)
{
    return sleepUntilThen(reactor, reactor.after(time), log, number);
}

Task<int> lend(Reactor &reactor, ThreadPool &pool, std::shared_ptr<std::atomic<int>> counter)
{
    std::function<void()> step = [counter] { ++*counter; };
    co_await offload(reactor, pool, std::move(step));
    co_return counter->load();
}

Task<> lendFailing(Reactor &reactor, ThreadPool &pool)
{
    std::function<void()> step = [] { throw std::runtime_error("over there"); };
    co_await offload(reactor, pool, std::move(step));
}

template<typename T>
bool runUntilDone(Task<T> &task, std::chrono::milliseconds limit = 5s)
{
    return QTest::qWaitFor([&] { return task.isDone(); }, int(limit.count()));
}

} // namespace

class TestReactor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void resumesWhenADescriptorIsReady()
    {
        Reactor reactor;
        Pair pair;
        auto task = waitFor(reactor, pair.ends[0], 5s);
        task.start();
        pair.tell();
        QVERIFY(runUntilDone(task));
        QCOMPARE(task.result(), Reactor::Wake::Ready);
        reactor.forget(pair.ends[0]);
    }

    void tellsWhenTheDeadlineComesFirst()
    {
        Reactor reactor;
        Pair pair;
        auto task = waitFor(reactor, pair.ends[0], 30ms);
        task.start();
        QVERIFY(runUntilDone(task));
        QCOMPARE(task.result(), Reactor::Wake::Expired);
        reactor.forget(pair.ends[0]);
    }

    // What had come in time is not called a timeout because we looked late.
    void dataThatCameCountsBeforeADeadline()
    {
        Reactor reactor;
        Pair pair;
        auto task = waitFor(reactor, pair.ends[0], 20ms);
        task.start();
        pair.tell();
        QTest::qSleep(60);
        QVERIFY(runUntilDone(task));
        QCOMPARE(task.result(), Reactor::Wake::Ready);
        reactor.forget(pair.ends[0]);
    }

    void ourOwnLagIsNoTimeout()
    {
        Reactor reactor;
        std::vector<int> log;
        auto held = sleepThen(reactor, 1ms, log, 1);
        held.start();
        QVERIFY(runUntilDone(held));
        Deadline before{}, after{};
        reactor.later([&] {
            before = reactor.now();
            QTest::qSleep(3000); // a call that does not yield
        });
        QVERIFY(QTest::qWaitFor([&] { return before != Deadline{}; }));
        auto next = sleepThen(reactor, 1ms, log, 2);
        next.start();
        QVERIFY(runUntilDone(next));
        after = reactor.now();
        QVERIFY2(after - before < 2000ms, "the whole of our own lag was counted");
    }

    void whatIsTooLongToBeCountedIsNeverOver()
    {
        const Reactor reactor;
        QCOMPARE(reactor.after(std::chrono::milliseconds::max()), never);
        QCOMPARE(reactor.after(std::chrono::hours::max()), never);
        QCOMPARE(reactor.after(std::chrono::nanoseconds::max()), never);
        QVERIFY(reactor.after(24h * 365) < never);
    }

    void sleepersWakeInOrder()
    {
        Reactor reactor;
        std::vector<int> log;
        const Deadline now = reactor.now(); // of all three, however long it takes until the last has begun
        auto task = all(sleepUntilThen(reactor, now + 60ms, log, 3), sleepUntilThen(reactor, now + 20ms, log, 1),
                        sleepUntilThen(reactor, now + 40ms, log, 2));
        task.start();
        QVERIFY(runUntilDone(task));
        QCOMPARE(log, (std::vector<int>{1, 2, 3}));
    }

    void aDestroyedWaitIsForgotten()
    {
        Reactor reactor;
        Pair pair;
        {
            auto task = waitFor(reactor, pair.ends[0], 5s);
            task.start();
            pair.tell();
        }
        std::vector<int> log;
        auto other = sleepThen(reactor, 30ms, log, 1);
        other.start();
        QVERIFY(runUntilDone(other));
        reactor.forget(pair.ends[0]);
    }

    // libssh closes a descriptor, a new connection gets its number within the same turn: what epoll still says is stale.
    void aReusedDescriptorNumberIsAnotherOne()
    {
        Reactor reactor;
        for (int round = 0; round < 200; ++round) {
            auto pair = std::make_unique<Pair>();
            auto first = waitFor(reactor, pair->ends[0], 5s);
            first.start();
            pair->tell();
            reactor.forget(pair->ends[0]);
            {
                auto moved = std::move(first);
            }
            pair = std::make_unique<Pair>();
            auto second = waitFor(reactor, pair->ends[0], 3ms);
            second.start();
            QVERIFY(runUntilDone(second));
            QCOMPARE(second.result(), Reactor::Wake::Expired);
            reactor.forget(pair->ends[0]);
        }
    }

    // libssh closes a descriptor at a failed write and does not say so; somebody still waits for it when the kernel gives its number to the
    // next connection.
    void aNumberClosedWithoutAWordIsWatchedAnew()
    {
        Reactor reactor;
        Pair lost;
        const int number = lost.ends[0];
        auto first = waitFor(reactor, number, 5s);
        first.start();
        close(number);
        Pair fresh;
        QCOMPARE(fresh.ends[0], number);
        const OwnedSocket socket(reactor, number);
        auto second = waitFor(reactor, number, 2s);
        second.start();
        QVERIFY(runUntilDone(first));
        QCOMPARE(first.result(), Reactor::Wake::Ready); // and finds out by itself
        fresh.tell();
        QVERIFY(runUntilDone(second));
        QCOMPARE(second.result(), Reactor::Wake::Ready);
        lost.ends[0] = fresh.ends[0] = -1; // the socket's
    }

    void nothingIsWaitedForWithoutADescriptor()
    {
        Reactor reactor;
        auto task = waitFor(reactor, -1, 5s);
        task.start();
        QVERIFY(task.isDone());
        QCOMPARE(task.result(), Reactor::Wake::Ready);
    }

    void aLentStepComesBack()
    {
        Reactor reactor;
        ThreadPool pool(2, "test");
        auto counter = std::make_shared<std::atomic<int>>(41);
        auto task = lend(reactor, pool, counter);
        task.start();
        QVERIFY(runUntilDone(task));
        QCOMPARE(task.result(), 42);
    }

    void aLentStepsFailureIsThrownHere()
    {
        Reactor reactor;
        ThreadPool pool(1, "test");
        auto task = lendFailing(reactor, pool);
        task.start();
        QVERIFY(runUntilDone(task));
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, task.result());
    }

    void aLentStepRunsOnWhenItsWaiterIsDestroyed()
    {
        auto counter = std::make_shared<std::atomic<int>>(0);
        Reactor reactor;
        ThreadPool pool(3, "test");
        for (int i = 0; i < 300; ++i) {
            auto task = lend(reactor, pool, counter);
            task.start();
            if (i % 3 == 0)
                QCoreApplication::processEvents();
        }
        QVERIFY(QTest::qWaitFor([&] { return counter->load() == 300; }));
    }

    // Two that hung held up all others, for ever.
    // A pool of one thread is one thing at a time, such as a terminal or an agent, whoever waits for it.
    void oneThreadStaysOne()
    {
        const auto mayEnd = std::make_shared<std::atomic<bool>>(false);
        auto counter = std::make_shared<std::atomic<int>>(0);
        Reactor reactor;
        ThreadPool pool(1, "test");
        {
            const auto begun = std::make_shared<std::atomic<bool>>(false);
            std::function<void()> step = [begun, mayEnd] {
                *begun = true;
                while (!*mayEnd)
                    std::this_thread::sleep_for(1ms);
            };
            auto forsaken = offload(reactor, pool, std::move(step));
            forsaken.start();
            QVERIFY(QTest::qWaitFor([&] { return begun->load(); }));
        }
        auto task = lend(reactor, pool, counter);
        task.start();
        QTest::qWait(50);
        QCOMPARE(counter->load(), 0);
        *mayEnd = true;
        QVERIFY(runUntilDone(task));
        QCOMPARE(counter->load(), 1);
    }

    void stepsThatHangHoldNobodyUp()
    {
        const auto mayEnd = std::make_shared<std::atomic<bool>>(false);
        const auto begun = std::make_shared<std::atomic<int>>(0);
        auto counter = std::make_shared<std::atomic<int>>(0);
        Reactor reactor;
        ThreadPool pool(2, "test", 5);
        {
            std::vector<Task<>> hanging;
            for (int i = 0; i < 5; ++i) {
                std::function<void()> step = [begun, mayEnd] {
                    ++*begun;
                    while (!*mayEnd)
                        std::this_thread::sleep_for(1ms);
                };
                hanging.push_back(offload(reactor, pool, std::move(step)));
                hanging.back().start();
            }
            QVERIFY(QTest::qWaitFor([&] { return begun->load() == 2; }));
        }
        QVERIFY(QTest::qWaitFor([&] { return begun->load() >= 4; })); // others have their places
        auto task = lend(reactor, pool, counter);
        task.start();
        QVERIFY(runUntilDone(task));
        *mayEnd = true;
        QVERIFY(QTest::qWaitFor([&] { return pool.lost()->load() == 0; }));
    }

    // Else they end beside the destructors of the process.
    void anAbandonedPoolLeavesOnlyWhatHangs()
    {
        const auto mayEnd = std::make_shared<std::atomic<bool>>(false);
        const auto begun = std::make_shared<std::atomic<int>>(0);
        ThreadPool pool(4, "test");
        pool.run([begun, mayEnd] {
            ++*begun;
            while (!*mayEnd)
                std::this_thread::sleep_for(1ms);
        });
        QVERIFY(QTest::qWaitFor([&] { return *begun == 1; }));
        for (int i = 0; i < 3; ++i)
            pool.run([begun] {
                thread_local SlowEnd slow;
                slow.begin();
                ++*begun;
            });
        QVERIFY(QTest::qWaitFor([&] { return *begun == 4; }));
        QElapsedTimer timer;
        timer.start();
        pool.abandon(2s);
        QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed()))); // the one that hangs would for ever
        QVERIFY(SlowEnd::begun > 0);
        QCOMPARE(SlowEnd::ended.load(), SlowEnd::begun.load());
        *mayEnd = true;
    }

    void manyThreadsMaySendAtOnce()
    {
        Reactor reactor;
        int received = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([inbox = reactor.inbox(), &received] {
                for (int k = 0; k < 5000; ++k)
                    inbox->send([&received] { ++received; });
            });
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY(QTest::qWaitFor([&] { return received == 20'000; }));
    }

    void anInboxOutlivesItsReactor()
    {
        std::shared_ptr<Inbox> inbox;
        {
            Reactor reactor;
            inbox = reactor.inbox();
        }
        inbox->send([] { QFAIL("nobody is there"); });
    }
};

QTEST_GUILESS_MAIN(TestReactor)
#include "tst_reactor.moc"
