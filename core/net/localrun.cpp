#include "net/localrun.h"

#include "net/childprocess.h"
#include "net/childstart.h"
#include "net/tcpconnect.h"

#include <collector/joberror.h>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace collector {

namespace {

constexpr size_t bite = 64 * 1024;
constexpr auto grace = std::chrono::seconds(1); // for output that is still under way when the program has ended

enum Stream : uint64_t { Input, Output, Error, Exit };

JobError noDescriptor()
{
    return {Cause::LocalLimit, QStringLiteral("no descriptor is left for a local program; raise the limit (ulimit -n)")};
}

QByteArray signalName(int signal)
{
    const char *name = sigabbrev_np(signal);
    return name ? QByteArray(name) : QByteArray::number(signal);
}

// A process under way, and our ends of its streams.
class LocalRun
{
public:
    LocalRun(Reactor &reactor, ThreadPool &pool, LocalProgram program)
        : m_reactor(reactor),
          m_pool(pool),
          m_program(std::move(program)),
          m_set(reactor, epoll_create1(EPOLL_CLOEXEC))
    {
    }
    LocalRun(const LocalRun &) = delete;
    LocalRun &operator=(const LocalRun &) = delete;
    ~LocalRun()
    {
        if (m_process <= 0)
            return;
        ChildProcess::kill(m_process);
        m_pool.run([process = m_process] { ChildProcess::wait(process); });
    }

    Task<> start()
    {
        if (m_set.descriptor() < 0) // what nobody watches would be looked at for ever
            throw noDescriptor();
        auto start = std::make_shared<ChildStart>();
        start->command = m_program.command;
        for (const Stream stream : {Input, Output, Error}) {
            std::array<int, 2> ends{-1, -1}; // to read from, to write to. Pipes: a program may open /dev/stdin
            if (pipe2(ends.data(), O_CLOEXEC) != 0)
                throw noDescriptor();
            const int own = ends[stream == Input ? 1 : 0];
            start->ends[stream] = ends[stream == Input ? 0 : 1];
            fcntl(own, F_SETFL, O_NONBLOCK);
            m_streams[stream] = OwnedSocket(m_reactor, own);
        }
        std::function<void()> step = [start] {
            start->process = ChildProcess::start(start->command, start->ends);
            start->closeEnds();
        };
        QString problem;
        try {
            co_await offload(m_reactor, m_pool, std::move(step));
        } catch (const std::runtime_error &error) {
            problem = QString::fromLocal8Bit(error.what());
        }
        if (!problem.isEmpty())
            throw JobError(Cause::LocalLimit, QStringLiteral("the local program cannot be started: %1").arg(problem));
        m_process = std::exchange(start->process, -1);
        m_streams[Exit] = OwnedSocket(m_reactor, int(syscall(SYS_pidfd_open, m_process, 0)));
        if (m_streams[Exit].descriptor() < 0)
            throw JobError(Cause::LocalLimit, QStringLiteral("a local program cannot be watched: %1").arg(qt_error_string(errno)));
        for (const Stream stream : {Output, Error, Exit})
            watch(stream, EPOLLIN);
        watch(Input, EPOLLOUT);
    }

    Task<ShellReply> runToEnd()
    {
        Deadline deadline = m_reactor.after(m_program.deadline);
        while (!m_reply.isTruncated && !(m_isEnded && !isOpen(Output) && !isOpen(Error))) {
            (void)co_await m_reactor.ready(m_set.descriptor(), EPOLLIN, deadline);
            const bool wasRunning = !m_isEnded;
            std::array<epoll_event, 4> events{};
            const int count = epoll_wait(m_set.descriptor(), events.data(), int(events.size()), 0);
            for (int i = 0; i < count; ++i)
                act(Stream(events[size_t(i)].data.u64));
            if (wasRunning && m_isEnded)
                deadline = m_reactor.after(grace);
            // By the clock: a wait never expires where there is always something to read.
            if (m_reactor.now() < deadline || m_reply.isTruncated)
                continue;
            if (m_isEnded)
                break; // somebody who left its group holds a pipe
            throw JobError(Cause::ExecTimeout, QStringLiteral("the program did not end within %1 s and was killed")
                                                   .arg(std::chrono::duration<double>(m_program.deadline).count()));
        }
        co_return std::move(m_reply);
    }

private:
    [[nodiscard]] bool isOpen(Stream stream) const { return m_streams[stream].descriptor() >= 0; }
    void watch(Stream stream, uint32_t events)
    {
        epoll_event event{};
        event.events = events;
        event.data.u64 = stream;
        epoll_ctl(m_set.descriptor(), EPOLL_CTL_ADD, m_streams[stream].descriptor(), &event);
    }
    void close(Stream stream)
    {
        epoll_ctl(m_set.descriptor(), EPOLL_CTL_DEL, m_streams[stream].descriptor(), nullptr);
        m_streams[stream] = OwnedSocket();
    }
    void act(Stream stream)
    {
        if (!isOpen(stream))
            return;
        if (stream == Input)
            write();
        else if (stream == Exit)
            reap();
        else
            read(stream);
    }
    void write()
    {
        const QByteArrayView rest = QByteArrayView(m_program.input).sliced(m_written);
        const ssize_t count = rest.isEmpty() ? 0 : ::write(m_streams[Input].descriptor(), rest.data(), size_t(rest.size()));
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        m_written += std::max<ssize_t>(count, 0);
        if (count < 0 || m_written == m_program.input.size())
            close(Input); // all is said, or nobody listens
    }
    void read(Stream stream)
    {
        QByteArray &kept = stream == Output ? m_reply.output : m_reply.errorOutput;
        const qint64 limit = stream == Output ? m_program.outputLimit : m_program.errorLimit;
        std::array<char, bite> buffer;
        const ssize_t count = ::read(m_streams[stream].descriptor(), buffer.data(), buffer.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count <= 0) {
            close(stream);
            return;
        }
        const qint64 room = limit - kept.size();
        kept.append(buffer.data(), std::min<qint64>(room, count));
        if (count > room && stream == Output)
            m_reply.isTruncated = true;
    }
    // It has ended and is not reaped yet, so that its number is nobody else's: the rest of its group goes now.
    void reap()
    {
        ChildProcess::kill(m_process);
        const int status = ChildProcess::wait(std::exchange(m_process, -1));
        if (WIFEXITED(status))
            m_reply.exitStatus = WEXITSTATUS(status);
        else
            m_reply.signal = signalName(WTERMSIG(status));
        m_isEnded = true;
        close(Exit);
    }

    Reactor &m_reactor;
    ThreadPool &m_pool;
    const LocalProgram m_program;
    OwnedSocket m_set;
    std::array<OwnedSocket, 4> m_streams; // by Stream
    ShellReply m_reply;
    qsizetype m_written = 0;
    pid_t m_process = -1;
    bool m_isEnded = false;
};

} // namespace

Task<ShellReply> runLocalProgram(Reactor &reactor, ThreadPool &pool, Gate &gate, LocalProgram program)
{
    const Gate::Pass turn = co_await gate.enter(reactor);
    LocalRun run(reactor, pool, std::move(program));
    co_await run.start();
    co_return co_await run.runToEnd();
}

} // namespace collector
