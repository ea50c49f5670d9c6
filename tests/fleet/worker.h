// Worker: one thread's epoll set, the connections that it accepted, and when they are due.
//
// run() returns after stop(), which any thread may call, once. All workers accept from one listening socket.

#pragma once

#include "connection.h"
#include "fleet.h"

#include <libssh/server.h>

#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

namespace collector::fleet {

struct FreeBind
{
    void operator()(ssh_bind bind) const { ssh_bind_free(bind); }
};
using Bind = std::unique_ptr<ssh_bind_struct, FreeBind>;

class Worker
{
public:
    Worker(Fleet &fleet, int listener);
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    void run();
    void stop();

private:
    struct Deadline
    {
        Clock::time_point due;
        std::uint64_t id;
        bool operator>(const Deadline &other) const { return due > other.due; }
    };

    void accept();
    void take(Call call);
    void turn(std::uint64_t id, Clock::time_point now);
    void expire(Clock::time_point now);
    [[nodiscard]] int untilNextDeadline() const;

    Fleet &m_fleet;
    const int m_listener;
    const int m_epoll;
    const int m_stop;
    const Bind m_bind;
    const Bind m_otherBind; // with the host key that nobody knows
    bool m_stopped = false;
    std::uint64_t m_nextId;
    std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> m_connections;
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> m_deadlines; // lazily: an entry may be out of date
};

} // namespace collector::fleet
