// EchoDesk: series awaited by coroutines on a reactor, and what happens to those that are destroyed meanwhile.

#include "icmp/echodesk.h"

#include <collector/task.h>

#include <QElapsedTimer>
#include <QTest>

using namespace collector;
using namespace std::chrono_literals;

namespace {

Task<> pingOnce(EchoDesk &desk, EchoAddress address, PingRequest request, PingReply &reply, int &ended)
{
    reply = co_await desk.series(address, request);
    ++ended;
}

} // namespace

class tst_EchoDesk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyAtOnce()
    {
        EchoService service(0);
        Reactor reactor;
        EchoDesk desk(service, reactor);
        constexpr int count = 3000;
        std::vector<PingReply> replies(count);
        std::vector<Task<>> tasks;
        int ended = 0;
        for (int i = 0; i < count; ++i) {
            tasks.push_back(pingOnce(desk, EchoAddress::fromV4(0x7f200000u + uint32_t(i)), {}, replies[size_t(i)], ended));
            tasks.back().start();
        }
        QTRY_COMPARE_WITH_TIMEOUT(ended, count, 20'000);
        for (const PingReply &reply : replies) {
            QCOMPARE(reply.sent, 1);
            QCOMPARE(reply.received, 1);
            QCOMPARE(reply.cause, Cause::None);
            QVERIFY(reply.minimum <= reply.maximum);
        }
    }

    void destroyedAtAnyTime()
    {
        EchoService service(0);
        Reactor reactor;
        EchoDesk desk(service, reactor);
        PingRequest endless;
        endless.count = 1000;
        endless.interval = 1ms;
        std::vector<PingReply> replies(400);
        int ended = 0;
        for (int round = 0; round < 5; ++round) {
            std::vector<Task<>> tasks;
            for (int i = 0; i < 400; ++i) {
                const PingRequest request = i % 2 == 0 ? endless : PingRequest{};
                tasks.push_back(pingOnce(desk, EchoAddress::fromV4(0x7f200000u + uint32_t(i)), request, replies[size_t(i)], ended));
                tasks.back().start();
            }
            QTest::qWait(round * 3); // some have ended, some have an answer in the inbox, some are on the wire
            tasks.clear();
        }
        // Places are used again: a result of before must not end a series of now.
        PingReply last;
        ended = 0;
        Task<> task = pingOnce(desk, EchoAddress::fromV4(0x7f000001), {}, last, ended);
        task.start();
        QTRY_COMPARE_WITH_TIMEOUT(ended, 1, 20'000);
        QCOMPARE(last.sent, 1);
        QCOMPARE(last.received, 1);
    }

    // A tenth of a second's worth may wait; who heeds it never has more than that before the ping thread.
    void saysWhenThereIsRoom()
    {
        EchoService service(200);
        Reactor reactor;
        int calls = 0, started = 0, ended = 0;
        constexpr int count = 60;
        std::vector<PingReply> replies(count);
        std::vector<Task<>> tasks;
        tasks.reserve(count);
        std::function<void()> fill;
        EchoDesk desk(service, reactor, [&] {
            ++calls;
            fill();
        });
        fill = [&] {
            while (started < count && desk.hasRoom()) {
                tasks.push_back(pingOnce(desk, EchoAddress::fromV4(0x7f200000u + uint32_t(started)), {}, replies[size_t(started)], ended));
                tasks.back().start();
                ++started;
            }
        };
        QElapsedTimer timer;
        timer.start();
        fill();
        const qint64 mayHaveLeft = 10 + timer.elapsed() / 5; // 200 a second, and what goes at once
        QVERIFY2(started >= 20 && started < 20 + mayHaveLeft, qPrintable(QString::number(started)));
        QTRY_COMPARE_WITH_TIMEOUT(ended, count, 20'000);
        QVERIFY2(calls >= 2, "each call makes room for ten and more");
        QVERIFY(desk.hasRoom());
    }

    void deskGoesBeforeItsMessages()
    {
        EchoService service(0);
        Reactor reactor;
        PingReply reply;
        int ended = 0;
        {
            EchoDesk desk(service, reactor);
            Task<> task = pingOnce(desk, EchoAddress::fromV4(0x7f000001), {}, reply, ended);
            task.start();
            QThread::msleep(20); // the result is in the inbox, and nobody has turned the loop
        }
        QTest::qWait(20);
        QCOMPARE(ended, 0);
    }
};

QTEST_GUILESS_MAIN(tst_EchoDesk)
#include "tst_echodesk.moc"
