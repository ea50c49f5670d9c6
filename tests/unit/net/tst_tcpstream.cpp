// ReactorTcpStream: a conversation over a socket of the reactor's, and what is left of it when a wait ends otherwise.

#include "net/reactortcpstream.h"

#include <collector/join.h>

#include <QTest>
#include <QTimer>

#include <sys/socket.h>
#include <unistd.h>

#include <array>

using namespace collector;
using namespace std::chrono_literals;

namespace {

// A stream, and the peer's end of it.
struct Conversation
{
    Conversation()
    {
        std::array<int, 2> ends{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
            qFatal("no sockets");
        stream = std::make_unique<ReactorTcpStream>(reactor, OwnedSocket(reactor, ends[0]));
        peer = ends[1];
    }
    ~Conversation() { hangUp(); }
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    void say(const QByteArray &words) const { QCOMPARE(write(peer, words.constData(), size_t(words.size())), words.size()); }
    void hangUp() { close(std::exchange(peer, -1)); }
    template<typename T>
    T wait(Task<T> task)
    {
        task.start();
        if (!QTest::qWaitFor([&] { return task.isDone(); }, 10'000))
            qFatal("it never ends");
        return task.result();
    }

    Reactor reactor;
    std::unique_ptr<TcpStream> stream;
    int peer = -1;
};

Task<QByteArray> readOrCause(TcpStream &stream, std::chrono::milliseconds timeout)
{
    try {
        co_return co_await stream.read(100, timeout);
    } catch (const JobError &error) {
        co_return causeName(error.cause()).toByteArray();
    }
}

Task<> sleepFor(Reactor &reactor, std::chrono::milliseconds time)
{
    co_await reactor.sleepUntil(reactor.after(time));
}

Task<size_t> lineWithin(Reactor &reactor, TcpStream &stream, std::chrono::milliseconds timeout)
{
    const auto end = co_await first(stream.readUntil("\n", 100, 10s), sleepFor(reactor, timeout));
    co_return end.index();
}

Task<QByteArray> readWhileWriting(TcpStream &stream, QByteArray large)
{
    auto [words, none] = co_await all(readOrCause(stream, 3s), stream.write(std::move(large), 10s));
    co_return words;
}

} // namespace

class TestTcpStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatComesBehindALineIsReadNext()
    {
        Conversation c;
        c.say("200 OK\r\n\r\nbody");
        QCOMPARE(c.wait(c.stream->readUntil("\r\n", 100, 1s)), "200 OK\r\n");
        QCOMPARE(c.wait(c.stream->readUntil("\r\n", 100, 1s)), "\r\n");
        QCOMPARE(c.wait(readOrCause(*c.stream, 100ms)), "body");
        c.say("a\nbcd");
        QCOMPARE(c.wait(c.stream->readUntil("\n", 100, 1s)), "a\n");
        QCOMPARE(c.wait(c.stream->read(2, 1s)), "bc");
        c.say("e\n");
        QCOMPARE(c.wait(c.stream->readUntil("\n", 100, 1s)), "de\n");
        c.hangUp();
        QCOMPARE(c.wait(readOrCause(*c.stream, 1s)), QByteArray());
    }

    void halfALineIsKept()
    {
        Conversation c;
        c.say("half");
        QCOMPARE(c.wait(lineWithin(c.reactor, *c.stream, 50ms)), size_t(1)); // and destroyed
        c.say(" of");
        QVERIFY_THROWS_EXCEPTION(JobError, c.wait(c.stream->readUntil("\n", 100, 50ms)));
        QCOMPARE(c.wait(readOrCause(*c.stream, 1s)), "half of");
    }

    void aReaderAndAWriterAtOnce()
    {
        Conversation c;
        QByteArray heard;
        QTimer::singleShot(50, this, [&c] { c.say("stop"); });
        QTimer drain;
        connect(&drain, &QTimer::timeout, this, [&] {
            std::array<char, 65536> buffer;
            for (ssize_t count = 1; count > 0; heard.append(buffer.data(), qMax<ssize_t>(count, 0)))
                count = ::read(c.peer, buffer.data(), buffer.size());
        });
        QTimer::singleShot(200, &drain, [&drain] { drain.start(5); });
        const QByteArray large(4'000'000, 'x');
        QCOMPARE(c.wait(readWhileWriting(*c.stream, large)), "stop");
        QTRY_COMPARE(heard.size(), large.size());
    }

    void aWaitWithoutEnd()
    {
        Conversation c;
        QTimer::singleShot(50, this, [&c] { c.say("late"); });
        QCOMPARE(c.wait(readOrCause(*c.stream, std::chrono::milliseconds::max())), "late");
    }
};

QTEST_GUILESS_MAIN(TestTcpStream)
#include "tst_tcpstream.moc"
