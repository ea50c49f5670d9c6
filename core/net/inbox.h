// Inbox: how other threads reach a reactor. Outlives it: whoever holds one may always send; what comes after the reactor is
// gone is destroyed unread. Thread-safe.

#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace collector {

class Inbox
{
public:
    Inbox();
    ~Inbox();
    Inbox(const Inbox &) = delete;
    Inbox &operator=(const Inbox &) = delete;

    // Has `message` called on the reactor's thread, soon, in order. It must not throw.
    void send(std::function<void()> message);

    // For the reactor: the descriptor that is readable while there is something, and all that there is.
    [[nodiscard]] int descriptor() const { return m_event; }
    [[nodiscard]] std::vector<std::function<void()>> takeAll();
    void close();

private:
    const int m_event;
    std::mutex m_mutex;
    std::vector<std::function<void()>> m_messages;
    bool m_isClosed = false;
};

} // namespace collector
