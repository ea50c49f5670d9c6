// EchoService: the ping thread. Made once for a run, on any thread; openMailbox() may be called from any thread. Costs nothing until
// the first request: neither sockets nor wake-ups. The destructor ends the thread; series in flight end without a result.

#pragma once

#include "icmp/echomailbox.h"

#include <atomic>
#include <thread>

namespace collector {

class EchoService
{
public:
    // `rate`: packets a second over everything, retries included; 0: no limit.
    explicit EchoService(double rate);
    ~EchoService();
    EchoService(const EchoService &) = delete;
    EchoService &operator=(const EchoService &) = delete;

    // A mailbox of its own for a worker. At most 255 in the life of a service; then null.
    [[nodiscard]] std::shared_ptr<EchoMailbox> openMailbox(EchoMailbox::Calls calls);

    // As of the thread's last turn.
    [[nodiscard]] EchoCounters counters() const;

private:
    void run();

    const double m_rate;
    const std::shared_ptr<EchoDoorbell> m_doorbell;
    std::atomic<bool> m_isEnding = false;

    mutable std::mutex m_lock;
    std::vector<std::shared_ptr<EchoMailbox>> m_newMailboxes;
    int m_mailboxes = 0;
    EchoCounters m_counters;

    std::thread m_thread; // last: everything else is there when it begins
};

} // namespace collector
