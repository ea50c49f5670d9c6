#include "net/resolver.h"
#include "net/tcpconnect.h"

#include <collector/joberror.h>

#include <QCoreApplication>
#include <QTest>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>

using namespace collector;

namespace {

std::atomic<int> lookups = 0;
std::mutex stuck;                  // held: a name server that does not answer
std::atomic<bool> isAwake = false; // that of late.example

Resolved fakeLookup(const std::string &name)
{
    ++lookups;
    Resolved resolved;
    if (QByteArrayView(name).endsWith("dead.example")) {
        const std::lock_guard wait(stuck);
        resolved.failure = QStringLiteral("too late");
    } else if (name == "both.example") {
        resolved.addresses = {*SocketAddress::fromLiteral("::1"), *SocketAddress::fromLiteral("127.0.0.1")};
    } else if (name == "late.example" && !isAwake.exchange(true)) {
        resolved.failure = QStringLiteral("Temporary failure in name resolution");
        resolved.isTemporary = true;
    } else if (name == "missing.example") {
        resolved.failure = QStringLiteral("Name or service not known");
    } else {
        resolved.addresses = {*SocketAddress::fromLiteral("127.0.0.9")};
    }
    return resolved;
}

struct Asked
{
    std::vector<SocketAddress> addresses;
    Cause cause = Cause::None;
    QString message;
    bool isDone = false;
};

Task<> ask(Resolver &resolver, Reactor &reactor, QByteArray name, AddressFamily family, std::chrono::milliseconds patience, Asked &asked)
{
    try {
        asked.addresses = co_await resolver.resolve(reactor, name, family, reactor.after(patience));
    } catch (const JobError &error) {
        asked.cause = error.cause();
        asked.message = error.message();
    }
    asked.isDone = true;
}

void spinUntil(const bool &isDone)
{
    while (!isDone)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

int listenOn(const char *address, quint16 *port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SocketAddress own = *SocketAddress::fromLiteral(address);
    if (bind(fd, own.data(), own.size()) != 0 || listen(fd, 16) != 0)
        return -1;
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(fd, reinterpret_cast<sockaddr *>(&bound), &size);
    *port = ntohs(bound.sin_port);
    return fd;
}

struct Connecting
{
    std::optional<Connected> connected;
    Cause cause = Cause::None;
    bool isDone = false;
};

Task<> race(Reactor &reactor, std::vector<SocketAddress> peers, std::chrono::milliseconds timeout, Connecting &result)
{
    try {
        result.connected = co_await connectToAny(reactor, std::move(peers), std::nullopt, timeout);
    } catch (const JobError &error) {
        result.cause = error.cause();
    }
    result.isDone = true;
}

} // namespace

class ResolverTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void literals_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isLiteral");
        QTest::newRow("IPv4") << QByteArray("10.0.0.7") << true;
        QTest::newRow("IPv6") << QByteArray("2001:db8::1") << true;
        QTest::newRow("with a zone") << QByteArray("fe80::1%lo") << true;
        QTest::newRow("with a numbered zone") << QByteArray("fe80::1%1") << true;
        QTest::newRow("with a zone that there is not") << QByteArray("fe80::1%nosuch0") << false;
        QTest::newRow("a name") << QByteArray("web01") << false;
        QTest::newRow("too large") << QByteArray("10.0.0.256") << false;
        QTest::newRow("with a zero byte") << QByteArray("10.0.0.7\0x", 10) << false;
    }
    void literals()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, isLiteral);
        const auto address = SocketAddress::fromLiteral(text, 22);
        QCOMPARE(address.has_value(), isLiteral);
        if (address && !text.contains('%')) {
            QCOMPARE(address->toLiteral(), text);
            QCOMPARE(address->port(), 22);
        }
    }

    void whatIsNearlyAnAddressIsToldHow_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("told");
        QTest::newRow("with brackets") << QByteArray("[2001:db8::1]") << QStringLiteral("without its brackets");
        QTest::newRow("a zone that there is not") << QByteArray("fe80::1%nosuch0") << QStringLiteral("an interface nosuch0");
    }
    void whatIsNearlyAnAddressIsToldHow()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, told);
        Reactor reactor;
        Resolver resolver(4, fakeLookup);
        Asked asked;
        auto task = ask(resolver, reactor, text, AddressFamily::Any, std::chrono::seconds(5), asked);
        task.start();
        QVERIFY(asked.isDone);
        QCOMPARE(asked.cause, Cause::BadAddress);
        QVERIFY2(asked.message.contains(told), qPrintable(asked.message));
    }

    void aLiteralAsksNobody()
    {
        Reactor reactor;
        Resolver resolver(4, fakeLookup);
        lookups = 0;
        Asked asked;
        auto task = ask(resolver, reactor, "fe80::1%lo", AddressFamily::Any, std::chrono::seconds(5), asked);
        task.start();
        QVERIFY(asked.isDone);
        QCOMPARE(asked.addresses.size(), 1);
        for (const char *text : {"10.0.0.300", "1234", "::zz", "", "a\0b"}) {
            Asked bad;
            auto other = ask(resolver, reactor, text, AddressFamily::Any, std::chrono::seconds(5), bad);
            other.start();
            QCOMPARE(bad.cause, *text == 'a' ? Cause::None : Cause::BadAddress);
            if (*text == 'a')
                spinUntil(bad.isDone);
        }
        QVERIFY(lookups <= 1);
    }

    void aNameIsLookedUpOnce()
    {
        Reactor reactor;
        Resolver resolver(4, fakeLookup);
        lookups = 0;
        for (const char *name : {"web.example", "missing.example"}) {
            std::list<Asked> asked;
            std::vector<Task<>> tasks;
            for (int i = 0; i < 50; ++i) {
                tasks.push_back(ask(resolver, reactor, name, AddressFamily::Any, std::chrono::seconds(5), asked.emplace_back()));
                tasks.back().start();
            }
            for (const Asked &one : asked)
                spinUntil(one.isDone);
            Asked later;
            auto task = ask(resolver, reactor, name, AddressFamily::Any, std::chrono::seconds(5), later);
            task.start();
            QVERIFY(later.isDone);
            QCOMPARE(later.cause, QByteArray(name) == "missing.example" ? Cause::Dns : Cause::None);
        }
        QCOMPARE(lookups.load(), 2);
    }

    void whatIsKnownAfterATemporaryFailureIsRemembered()
    {
        Reactor reactor;
        Resolver resolver(4, fakeLookup);
        lookups = 0;
        const auto cause = [&] {
            Asked asked;
            auto task = ask(resolver, reactor, "late.example", AddressFamily::Any, std::chrono::seconds(5), asked);
            task.start();
            if (!QTest::qWaitFor([&] { return asked.isDone; }))
                return Cause::Internal;
            return asked.cause;
        };
        QCOMPARE(cause(), Cause::Dns);
        QCOMPARE(cause(), Cause::Dns);
        QCOMPARE(lookups.load(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(cause(), Cause::None, 10'000);
        QCOMPARE(lookups.load(), 2);
        QCOMPARE(cause(), Cause::None);
        QCOMPARE(lookups.load(), 2);
    }

    void theFamilyIsKeptTo()
    {
        Reactor reactor;
        Resolver resolver(4, fakeLookup);
        for (const AddressFamily family : {AddressFamily::Any, AddressFamily::IPv4, AddressFamily::IPv6}) {
            Asked asked;
            auto task = ask(resolver, reactor, "both.example", family, std::chrono::seconds(5), asked);
            task.start();
            spinUntil(asked.isDone);
            QCOMPARE(asked.addresses.size(), family == AddressFamily::Any ? 2 : 1);
            QCOMPARE(asked.addresses.front().isIPv6(), family != AddressFamily::IPv4);
        }
    }

    // With the system's own resolver: what it makes of that is as if the name did not exist.
    void withoutDescriptorsItIsUs()
    {
        Reactor reactor;
        Resolver resolver(1);
        rlimit usual{};
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &usual), 0);
        const int next = dup(STDIN_FILENO);
        ::close(next);
        const rlimit none{rlim_t(next), usual.rlim_max};
        Asked asked;
        auto task = ask(resolver, reactor, "localhost", AddressFamily::Any, std::chrono::seconds(20), asked);
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &none), 0);
        task.start();
        spinUntil(asked.isDone);
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &usual), 0);
        QCOMPARE(asked.cause, Cause::LocalLimit);
    }

    void whatTheKernelSaysOfAnAddress_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<int>("error");
        QTest::addColumn<Cause>("cause");
        QTest::addColumn<QString>("remedy");
        QTest::newRow("a route of type blackhole")
            << QByteArray("10.97.3.7") << int(EINVAL) << Cause::NoRoute << QStringLiteral("blackhole");
        QTest::newRow("the same of IPv6") << QByteArray("fd55::1") << int(EINVAL) << Cause::NoRoute << QStringLiteral("blackhole");
        QTest::newRow("a link-local address without its zone")
            << QByteArray("fe80::1") << int(EINVAL) << Cause::BadAddress << QStringLiteral("%eth0");
        QTest::newRow("a family that this machine has not")
            << QByteArray("fd55::1") << int(EAFNOSUPPORT) << Cause::BadAddress << QStringLiteral("no address");
    }
    void whatTheKernelSaysOfAnAddress()
    {
        QFETCH(QByteArray, address);
        QFETCH(int, error);
        QFETCH(Cause, cause);
        QFETCH(QString, remedy);
        const JobError told = connectError(error, *SocketAddress::fromLiteral(address, 22));
        QCOMPARE(told.cause(), cause);
        QVERIFY2(told.message().contains(remedy), qPrintable(told.message()));
    }

    void aDeadNameServerDelaysOnlyWhoNeedsIt()
    {
        std::unique_lock hold(stuck);
        {
            Reactor reactor;
            Resolver resolver(4, fakeLookup);
            Asked dead;
            auto waiting = ask(resolver, reactor, "dead.example", AddressFamily::Any, std::chrono::milliseconds(100), dead);
            waiting.start();
            Asked destroyed;
            {
                auto cancelled = ask(resolver, reactor, "dead.example", AddressFamily::Any, std::chrono::seconds(5), destroyed);
                cancelled.start();
            }
            Asked other;
            auto task = ask(resolver, reactor, "other.example", AddressFamily::Any, std::chrono::seconds(5), other);
            task.start();
            spinUntil(other.isDone);
            QCOMPARE(other.addresses.size(), 1);
            spinUntil(dead.isDone);
            QCOMPARE(dead.cause, Cause::Dns);
            QVERIFY(!destroyed.isDone);
        } // the resolver goes, its thread is still asking
        hold.unlock();
        QTest::qWait(50);
    }

    // There were four threads, and no more: who came while those hung was told that the name servers had not answered for it, which
    // nobody had asked.
    void namesThatHangLeaveThreadsForOthers()
    {
        std::unique_lock hold(stuck);
        Reactor reactor;
        Resolver resolver(4, fakeLookup);
        std::list<Asked> asked;
        std::vector<Task<>> tasks;
        for (int i = 0; i < 40; ++i) {
            const QByteArray name = QByteArray::number(i) + (i % 4 == 3 ? ".live.example" : ".dead.example");
            tasks.push_back(ask(resolver, reactor, name, AddressFamily::Any, std::chrono::seconds(3), asked.emplace_back()));
            tasks.back().start();
        }
        for (const Asked &one : asked)
            spinUntil(one.isDone);
        hold.unlock();
        int number = 0;
        for (const Asked &one : asked)
            QCOMPARE(one.cause, number++ % 4 == 3 ? Cause::None : Cause::Dns);
    }

    void whoIsNotAskedForIsNotSaidToHaveNoAnswer()
    {
        std::unique_lock hold(stuck);
        Reactor reactor;
        Resolver resolver(1, fakeLookup);
        Asked dead;
        auto waiting = ask(resolver, reactor, "dead.example", AddressFamily::Any, std::chrono::seconds(5), dead);
        waiting.start();
        Asked other; // before another thread is started for it
        auto task = ask(resolver, reactor, "other.example", AddressFamily::Any, std::chrono::milliseconds(100), other);
        task.start();
        spinUntil(other.isDone);
        hold.unlock();
        QCOMPARE(other.cause, Cause::Dns); // which is tried again
        QVERIFY2(other.message.contains(QStringLiteral("was not looked up")), qPrintable(other.message));
        spinUntil(dead.isDone);
    }

    void noAnswerIsToldFromNoSuchName()
    {
        Reactor reactor;
        Resolver resolver(4, fakeLookup);
        isAwake = false;
        for (const char *name : {"late.example", "missing.example"}) {
            Asked asked;
            auto task = ask(resolver, reactor, name, AddressFamily::Any, std::chrono::seconds(5), asked);
            task.start();
            spinUntil(asked.isDone);
            QCOMPARE(asked.message.contains(QStringLiteral("resolv.conf")), *name == 'l');
            QCOMPARE(asked.message.contains(QStringLiteral("check the name")), *name == 'm');
        }
    }

    void theFirstThatAnswersWins()
    {
        quint16 port = 0;
        const int listener = listenOn("127.0.0.1", &port);
        QVERIFY(listener >= 0);
        Reactor reactor;
        Connecting result;
        // 127.0.0.2 at that port: nobody.
        auto task = race(reactor, {*SocketAddress::fromLiteral("127.0.0.2", port), *SocketAddress::fromLiteral("127.0.0.1", port)},
                         std::chrono::seconds(5), result);
        task.start();
        spinUntil(result.isDone);
        QVERIFY(result.connected);
        QCOMPARE(result.connected->peer.toLiteral(), "127.0.0.1");
        close(listener);

        Connecting refused;
        auto again = race(reactor, {*SocketAddress::fromLiteral("127.0.0.2", port), *SocketAddress::fromLiteral("127.0.0.1", port)},
                          std::chrono::seconds(5), refused);
        again.start();
        spinUntil(refused.isDone);
        QCOMPARE(refused.cause, Cause::Refused);
    }

    // Its cause says whether it is worth another attempt: that the other address never had a route says nothing of this one.
    void whatTheFirstFailedWithCountsThoughItFailedLast()
    {
        quint16 port = 0;
        const int listener = listenOn("127.0.0.1", &port);
        QVERIFY(listener >= 0 && ::listen(listener, 0) == 0);
        const SocketAddress busy = *SocketAddress::fromLiteral("127.0.0.1", port);
        std::array<int, 4> others{}; // fill its queue: what comes next gets no answer
        for (int &other : others) {
            other = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            (void)!::connect(other, busy.data(), busy.size());
        }
        Reactor reactor;
        Connecting result;
        auto task = race(reactor, {busy, *SocketAddress::fromLiteral("255.255.255.255", port)}, std::chrono::seconds(10), result);
        task.start();
        QTest::qWait(500); // by now the second has been tried
        QVERIFY(!result.isDone);
        close(listener);
        spinUntil(result.isDone);
        for (const int other : others)
            close(other);
        QCOMPARE(result.cause, Cause::Refused);
    }
};

QTEST_GUILESS_MAIN(ResolverTest)
#include "tst_resolver.moc"
