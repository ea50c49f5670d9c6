// ConnectProbes on loopback, by a thread that does not get its turn for a while: what was decided in time counts.

#include "icmp/connectprobes.h"

#include "icmp/clock.h"

#include <QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <thread>

using namespace collector;
using namespace std::chrono_literals;

class tst_ConnectProbes : public QObject
{
    Q_OBJECT

private:
    const int m_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint16_t m_port = 0;

private Q_SLOTS:
    void initTestCase()
    {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        socklen_t length = sizeof name;
        QCOMPARE(bind(m_listener, reinterpret_cast<const sockaddr *>(&name), length), 0);
        QCOMPARE(listen(m_listener, 4096), 0);
        QCOMPARE(getsockname(m_listener, reinterpret_cast<sockaddr *>(&name), &length), 0);
        m_port = ntohs(name.sin_port);
    }
    void cleanupTestCase() { close(m_listener); }

    // More than one look at the epoll set gives, and read when all their waits are over.
    void readLateIsNotAnsweredLate()
    {
        constexpr uint32_t count = 700;
        ConnectProbes probes(steadyNow());
        std::set<uint32_t> answered;
        const auto take = [&] {
            for (const ConnectProbes::Outcome &outcome : probes.takeOutcomes()) {
                QCOMPARE(outcome.cause, EchoCause::None);
                QVERIFY2(outcome.rtt <= 200ms, qPrintable(QString::number(outcome.rtt.count())));
                answered.insert(outcome.id.slot);
            }
        };
        for (uint32_t i = 0; i < count; ++i)
            QCOMPARE(probes.start({i, 0, 0}, EchoAddress::fromV4(0x7f000001u + i), m_port, 200ms), ConnectProbes::Start::Begun);
        std::this_thread::sleep_for(300ms);
        take();
        probes.expire(steadyNow());
        take();
        QCOMPARE(answered.size(), size_t(count));
    }

    // Of a connection the kernel knows how long it took, whenever we look.
    void theRoundTripIsTheKernels()
    {
        ConnectProbes probes(steadyNow());
        QCOMPARE(probes.start({0, 0, 0}, EchoAddress::fromV4(INADDR_LOOPBACK), m_port, 1s), ConnectProbes::Start::Begun);
        std::this_thread::sleep_for(200ms);
        const auto outcomes = probes.takeOutcomes();
        QCOMPARE(outcomes.size(), size_t(1));
        QVERIFY2(outcomes[0].rtt < 100ms, qPrintable(QString::number(outcomes[0].rtt.count())));
    }
};

QTEST_APPLESS_MAIN(tst_ConnectProbes)
#include "tst_connectprobes.moc"
