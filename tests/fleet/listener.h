// Listener: the one listening socket; every address of 127.0.0.0/8 is behind it. Throws std::runtime_error.

#pragma once

#include <cstdint>

namespace collector::fleet {

class Listener
{
public:
    Listener(std::uint16_t port, int backlog); // 0: any free port
    ~Listener();
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;

    [[nodiscard]] int fd() const { return m_fd; }
    [[nodiscard]] std::uint16_t port() const { return m_port; }

private:
    int m_fd;
    std::uint16_t m_port = 0;
};

} // namespace collector::fleet
