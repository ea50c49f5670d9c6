#include "silentport.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace collector {

namespace {

sockaddr *plain(sockaddr_in &address)
{
    return reinterpret_cast<sockaddr *>(&address);
}

} // namespace

SilentPort::SilentPort() : m_listener(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    sockaddr_in own{};
    own.sin_family = AF_INET;
    socklen_t size = sizeof own;
    if (bind(m_listener, plain(own), size) != 0 || listen(m_listener, 0) != 0 || getsockname(m_listener, plain(own), &size) != 0)
        qFatal("no listener");
    m_port = ntohs(own.sin_port);
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    constexpr int mostTries = 8;
    for (int i = 0; i < mostTries; ++i) {
        const int end = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        m_queued.push_back(end);
        if (connect(end, plain(own), sizeof own) == 0)
            continue;
        pollfd state{end, POLLOUT, 0};
        if (poll(&state, 1, 200) == 0)
            return;
    }
    qFatal("the port answers all");
}

SilentPort::~SilentPort()
{
    for (const int end : m_queued)
        close(end);
    close(m_listener);
}

int SilentPort::accept(quint32 address)
{
    for (;;) {
        const int end = ::accept4(m_listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (end < 0)
            return -1;
        sockaddr_in called{};
        socklen_t size = sizeof called;
        if (getsockname(end, plain(called), &size) == 0 && ntohl(called.sin_addr.s_addr) == address)
            return end;
        close(end);
    }
}

} // namespace collector
