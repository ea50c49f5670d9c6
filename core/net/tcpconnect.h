// TCP connections, made without blocking.

#pragma once

#include "net/reactor.h"
#include "net/socketaddress.h"

#include <collector/joberror.h>
#include <collector/task.h>

#include <optional>
#include <utility>
#include <vector>

namespace collector {

// A socket that is closed, and forgotten by its reactor, when it goes.
class OwnedSocket
{
public:
    OwnedSocket() = default;
    // Of a descriptor that has just been made.
    OwnedSocket(Reactor &reactor, int descriptor) : m_reactor(&reactor), m_descriptor(descriptor) { reactor.forget(descriptor); }
    OwnedSocket(OwnedSocket &&other) noexcept : m_reactor(other.m_reactor), m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    OwnedSocket &operator=(OwnedSocket &&other) noexcept;
    ~OwnedSocket();

    [[nodiscard]] int descriptor() const { return m_descriptor; }
    // It is another's to close now; the reactor still knows it.
    [[nodiscard]] int release() { return std::exchange(m_descriptor, -1); }

private:
    Reactor *m_reactor = nullptr;
    int m_descriptor = -1;
};

// A socket on its way to `peer`: non-blocking, close-on-exec, without Nagle's delay, with keep-alive. Throws JobError: local_limit,
// no_route, prohibited, bad_address, refused, bad_variable (the source is not ours). It is connected once it is writable and
// connectFailure() has nothing to say; readable comes first where the peer speaks first.
[[nodiscard]] OwnedSocket startConnect(Reactor &reactor, const SocketAddress &peer, const std::optional<SocketAddress> &source);

// What became of it; none while it is under way, and when it is made.
[[nodiscard]] std::optional<JobError> connectFailure(int descriptor, const SocketAddress &peer);
[[nodiscard]] bool isConnected(int descriptor);

// The error for an errno of connect(), send() or recv() before there is a session.
[[nodiscard]] JobError connectError(int error, const SocketAddress &peer);
[[nodiscard]] JobError connectTimeout(const SocketAddress &peer, std::chrono::milliseconds after);

struct Connected
{
    OwnedSocket socket;
    SocketAddress peer;
};

// Connects to whichever answers first: they are tried in order, families alternating, each with a head start of 250 ms (RFC 8305).
// Throws what the first address failed with when all have failed, connect_timeout at the deadline.
Task<Connected> connectToAny(Reactor &reactor, std::vector<SocketAddress> peers, std::optional<SocketAddress> source,
                             std::chrono::milliseconds timeout);

} // namespace collector
