#include "ssh/childcommand.h"

#include "net/childprocess.h"
#include "net/childstart.h"
#include "net/offload.h"

#include <collector/joberror.h>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace collector {

namespace {

constexpr uint64_t inputTag = 100;
constexpr qint64 mostDropped = 1 << 20; // bytes beyond the limits, then the command is ended
constexpr size_t bite = 64 * 1024;

} // namespace

ChildCommand::~ChildCommand()
{
    if (m_process <= 0)
        return;
    ChildProcess::kill(m_process);
    m_worker.run.blocking.run([process = m_process] { ChildProcess::wait(process); });
}

Task<> ChildCommand::launch(QStringList words, ChildProcess::Environment environment)
{
    auto start = std::make_shared<ChildStart>();
    start->command = std::move(words);
    start->environment = environment;
    m_set = OwnedSocket(m_worker.reactor, epoll_create1(EPOLL_CLOEXEC));
    const auto pair = [this](int &theirs) {
        std::array<int, 2> ends{-1, -1};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw JobError(Cause::LocalLimit, QStringLiteral("no descriptor is left for a process; raise the limit (ulimit -n)"));
        theirs = ends[1];
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        return OwnedSocket(m_worker.reactor, ends[0]);
    };
    m_input = pair(start->ends[0]);
    for (const Stream stream : {Output, Error})
        m_streams[size_t(stream)] = pair(start->ends[size_t(stream) + 1]);

    std::function<void()> step = [start] {
        start->process = ChildProcess::start(start->command, start->ends, start->environment);
        start->closeEnds();
    };
    co_await offload(m_worker.reactor, m_worker.run.blocking, std::move(step));
    m_process = std::exchange(start->process, -1);
    for (const Stream stream : {Output, Error})
        watch(m_streams[size_t(stream)].descriptor(), EPOLLIN, stream, EPOLL_CTL_ADD);
    m_open = 2;
}

void ChildCommand::readAlong(int log)
{
    m_streams[Log] = OwnedSocket(m_worker.reactor, log);
    watch(log, EPOLLIN, Log, EPOLL_CTL_ADD);
}

void ChildCommand::readLog()
{
    read(Log);
}

Task<int> ChildCommand::reap()
{
    auto status = std::make_shared<int>(0);
    std::function<void()> step = [status, process = m_process] { *status = ChildProcess::wait(process); };
    m_process = -1; // the pool's
    co_await offload(m_worker.reactor, m_worker.run.blocking, std::move(step));
    co_return *status;
}

void ChildCommand::watch(int descriptor, uint32_t events, uint64_t tag, int operation)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    epoll_ctl(m_set.descriptor(), operation, descriptor, &event);
}

void ChildCommand::feed(const QByteArray &bytes)
{
    m_pending += bytes;
    sendInput();
}

void ChildCommand::feedEnd()
{
    m_isInputEnding = true;
    sendInput();
}

void ChildCommand::feedSecret(const Secret &secret)
{
    [[maybe_unused]] const ssize_t sent = send(m_input.descriptor(), secret.bytes().data(), secret.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    feed("\n");
}

void ChildCommand::sendInput()
{
    if (m_input.descriptor() < 0)
        return;
    while (!m_pending.isEmpty()) {
        const ssize_t sent = send(m_input.descriptor(), m_pending.constData(), size_t(m_pending.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            m_pending.clear(); // nobody reads it any more
            break;
        }
        if (sent < 0)
            break;
        m_pending.remove(0, sent);
    }
    const bool isToBeWatched = !m_pending.isEmpty();
    if (isToBeWatched != std::exchange(m_isInputWatched, isToBeWatched))
        watch(m_input.descriptor(), EPOLLOUT, inputTag, isToBeWatched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL);
    if (m_pending.isEmpty() && m_isInputEnding)
        m_input = OwnedSocket();
}

void ChildCommand::read(Stream stream)
{
    OwnedSocket &source = m_streams[size_t(stream)];
    QByteArray buffer(bite, Qt::Uninitialized);
    const ssize_t got = ::read(source.descriptor(), buffer.data(), size_t(buffer.size()));
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        watch(source.descriptor(), 0, stream, EPOLL_CTL_DEL);
        source = OwnedSocket();
        if (stream != Log)
            m_isOver = --m_open == 0;
        return;
    }
    if (stream == Log) {
        takeLog(QByteArrayView(buffer.constData(), got));
        return;
    }
    const QByteArrayView bytes(buffer.constData(), got);
    const QByteArrayView own = stream == Error ? commandsOwn(bytes) : bytes;
    const qint64 before = m_reply.output.size() + m_reply.errorOutput.size();
    keep(own.data(), own.size(), stream == Error, m_limits);
    m_dropped += own.size() - (m_reply.output.size() + m_reply.errorOutput.size() - before);
}

Task<bool> ChildCommand::advance(Deadline deadline)
{
    if (m_isOver)
        co_return true;
    const Reactor::Wake wake = co_await m_worker.reactor.ready(m_set.descriptor(), EPOLLIN, deadline);
    if (wake == Reactor::Wake::Expired)
        co_return false;
    std::array<epoll_event, 8> events{};
    const int count = epoll_wait(m_set.descriptor(), events.data(), int(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const uint64_t tag = events[size_t(i)].data.u64;
        if (tag == inputTag)
            sendInput();
        else
            read(Stream(tag));
    }
    if (m_dropped > mostDropped)
        m_isOver = true;
    co_return true;
}

Task<ShellReply> ChildCommand::runToEnd(Deadline deadline)
{
    while (!m_isOver) {
        const bool isInTime = co_await advance(nextEnd(deadline));
        if (!isInTime && isKept())
            co_return takeLate();
        if (!isInTime)
            throw JobError(Cause::ExecTimeout, QStringLiteral("the command did not end in time"));
    }
    if (m_dropped > mostDropped)
        co_return std::move(m_reply); // its head
    co_return co_await conclude();
}

} // namespace collector
