// Interest: what one descriptor is watched for in an epoll set; the kernel is told only of changes.
//
// Nothing wanted means taken out of the set: a hang-up would be reported otherwise, again and again.

#pragma once

#include <cstdint>

namespace collector::fleet {

class Interest
{
public:
    Interest(int epoll, int fd, std::uint64_t id) : m_epoll(epoll), m_fd(fd), m_id(id) {}
    ~Interest() { want(0); }
    Interest(const Interest &) = delete;
    Interest &operator=(const Interest &) = delete;

    void want(std::uint32_t events);

private:
    int m_epoll;
    int m_fd;
    std::uint64_t m_id;
    std::uint32_t m_events = 0;
};

} // namespace collector::fleet
