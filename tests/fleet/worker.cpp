#include "worker.h"

#include "dialogue.h"
#include "sshconnection.h"
#include "wireconnection.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace collector::fleet {

namespace {

constexpr std::uint64_t listenerId = 0;
constexpr std::uint64_t stopId = 1;
constexpr std::uint64_t firstId = 2;

void watch(int epoll, int fd, std::uint32_t events, std::uint64_t id)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        throw std::runtime_error("epoll_ctl failed");
}

Bind makeBind(ssh_key key)
{
    Bind bind(ssh_bind_new());
    const bool processConfig = false; // /etc/ssh/libssh_server_config is not ours
    ssh_key copy = ssh_key_dup(key);  // the bind owns its key
    if (!bind || !copy || ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_PROCESS_CONFIG, &processConfig) != SSH_OK ||
        ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, copy) != SSH_OK ||
        ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_BANNER, "OpenSSH_9.2p1 Fleet") != SSH_OK)
        throw std::runtime_error("libssh refuses the host key");
    ssh_bind_set_blocking(bind.get(), 0);
    return bind;
}

std::string dotted(const sockaddr_in &address)
{
    char text[INET_ADDRSTRLEN]{};
    inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
    return text;
}

} // namespace

Worker::Worker(Fleet &fleet, int listener)
    : m_fleet(fleet),
      m_listener(listener),
      m_epoll(epoll_create1(EPOLL_CLOEXEC)),
      m_stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_bind(makeBind(fleet.keys.key())),
      m_otherBind(makeBind(fleet.keys.otherKey())),
      m_nextId(firstId)
{
    watch(m_epoll, m_listener, EPOLLIN | EPOLLEXCLUSIVE, listenerId);
    watch(m_epoll, m_stop, EPOLLIN, stopId);
}

Worker::~Worker()
{
    m_connections.clear(); // they take their descriptors out of the set
    close(m_stop);
    close(m_epoll);
}

void Worker::stop()
{
    const std::uint64_t one = 1;
    if (write(m_stop, &one, sizeof one) < 0)
        std::terminate(); // an eventfd takes it
}

void Worker::run()
{
    std::array<epoll_event, 256> events;
    while (!m_stopped) {
        const int count = epoll_wait(m_epoll, events.data(), events.size(), untilNextDeadline());
        const auto now = Clock::now();
        for (int i = 0; i < count; ++i) {
            switch (const std::uint64_t id = events[static_cast<std::size_t>(i)].data.u64) {
            case listenerId:
                accept();
                break;
            case stopId:
                m_stopped = true;
                break;
            default:
                turn(id, now);
            }
        }
        expire(now);
    }
}

void Worker::accept()
{
    // A few at a time: other threads and the sessions that are there want their turn.
    for (int i = 0; i < 16; ++i) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        const int fd = accept4(m_listener, reinterpret_cast<sockaddr *>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE)
                usleep(10'000); // until a client leaves; spinning would keep them from it
            return;
        }
        sockaddr_in own{};
        size = sizeof own;
        getsockname(fd, reinterpret_cast<sockaddr *>(&own), &size);
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        take({fd, ntohl(own.sin_addr.s_addr), dotted(own), dotted(peer) + ' ' + std::to_string(ntohs(peer.sin_port)), ntohs(own.sin_port)});
    }
}

void Worker::take(Call call)
{
    // Whoever may log in may run commands: nobody from outside does, unless that is wanted.
    constexpr std::uint32_t loopback = 127;
    if (call.address >> 24 != loopback && !m_fleet.options.anyAddress) {
        close(call.fd);
        return;
    }
    const Fault *fault = m_fleet.faults.of(call.address);
    const Place place{m_epoll, m_nextId++};
    std::unique_ptr<Connection> connection;
    if (fault && fault->dialogue) {
        connection = std::make_unique<Dialogue>(m_fleet, place, std::move(call), m_fleet.scripts.of(*fault));
    } else if (fault && fault->wire != WireRule::None) {
        connection = std::make_unique<WireConnection>(m_fleet, place, std::move(call), fault->wire);
    } else {
        ssh_bind bind = fault && fault->otherHostKey ? m_otherBind.get() : m_bind.get();
        connection = std::make_unique<SshConnection>(m_fleet, place, std::move(call), fault, bind);
    }
    m_connections.emplace(place.id, std::move(connection));
    turn(place.id, Clock::now());
}

void Worker::turn(std::uint64_t id, Clock::time_point now)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end())
        return; // ended earlier in the same batch
    Connection &connection = *found->second;
    const auto before = connection.due();
    connection.turn(now);
    if (connection.isOver())
        m_connections.erase(found);
    else if (connection.due() != before && connection.due() != Clock::time_point::max())
        m_deadlines.push({connection.due(), id});
}

void Worker::expire(Clock::time_point now)
{
    while (!m_deadlines.empty() && m_deadlines.top().due <= now) {
        const auto [due, id] = m_deadlines.top();
        m_deadlines.pop();
        const auto found = m_connections.find(id);
        if (found != m_connections.end() && found->second->due() == due)
            turn(id, now);
    }
}

int Worker::untilNextDeadline() const
{
    if (m_deadlines.empty())
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_deadlines.top().due - Clock::now());
    return left.count() < 0 ? 0 : static_cast<int>(left.count());
}

} // namespace collector::fleet
