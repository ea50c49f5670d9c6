#include "interest.h"

#include <sys/epoll.h>

namespace collector::fleet {

void Interest::want(std::uint32_t events)
{
    if (events == m_events)
        return;
    epoll_event event{};
    event.events = events;
    event.data.u64 = m_id;
    const int operation = events == 0 ? EPOLL_CTL_DEL : m_events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    epoll_ctl(m_epoll, operation, m_fd, &event); // libssh may have closed it: then there is nothing to watch
    m_events = events;
}

} // namespace collector::fleet
