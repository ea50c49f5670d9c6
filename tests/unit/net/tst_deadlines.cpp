// Deadlines: the heap against a sorted list, by random operations.

#include "net/deadlines.h"

#include <QTest>

#include <map>
#include <memory>
#include <random>

using namespace collector;
using namespace std::chrono_literals;

namespace {

class Recorder final : public Deadlines::Timer
{
public:
    Recorder(std::vector<int> &log, int number) : m_log(log), m_number(number) {}
    std::function<void()> then;

protected:
    void expired() override
    {
        m_log.push_back(m_number);
        if (then)
            then();
    }

private:
    std::vector<int> &m_log;
    const int m_number;
};

Deadline at(int time)
{
    return Deadline(std::chrono::milliseconds(time));
}

} // namespace

class TestDeadlines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithASortedList()
    {
        std::mt19937 random(1);
        std::vector<int> log;
        Deadlines heap;
        std::vector<std::unique_ptr<Recorder>> timers;
        for (int i = 0; i < 200; ++i)
            timers.push_back(std::make_unique<Recorder>(log, i));
        std::map<int, int> model; // timer → time
        int now = 0;
        for (int step = 0; step < 20'000; ++step) {
            const int timer = int(random() % timers.size());
            switch (random() % 4) {
            case 0:
            case 1:
                model[timer] = now + 1 + int(random() % 1000);
                heap.start(*timers[size_t(timer)], at(model[timer]));
                break;
            case 2:
                heap.stop(*timers[size_t(timer)]);
                model.erase(timer);
                break;
            default:
                now += int(random() % 20);
                log.clear();
                heap.expire(at(now));
                int last = 0;
                for (const int expired : log) {
                    QVERIFY(model.contains(expired));
                    QVERIFY(model[expired] <= now && model[expired] >= last);
                    last = model[expired];
                    model.erase(expired);
                }
                for (const auto &[left, time] : model)
                    QVERIFY(time > now);
            }
            int first = INT_MAX;
            for (const auto &[left, time] : model)
                first = std::min(first, time);
            QCOMPARE(heap.next(), model.empty() ? never : at(first));
        }
    }

    void aDestroyedTimerIsNotTold()
    {
        std::vector<int> log;
        Deadlines heap;
        auto timer = std::make_unique<Recorder>(log, 1);
        heap.start(*timer, at(5));
        timer.reset();
        heap.expire(at(10));
        QVERIFY(log.empty());
        QCOMPARE(heap.next(), never);
    }

    void mayBeStartedAgainAsItExpires()
    {
        std::vector<int> log;
        Deadlines heap;
        Recorder timer(log, 1);
        timer.then = [&] { heap.start(timer, at(20)); };
        heap.start(timer, at(5));
        heap.expire(at(10));
        QCOMPARE(log.size(), size_t(1));
        QCOMPARE(heap.next(), at(20));
    }

    void outlivesItsHeap()
    {
        std::vector<int> log;
        Recorder timer(log, 1);
        {
            Deadlines heap;
            heap.start(timer, at(5));
        }
        QVERIFY(!timer.isRunning());
    }
};

QTEST_APPLESS_MAIN(TestDeadlines)
#include "tst_deadlines.moc"
