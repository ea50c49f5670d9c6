// SilentPort: a port, on every address of this machine, where a SYN has no answer: a listener whose queue is full. As a host that is down
// looks, or one behind a firewall that drops, without a network of the test's own.

#pragma once

#include <QtGlobal>

#include <vector>

namespace collector {

class SilentPort
{
public:
    SilentPort();
    ~SilentPort();
    SilentPort(const SilentPort &) = delete;
    SilentPort &operator=(const SilentPort &) = delete;

    [[nodiscard]] quint16 port() const { return m_port; }

    // Takes who has come, from then on; gives the next one that called such an address (host byte order), -1: none is there. The caller's.
    [[nodiscard]] int accept(quint32 address);

private:
    int m_listener = -1;
    std::vector<int> m_queued; // our own ends of what fills the queue
    quint16 m_port = 0;
};

} // namespace collector
