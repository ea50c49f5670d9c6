#include "net/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace collector {

Inbox::Inbox() : m_event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Inbox::~Inbox()
{
    ::close(m_event);
}

void Inbox::send(std::function<void()> message)
{
    const std::lock_guard lock(m_mutex);
    if (m_isClosed)
        return;
    m_messages.push_back(std::move(message));
    if (m_messages.size() > 1)
        return; // whoever sent the first has rung already
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = write(m_event, &one, sizeof one);
}

std::vector<std::function<void()>> Inbox::takeAll()
{
    const std::lock_guard lock(m_mutex);
    uint64_t count = 0;
    [[maybe_unused]] const auto got = read(m_event, &count, sizeof count);
    return std::exchange(m_messages, {});
}

void Inbox::close()
{
    std::vector<std::function<void()>> unread; // destroyed without the lock: what they own may want to send
    const std::lock_guard lock(m_mutex);
    m_isClosed = true;
    unread.swap(m_messages);
}

} // namespace collector
