// SshSession: one libssh session over a connected socket, and how a coroutine waits for it.
//
// What libssh demands is kept here: it never blocks, owns the socket once it has begun, is asked after each call whether the
// session is dead, since it would say "again" for ever, and is freed by ssh_free() alone. Byte limits are checked between calls. On the
// reactor's thread.

#pragma once

#include "net/offload.h"
#include "net/reactor.h"
#include "net/tcpconnect.h"

#include <collector/joberror.h>
#include <collector/task.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <sys/epoll.h>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

namespace collector {

// A call of libssh that may calculate for long (an RSA signature takes 9 ms): while it does, the session is lent to a pool, and the loop is
// there for the others. It has
//   ThreadPool *pool()                       where the next call is made; null: here
//   std::function<int(ssh_session)> step()   that call, owning all it uses
//   void waited(std::chrono::nanoseconds)    how long it took with the pool: no time of the host's
template<typename Call>
concept MayCalculate = std::is_member_function_pointer_v<decltype(&Call::pool)>;

class SshSession
{
public:
    // How a call of libssh ended.
    enum class End {
        Done,    // with `status`
        Expired, // not within the deadline
        Died,    // the connection is gone
        Flooded, // the host has sent more than it may
    };
    struct Outcome
    {
        End end = End::Done;
        int status = SSH_OK;
    };

    // What libssh uses, and may still be using on another thread when this is gone: freed by its last owner.
    struct Handle
    {
        explicit Handle(ssh_session own) : session(own) {}
        ~Handle();
        Handle(const Handle &) = delete;
        Handle &operator=(const Handle &) = delete;

        const ssh_session session;
        ssh_event event = nullptr;     // since it was pumped: in it libssh polls, on whatever thread
        ssh_counter_struct received{}; // bytes
        ssh_counter_struct packets{};  // and what they decrypt to
    };

    // Takes the socket over, and the session, which has its options (SessionPrototypes); null: there is no memory for one.
    SshSession(Reactor &reactor, OwnedSocket socket, ssh_session session);
    ~SshSession();
    SshSession(const SshSession &) = delete;
    SshSession &operator=(const SshSession &) = delete;

    [[nodiscard]] ssh_session handle() const { return m_handle->session; }
    [[nodiscard]] Reactor &reactor() const { return m_reactor; }

    // To be lent to a step on another thread, while nothing else is done with the session here. The socket may be closed there, and its
    // number be another's by the time the session is back.
    [[nodiscard]] std::shared_ptr<Handle> lend();

    // The first ssh_connect(): sends our banner, reads nothing.
    void begin();

    // While it holds, what several calls send until the next wait goes out together: banner with KEXINIT, NEWKEYS with the first request.
    void setGathering(bool isGathering);

    // Calls until libssh no longer answers `again`. `call` outlives the task.
    template<typename Call>
    Task<Outcome> finish(Call &call, int again, Deadline deadline);
    template<MayCalculate Call>
    Task<Outcome> finish(Call &call, int again, Deadline deadline);

    // Takes in and sends out what there is, in any state after the key exchange; callbacks are called from here.
    void pump();

    // Until there is something to take in, or room for what is to be sent; not at all where the session is dead.
    [[nodiscard]] Reactor::ReadyWait progress(Deadline deadline);

    // For those who call libssh besides whoever waits: what they have left unsent is sent when there is room.
    void flushLater() { m_reactor.widen(m_fd, hasUnsent() ? EPOLLIN | EPOLLOUT : EPOLLIN); }

    // To be asked after every call, before the loop goes on: libssh closes the socket at a failed write, and the kernel gives its number
    // to the next connection.
    [[nodiscard]] bool isDead();
    [[nodiscard]] bool isFlooded() const { return m_handle->received.in_bytes > m_mayReceive; }
    [[nodiscard]] bool hasUnsent() const { return ssh_get_status(handle()) & SSH_WRITE_PENDING; }

    // A channel that has served. It is closed before the next one is opened, or goes with the session, without a word.
    void retire(ssh_channel channel);
    void freeRetired();
    // Whether one was opened before.
    [[nodiscard]] bool hasHadChannel() const { return m_hasHadChannel; }
    void noteChannel() { m_hasHadChannel = true; }

    // How many bytes the host may send from now on.
    void allowToReceive(uint64_t bytes) { m_mayReceive = m_handle->received.in_bytes + bytes; }
    [[nodiscard]] uint64_t received() const { return m_handle->received.in_bytes; }
    [[nodiscard]] uint64_t packetsReceived() const { return m_handle->packets.in_packets; }

    // What libssh, or the host as it left, says of the last failure, fit to be shown.
    [[nodiscard]] QString errorText() const;
    static constexpr QLatin1StringView closedByHost{"the host closed it"}, resetByHost{"the host reset it"}, saidByHost{"the host says: "};

private:
    // What a call's status means; nothing: wait, and call again.
    [[nodiscard]] std::optional<Outcome> judge(int status, int again);
    Task<int> calculate(ThreadPool &pool, std::function<int(ssh_session)> step);
    void noteProgress();
    void forget();

    Reactor &m_reactor;
    OwnedSocket m_socket; // until libssh has it
    const std::shared_ptr<Handle> m_handle;
    ssh_channel m_retired = nullptr;
    int m_fd = -1; // what the reactor watches; -1: dead
    uint64_t m_mayReceive = 0;
    uint64_t m_lastBytes = 0;
    int m_idleWakes = 0;
    bool m_isWatched = true; // the reactor may know of the socket
    bool m_hasBegun = false;
    bool m_isGathering = false;
    bool m_hasHadChannel = false;
};

template<typename Call>
Task<SshSession::Outcome> SshSession::finish(Call &call, int again, Deadline deadline)
{
    for (;;) {
        const int status = call();
        if (const auto outcome = judge(status, again))
            co_return *outcome;
        const Reactor::Wake wake = co_await progress(deadline);
        if (wake == Reactor::Wake::Expired)
            co_return Outcome{End::Expired, status};
    }
}

template<MayCalculate Call>
Task<SshSession::Outcome> SshSession::finish(Call &call, int again, Deadline deadline)
{
    for (;;) {
        int status = again;
        if (ThreadPool *pool = call.pool()) {
            const Deadline before = m_reactor.now();
            std::function<int(ssh_session)> step = call.step();
            status = co_await calculate(*pool, std::move(step));
            const std::chrono::nanoseconds waited = m_reactor.now() - before;
            deadline += waited;
            call.waited(waited);
        } else {
            status = call();
        }
        if (const auto outcome = judge(status, again))
            co_return *outcome;
        const Reactor::Wake wake = co_await progress(deadline);
        if (wake == Reactor::Wake::Expired)
            co_return Outcome{End::Expired, status};
    }
}

inline Reactor::ReadyWait SshSession::progress(Deadline deadline)
{
    if (!isDead())
        m_isWatched = true;
    // Not what ssh_get_poll_flags() says: it asks for POLLOUT after every write.
    return m_reactor.ready(m_fd, hasUnsent() ? EPOLLIN | EPOLLOUT : EPOLLIN, deadline);
}

} // namespace collector
