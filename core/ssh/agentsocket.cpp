#include "ssh/agentsocket.h"

#include "ssh/wirereader.h"

#include <QFile>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace collector {

namespace {

using Clock = std::chrono::steady_clock;

bool waitFor(int fd, short events, Clock::time_point deadline, int cancel)
{
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting[] = {{fd, events, 0}, {cancel, POLLIN, 0}};
        const int ready = left < 0 ? 0 : poll(waiting, 2, int(std::min<qint64>(left, 3600'000)));
        if (ready > 0)
            return waiting[1].revents == 0;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

// `transfer` is send or recv, without waiting.
template<typename Transfer>
bool all(int fd, short events, char *data, size_t size, Clock::time_point deadline, int cancel, Transfer transfer)
{
    while (size > 0) {
        const ssize_t count = transfer(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count > 0) {
            data += count;
            size -= size_t(count);
        } else if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
            return false;
        } else if (!waitFor(fd, events, deadline, cancel)) {
            return false;
        }
    }
    return true;
}

} // namespace

bool readMessage(int fd, QByteArray *message, Clock::time_point deadline, int cancel)
{
    char length[4];
    if (!all(fd, POLLIN, length, sizeof(length), deadline, cancel, recv))
        return false;
    const auto size = qFromBigEndian<quint32>(length);
    if (size == 0 || size > AgentSocket::largestMessage)
        return false;
    message->resize(qsizetype(size));
    return all(fd, POLLIN, message->data(), size, deadline, cancel, recv);
}

bool writeMessage(int fd, const QByteArray &message, Clock::time_point deadline, int cancel)
{
    QByteArray framed = WireReader::asString(message);
    return all(fd, POLLOUT, framed.data(), size_t(framed.size()), deadline, cancel,
               [](int to, char *data, size_t size, int flags) { return send(to, data, size, flags); });
}

AgentSocket::AgentSocket(QString path) : m_path(std::move(path)), m_cancel(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

AgentSocket::~AgentSocket()
{
    disconnect();
    if (m_cancel >= 0)
        close(m_cancel);
}

void AgentSocket::cancel()
{
    (void)eventfd_write(m_cancel, 1); // never read: stays readable
}

bool AgentSocket::connect(QString *problem)
{
    if (m_fd >= 0)
        return true;
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const QByteArray path = QFile::encodeName(m_path);
    if (path.isEmpty() || size_t(path.size()) >= sizeof(address.sun_path)) {
        *problem = QStringLiteral("the agent's socket %1 has no usable path").arg(m_path);
        return false;
    }
    std::copy(path.begin(), path.end(), address.sun_path);
    // Non-blocking: an agent that accepts nobody any more (its backlog is full) fails at once with EAGAIN.
    m_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (m_fd >= 0 && ::connect(m_fd, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0)
        return true;
    *problem = QStringLiteral("the agent at %1 cannot be reached: %2").arg(m_path, QString::fromLocal8Bit(std::strerror(errno)));
    disconnect();
    return false;
}

void AgentSocket::disconnect()
{
    if (m_fd >= 0)
        close(m_fd);
    m_fd = -1;
}

std::optional<QByteArray> AgentSocket::ask(const QByteArray &question, std::chrono::milliseconds patience, QString *problem)
{
    const bool wasConnected = m_fd >= 0;
    if (!connect(problem))
        return {};
    const auto deadline = Clock::now() + patience;
    QByteArray answer;
    if (writeMessage(m_fd, question, deadline, m_cancel) && readMessage(m_fd, &answer, deadline, m_cancel))
        return answer;
    disconnect();
    if (wasConnected && Clock::now() < deadline) // it went away since the last question, as when it was restarted
        return ask(question, std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()), problem);
    *problem = Clock::now() < deadline ? QStringLiteral("the agent at %1 hung up").arg(m_path)
                                       : QStringLiteral("the agent at %1 does not answer").arg(m_path);
    return {};
}

} // namespace collector
