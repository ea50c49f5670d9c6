#include "net/reactortcpstream.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

namespace collector {

namespace {

constexpr qint64 largestRead = 64 * 1024;

[[noreturn]] void throwBroken(int error)
{
    throw JobError(error == ECONNRESET ? Cause::Reset : Cause::ConnectionLost,
                   QStringLiteral("the connection to the service broke: %1").arg(qt_error_string(error)));
}

JobError silence(std::chrono::milliseconds timeout)
{
    return {Cause::ExecTimeout, QStringLiteral("the service did not answer within %1 ms").arg(timeout.count())};
}

} // namespace

// One waiter a descriptor.
int ReactorTcpStream::writeWatch()
{
    if (m_writeWatch.descriptor() < 0)
        m_writeWatch = OwnedSocket(m_reactor, fcntl(m_socket.descriptor(), F_DUPFD_CLOEXEC, 0));
    if (m_writeWatch.descriptor() < 0)
        throw JobError(Cause::LocalLimit, QStringLiteral("no descriptor is left; raise the limit (ulimit -n) or lower --concurrency"));
    return m_writeWatch.descriptor();
}

Task<QByteArray> ReactorTcpStream::receive(qint64 limit, std::chrono::milliseconds timeout)
{
    const Deadline deadline = m_reactor.after(timeout);
    for (;;) {
        QByteArray data(qMin(limit, largestRead), Qt::Uninitialized);
        const ssize_t count = recv(m_socket.descriptor(), data.data(), size_t(data.size()), MSG_DONTWAIT);
        if (count >= 0) {
            data.truncate(count);
            co_return data;
        }
        if (errno != EAGAIN && errno != EINTR)
            throwBroken(errno);
        if (co_await m_reactor.ready(m_socket.descriptor(), EPOLLIN, deadline) == Reactor::Wake::Expired)
            throw silence(timeout);
    }
}

Task<> ReactorTcpStream::write(QByteArray data, std::chrono::milliseconds timeout)
{
    const Deadline deadline = m_reactor.after(timeout);
    qsizetype sent = 0;
    while (sent < data.size()) {
        const ssize_t count = send(m_socket.descriptor(), data.constData() + sent, size_t(data.size() - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) {
            sent += count;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            throwBroken(errno);
        if (co_await m_reactor.ready(writeWatch(), EPOLLOUT, deadline) == Reactor::Wake::Expired)
            throw silence(timeout);
    }
}

} // namespace collector
