// Task, all() and first(): laziness, ownership, failures, and that nothing grows or leaks.

#include <collector/join.h>

#include <QTest>

using namespace collector;

namespace {

// Something to wait for, resumed by hand.
struct Switch
{
    std::coroutine_handle<> waiter;
    int waits = 0;
    int withdrawals = 0;

    struct Wait
    {
        Switch &owner;
        bool isDone = false;
        explicit Wait(Switch &s) : owner(s) {}
        Wait(const Wait &) = delete;
        Wait &operator=(const Wait &) = delete;
        ~Wait()
        {
            if (!isDone) {
                owner.waiter = {};
                ++owner.withdrawals;
            }
        }
        bool await_ready() { return false; }
        void await_suspend(std::coroutine_handle<> handle)
        {
            owner.waiter = handle;
            ++owner.waits;
        }
        void await_resume() { isDone = true; }
    };
    Wait wait() { return Wait(*this); }
    void turnOn() { std::exchange(waiter, {}).resume(); }
};

Task<int> value(int number)
{
    co_return number;
}

Task<int> afterSwitch(Switch &s, int number)
{
    co_await s.wait();
    co_return number;
}

Task<> failing()
{
    throw std::runtime_error("as meant");
    co_return;
}

Task<> failingAfter(Switch &s)
{
    co_await s.wait();
    throw std::runtime_error("as meant");
}

Task<int> nested(Switch &s, int depth)
{
    if (depth == 0)
        co_return co_await afterSwitch(s, 7);
    co_return co_await nested(s, depth - 1);
}

Task<int> countTo(int limit)
{
    int sum = 0;
    while (sum < limit)
        sum += co_await value(1);
    co_return sum;
}

Task<QString> catching(Switch &s)
{
    try {
        co_await failingAfter(s);
    } catch (const std::runtime_error &error) {
        co_return QString::fromUtf8(error.what());
    }
    co_return QString();
}

} // namespace

class TestTask : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsNothingBeforeItIsStarted()
    {
        Switch s;
        {
            Task<int> task = afterSwitch(s, 1);
            QCOMPARE(s.waits, 0);
        }
        QCOMPARE(s.withdrawals, 0);
    }

    void givesItsValueThroughManyLevels()
    {
        Switch s;
        Task<int> task = nested(s, 50);
        task.start();
        QVERIFY(!task.isDone());
        s.turnOn();
        QVERIFY(task.isDone());
        QCOMPARE(task.result(), 7);
    }

    void withdrawsWhatItAwaitedWhenDestroyed()
    {
        Switch s;
        {
            Task<int> task = nested(s, 5);
            task.start();
            QCOMPARE(s.waits, 1);
        }
        QCOMPARE(s.withdrawals, 1);
        QVERIFY(!s.waiter);
    }

    void throwsInItsWaiterWhatItThrew()
    {
        Switch s;
        Task<QString> task = catching(s);
        task.start();
        s.turnOn();
        QCOMPARE(task.result(), QStringLiteral("as meant"));
    }

    // GCC 12 makes no tail call of a symmetric transfer at -O0 or under a sanitizer: the stack must not grow all the same.
    void aMillionFinishedTasksNeedNoStack()
    {
        Task<int> task = countTo(1'000'000);
        task.start();
        QVERIFY(task.isDone());
        QCOMPARE(task.result(), 1'000'000);
    }

    void allWaitsForEveryOne()
    {
        Switch a, b;
        Task<std::tuple<int, int, std::monostate>> task = all(afterSwitch(a, 1), afterSwitch(b, 2), Task<>(nothing()));
        task.start();
        b.turnOn();
        QVERIFY(!task.isDone());
        a.turnOn();
        QVERIFY(task.isDone());
        const auto [x, y, z] = task.result();
        QCOMPARE(x, 1);
        QCOMPARE(y, 2);
    }

    void allOfAVectorKeepsItsOrder()
    {
        std::vector<Switch> switches(20);
        std::vector<Task<int>> tasks;
        for (int i = 0; i < 20; ++i)
            tasks.push_back(afterSwitch(switches[size_t(i)], i));
        Task<std::vector<int>> task = all(std::move(tasks));
        task.start();
        for (int i = 19; i >= 0; --i)
            switches[size_t(i)].turnOn();
        QVERIFY(task.isDone());
        const std::vector<int> results = task.result();
        for (int i = 0; i < 20; ++i)
            QCOMPARE(results[size_t(i)], i);
    }

    void allOfNothingIsDoneAtOnce()
    {
        Task<std::vector<int>> task = all(std::vector<Task<int>>());
        task.start();
        QVERIFY(task.isDone());
        QVERIFY(task.result().empty());
    }

    void allThrowsOnlyWhenEveryOneHasEnded()
    {
        Switch a;
        auto task = all(failing(), afterSwitch(a, 1));
        task.start();
        QVERIFY(!task.isDone());
        a.turnOn();
        QVERIFY(task.isDone());
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, task.result());
    }

    void firstDestroysTheOthers()
    {
        Switch a, b;
        auto task = first(afterSwitch(a, 1), afterSwitch(b, 2));
        task.start();
        b.turnOn();
        QVERIFY(task.isDone());
        const auto result = task.result();
        QCOMPARE(result.index(), size_t(1));
        QCOMPARE(std::get<1>(result), 2);
        QCOMPARE(a.withdrawals, 1);
        QVERIFY(!a.waiter);
    }

    void firstStartsNoMoreOnceOneHasEnded()
    {
        Switch never;
        auto task = first(value(5), afterSwitch(never, 6));
        task.start();
        QVERIFY(task.isDone());
        QCOMPARE(std::get<0>(task.result()), 5);
        QCOMPARE(never.waits, 0);
    }

    void destroyingAJoinDestroysItsChildren()
    {
        Switch a, b;
        {
            auto task = all(nested(a, 3), nested(b, 3));
            task.start();
            QCOMPARE(a.waits + b.waits, 2);
        }
        QCOMPARE(a.withdrawals + b.withdrawals, 2);
    }

private:
    static Task<> nothing() { co_return; }
};

QTEST_APPLESS_MAIN(TestTask)
#include "tst_task.moc"
