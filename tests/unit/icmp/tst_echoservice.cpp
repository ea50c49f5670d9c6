// EchoService on loopback, by whichever method this process may use: every submitted series ends exactly once, and rightly.

#include "icmp/echodesk.h"
#include "icmp/echoservice.h"

#include <QElapsedTimer>
#include <QSemaphore>
#include <QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <map>

using namespace collector;
using namespace std::chrono_literals;

static std::atomic_int socketError = 0;
static std::atomic_int routeSocketError = 0;

// In place of the library's: a sandbox that allows no TCP, a process at its limit; one that has none to ask the routes with.
extern "C" int socket(int family, int type, int protocol) noexcept
{
    const bool asksRoutes = (type & SOCK_DGRAM) != 0 && (type & SOCK_STREAM) == 0 && protocol == 0;
    const int error = family == AF_UNIX ? 0 : (type & SOCK_STREAM) != 0 ? socketError.load() : asksRoutes ? routeSocketError.load() : 0;
    if (error == 0)
        return int(syscall(SYS_socket, family, type, protocol));
    errno = error;
    return -1;
}

namespace {

class Caller
{
public:
    explicit Caller(EchoService &service) : m_mailbox(service.openMailbox({[this] { m_ready.release(); }, {}})) {}
    ~Caller() { m_mailbox->close(); }

    EchoMailbox *operator->() const { return m_mailbox.get(); }

    // Waits for so many results; by token. What comes twice fails the test.
    std::map<uint64_t, EchoResult> results(size_t count)
    {
        std::map<uint64_t, EchoResult> all;
        std::vector<EchoResult> some;
        while (all.size() < count && m_ready.tryAcquire(1, 20'000)) {
            m_mailbox->takeResults(some);
            for (const EchoResult &result : some) {
                if (!all.emplace(result.token, result).second)
                    qFatal("a result came twice");
            }
        }
        return all;
    }

private:
    QSemaphore m_ready;
    std::shared_ptr<EchoMailbox> m_mailbox;
};

EchoRequest request(uint64_t token, const char *address)
{
    EchoRequest result;
    result.token = token;
    result.address = *EchoAddress::fromText(address);
    return result;
}

// A port that nobody listens on, nor will: it is ours, on every address.
class ClosedPort
{
public:
    ClosedPort()
    {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        socklen_t length = sizeof name;
        if (bind(m_descriptor, reinterpret_cast<const sockaddr *>(&name), length) != 0 ||
            getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&name), &length) != 0)
            qFatal("no port is left");
        m_number = ntohs(name.sin_port);
    }
    ~ClosedPort() { close(m_descriptor); }
    ClosedPort(const ClosedPort &) = delete;
    ClosedPort &operator=(const ClosedPort &) = delete;

    [[nodiscard]] uint16_t number() const { return m_number; }

private:
    const int m_descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint16_t m_number = 0;
};

} // namespace

