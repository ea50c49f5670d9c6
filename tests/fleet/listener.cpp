#include "listener.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace collector::fleet {

Listener::Listener(std::uint16_t port, int backlog) : m_fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    const int on = 1;
    setsockopt(m_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (bind(m_fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0 || listen(m_fd, backlog) < 0) {
        const std::string reason = std::strerror(errno);
        close(m_fd);
        throw std::runtime_error("cannot listen on port " + std::to_string(port) + ": " + reason);
    }
    socklen_t size = sizeof address;
    getsockname(m_fd, reinterpret_cast<sockaddr *>(&address), &size);
    m_port = ntohs(address.sin_port);
}

Listener::~Listener()
{
    close(m_fd);
}

} // namespace collector::fleet
