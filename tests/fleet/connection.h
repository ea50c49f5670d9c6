// Connection: one accepted socket and whatever answers on it. Lives on its worker's thread.
//
// Its worker calls turn() when a descriptor that it watches is ready and when its time has come; it does what can be done
// without waiting, and says with end() that it is over. The worker then destroys it, never in the middle of a turn.

#pragma once

#include "interest.h"

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace collector::fleet {

using Clock = std::chrono::steady_clock;

// Where a connection begins: the socket, and the host that was called.
struct Call
{
    int fd;
    std::uint32_t address; // the host's, in host order
    std::string host;      // the same, dotted
    std::string peer;      // the client's `address port`
    std::uint16_t port;    // ours
};

// How a connection is known to the epoll set of its worker.
struct Place
{
    int epoll;
    std::uint64_t id;
};

class Connection
{
public:
    virtual ~Connection() = default;
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    virtual void turn(Clock::time_point now) = 0;

    [[nodiscard]] bool isOver() const { return m_over; }
    [[nodiscard]] Clock::time_point due() const { return m_due; } // max(): waits for no time

protected:
    Connection() = default;
    void end() { m_over = true; }
    void setDue(Clock::time_point due) { m_due = due; }

private:
    bool m_over = false;
    Clock::time_point m_due = Clock::time_point::max();
};

} // namespace collector::fleet