class tst_EchoService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyMoreThanSequenceNumbers()
    {
        constexpr uint32_t count = 100'000;
        EchoService service(0);
        Caller caller(service);
        EchoRequest one;
        for (uint32_t i = 0; i < count; ++i) {
            one.token = i;
            one.address = EchoAddress::fromV4(0x7f200000u + i);
            caller->submit(one);
        }
        const auto results = caller.results(count);
        QCOMPARE(results.size(), size_t(count));
        for (const auto &[token, result] : results)
            QVERIFY2(result.received == 1 && result.cause == EchoCause::None, qPrintable(QString::number(token)));
    }

    void aSeriesTakesItsTimeAndNoLonger()
    {
        EchoService service(0);
        Caller caller(service);
        EchoRequest three = request(1, "127.0.0.1");
        three.count = 3;
        three.interval = 40ms;
        const auto begin = std::chrono::steady_clock::now();
        caller->submit(three);
        const EchoResult result = caller.results(1).at(1);
        QVERIFY(std::chrono::steady_clock::now() - begin >= 80ms);
        QCOMPARE(int(result.sent), 3);
        QCOMPARE(int(result.received), 3);
        QVERIFY(result.rttMin <= result.rttAvg && result.rttAvg <= result.rttMax);
        QVERIFY(result.rttMax < three.wait);
        if (result.method == EchoMethod::Icmp)
            QCOMPARE(int(result.ttl), 64);
    }

    void badAddresses_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::newRow("multicast") << QByteArray("224.0.0.1");
        QTest::newRow("broadcast of a subnet, which the kernel knows") << QByteArray("127.255.255.255");
    }
    void badAddresses()
    {
        QFETCH(QByteArray, address);
        EchoService service(0);
        Caller caller(service);
        caller->submit(request(1, address.constData()));
        const EchoResult result = caller.results(1).at(1);
        QCOMPARE(result.cause, EchoCause::BadAddress);
        QCOMPARE(int(result.received), 0);
    }

    void ipv6()
    {
        EchoService service(0);
        Caller caller(service);
        caller->submit(request(1, "::1"));
        const EchoResult result = caller.results(1).at(1);
        if (result.cause == EchoCause::NoRoute)
            QSKIP("no IPv6 on this machine's loopback");
        QCOMPARE(int(result.received), 1);
    }

    void tcp_data()
    {
        QTest::addColumn<bool>("isListening");
        QTest::newRow("connected") << true;
        QTest::newRow("refused") << false;
    }
    void tcp()
    {
        QFETCH(bool, isListening);
        const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof name;
        QCOMPARE(bind(listener, reinterpret_cast<const sockaddr *>(&name), length), 0);
        QCOMPARE(listen(listener, 16), 0);
        getsockname(listener, reinterpret_cast<sockaddr *>(&name), &length);

        const ClosedPort closed;
        EchoService service(0);
        Caller caller(service);
        EchoRequest probe = request(1, "127.0.0.1");
        probe.method = EchoMethod::Tcp;
        probe.tcpPort = isListening ? ntohs(name.sin_port) : closed.number();
        probe.count = 2;
        probe.interval = 10ms;
        caller->submit(probe);
        const EchoResult result = caller.results(1).at(1);
        QCOMPARE(result.method, EchoMethod::Tcp);
        QCOMPARE(result.cause, EchoCause::None);
        QCOMPARE(int(result.sent), 2);
        QCOMPARE(int(result.received), 2);
        QVERIFY(result.rttMax < 1s);
        close(listener);
    }

    void noSocketIsToBeHad_data()
    {
        QTest::addColumn<int>("error");
        QTest::addColumn<EchoCause>("cause");
        QTest::addColumn<int>("seconds"); // at most
        QTest::addColumn<QString>("advice");
        QTest::newRow("seccomp") << int(EPERM) << EchoCause::NotPermitted << 1 << QStringLiteral("may open no TCP socket");
        QTest::newRow("SELinux") << int(EACCES) << EchoCause::NotPermitted << 1 << QStringLiteral("may open no TCP socket");
        QTest::newRow("no descriptor") << int(EMFILE) << EchoCause::LocalLimit << 10 << QStringLiteral("ulimit -n");
        QTest::newRow("no memory") << int(ENOBUFS) << EchoCause::LocalLimit << 10 << QStringLiteral("ulimit -n");
    }
    // It was tried each millisecond until the host's time was over, which then had not answered.
    void noSocketIsToBeHad()
    {
        QFETCH(int, error);
        QFETCH(EchoCause, cause);
        QFETCH(int, seconds);
        QFETCH(QString, advice);
        EchoService service(0);
        Caller caller(service);
        EchoRequest probe = request(1, "127.0.0.1");
        probe.method = EchoMethod::Tcp;
        QElapsedTimer timer;
        timer.start();
        socketError = error;
        caller->submit(probe);
        const auto results = caller.results(1);
        socketError = 0;
        QCOMPARE(results.size(), size_t(1));
        QCOMPARE(results.at(1).cause, cause);
        QCOMPARE(int(results.at(1).sent), 0);
        QVERIFY(timer.elapsed() < seconds * 1000);
        const PingReply reply = pingReply(results.at(1));
        QCOMPARE(reply.cause, Cause::LocalLimit);
        QVERIFY2(reply.advice.contains(advice), qPrintable(reply.advice));
    }
    void whoFindsNoDescriptorWaitsForOne()
    {
        EchoService service(0);
        Caller caller(service);
        EchoRequest probe = request(1, "127.0.0.1");
        probe.method = EchoMethod::Tcp;
        const ClosedPort closed;
        probe.tcpPort = closed.number();
        socketError = EMFILE;
        caller->submit(probe);
        QTest::qWait(500);
        socketError = 0;
        QCOMPARE(int(caller.results(1).at(1).received), 1);
    }

    // What is wrong with an address is asked of the routes, and that takes a descriptor.
    void whoseRouteCannotBeAskedIsAskedLater()
    {
        EchoService service(0);
        Caller caller(service);
        caller->submit(request(1, "127.0.0.1"));
        QCOMPARE(caller.results(1).size(), size_t(1)); // the sockets are there
        routeSocketError = EMFILE;
        caller->submit(request(2, "127.255.255.255"));
        QTest::qWait(300);
        routeSocketError = 0;
        QCOMPARE(caller.results(1).at(2).cause, EchoCause::BadAddress);
    }

    void aLaneWaitsForNoOther_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<EchoMethod>("method");
        QTest::newRow("IPv6") << QByteArray("::1") << EchoMethod::Auto;
        QTest::newRow("TCP") << QByteArray("127.0.0.1") << EchoMethod::Tcp;
    }
    // IPv4 had all that --rate allows as long as it had any hosts; the others' time was over, and they were down.
    void aLaneWaitsForNoOther()
    {
        QFETCH(QByteArray, address);
        QFETCH(EchoMethod, method);
        EchoService service(100);
        Caller crowd(service), other(service);
        EchoRequest one;
        for (uint32_t i = 0; i < 200; ++i) {
            one.token = i;
            one.address = EchoAddress::fromV4(0x7f200000u + i);
            crowd->submit(one);
        }
        QTRY_VERIFY(service.counters().sent > 0);
        const ClosedPort closed;
        EchoRequest late = request(1, address.constData());
        late.method = method;
        late.tcpPort = closed.number();
        other->submit(late);
        QCOMPARE(other.results(1).size(), size_t(1));
        QVERIFY2(service.counters().sent < 100, qPrintable(QString::number(service.counters().sent)));
    }

    void moreConnectionsThanTheWindow()
    {
        EchoService service(0);
        Caller caller(service);
        EchoRequest probe = request(0, "127.0.0.1");
        probe.method = EchoMethod::Tcp;
        const ClosedPort closed;
        probe.tcpPort = closed.number();
        constexpr uint32_t count = 15'000;
        for (uint32_t i = 0; i < count; ++i) {
            probe.token = i;
            probe.address = EchoAddress::fromV4(0x7f200000u + i);
            caller->submit(probe);
        }
        const auto results = caller.results(count);
        QCOMPARE(results.size(), size_t(count));
        for (const auto &[token, result] : results)
            QCOMPARE(int(result.received), 1);
    }

    void whatIsWithdrawnSendsNothingMore()
    {
        EchoService service(0);
        Caller caller(service);
        EchoRequest endless = request(7, "127.0.0.1");
        endless.count = 60'000;
        endless.interval = 1ms;
        caller->submit(endless);
        caller->submit(request(8, "127.0.0.2"));
        QCOMPARE(caller.results(1).count(8), size_t(1));
        caller->withdraw(7);
        QTRY_COMPARE(
            [&] {
                const uint64_t sent = service.counters().sent;
                QTest::qWait(50);
                return service.counters().sent - sent;
            }(),
            uint64_t(0));
        // The thread goes on for others.
        caller->submit(request(9, "127.0.0.3"));
        QCOMPARE(caller.results(1).count(9), size_t(1));
    }

    void mailboxesAreApart()
    {
        EchoService service(0);
        Caller one(service), two(service);
        for (uint64_t i = 0; i < 500; ++i) {
            one->submit(request(i, "127.0.0.1"));
            two->submit(request(1000 + i, "127.0.0.1"));
        }
        const auto first = one.results(500);
        const auto second = two.results(500);
        QCOMPARE(first.size(), size_t(500));
        QCOMPARE(second.size(), size_t(500));
        QVERIFY(first.rbegin()->first < 1000 && second.begin()->first >= 1000);
    }

    void goesAwayInTheMiddle()
    {
        for (int i = 0; i < 20; ++i) {
            auto service = std::make_unique<EchoService>(0);
            Caller closed(*service), left(*service);
            for (uint64_t token = 0; token < 2000; ++token) {
                closed->submit(request(token, "127.0.0.1"));
                left->submit(request(token, "127.0.0.1"));
            }
            if (i % 2 == 0)
                closed->close();
            service.reset();
            left->submit(request(1, "127.0.0.1")); // to nobody
        }
    }
};

QTEST_GUILESS_MAIN(tst_EchoService)
#include "tst_echoservice.moc"
