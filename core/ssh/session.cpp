#include "ssh/session.h"

#include <libssh/server.h>

#include <QRegularExpression>

#include <fcntl.h>
#include <netinet/tcp.h>

namespace collector {

namespace {

constexpr int mostIdleWakes = 64;
constexpr int largestDescriptor = 0xffff; // SSH_OPTIONS_FD is cut to 16 bits
constexpr uint64_t mayReceiveAtFirst = 64 * 1024;

} // namespace

SshSession::SshSession(Reactor &reactor, OwnedSocket socket, ssh_session session)
    : m_reactor(reactor),
      m_socket(std::move(socket)),
      m_handle(std::make_shared<Handle>(session)),
      m_fd(m_socket.descriptor()),
      m_mayReceive(mayReceiveAtFirst)
{
    if (!session || m_fd > largestDescriptor)
        throw JobError(Cause::LocalLimit, QStringLiteral("no room for another session; lower --concurrency"));
    const socket_t fd = m_fd;
    ssh_options_set(session, SSH_OPTIONS_FD, &fd);
    ssh_set_blocking(session, 0);
    ssh_set_counters(session, &m_handle->received, &m_handle->packets);
    // Or every channel that the host opens is kept for us to accept.
    ssh_set_message_callback(
        session, [](ssh_session, ssh_message, void *) { return 1; }, nullptr);
}

SshSession::Handle::~Handle()
{
    if (event) {
        ssh_event_remove_session(event, session);
        ssh_event_free(event);
    }
    ssh_free(session);
}

SshSession::~SshSession()
{
    forget();
}

void SshSession::begin()
{
    if (m_hasBegun)
        return;
    m_hasBegun = true;
    ssh_connect(handle());
    if (!isDead())
        fcntl(m_fd, F_SETFL, O_RDWR | O_NONBLOCK); // libssh has just cleared it
    [[maybe_unused]] const int itsOwnNow = m_socket.release();
}

// Of no avail on a jump's socket pair.
static void setTcp(int descriptor, int option, int value)
{
    setsockopt(descriptor, IPPROTO_TCP, option, &value, sizeof value);
}

void SshSession::setGathering(bool isGathering)
{
    m_isGathering = isGathering;
    setTcp(m_fd, TCP_CORK, isGathering);
}

void SshSession::pump()
{
    ssh_event &event = m_handle->event;
    if (!event) {
        event = ssh_event_new();
        ssh_event_add_session(event, handle());
    }
    ssh_event_dopoll(event, 0);
}

std::optional<SshSession::Outcome> SshSession::judge(int status, int again)
{
    const bool isOver = isDead(); // before anything else can take the descriptor's number
    if (status != again)
        return Outcome{End::Done, status};
    if (isOver)
        return Outcome{End::Died, status};
    if (isFlooded())
        return Outcome{End::Flooded, status};
    noteProgress();
    if (m_isGathering)
        setTcp(m_fd, TCP_NODELAY, 1); // sends what has been gathered, and leaves the cork where it is: tcp(7)
    return std::nullopt;
}

Task<int> SshSession::calculate(ThreadPool &pool, std::function<int(ssh_session)> step)
{
    auto status = std::make_shared<int>(SSH_ERROR);
    std::function<void()> run = [status, step = std::move(step), handle = lend()] {
        if (handle.use_count() > 1) // or nobody waits for it any more
            *status = step(handle->session);
    };
    co_await offload(m_reactor, pool, std::move(run));
    co_return *status;
}

void SshSession::retire(ssh_channel channel)
{
    freeRetired();
    m_retired = channel;
    (void)isDead();
}

void SshSession::freeRetired()
{
    if (!m_retired)
        return;
    ssh_channel_free(std::exchange(m_retired, nullptr));
    (void)isDead(); // that was sent, or could not be
}

bool SshSession::isDead()
{
    ssh_session session = handle();
    if (ssh_get_fd(session) != SSH_INVALID_SOCKET && !(ssh_get_status(session) & (SSH_CLOSED | SSH_CLOSED_ERROR)))
        return false;
    forget();
    return true;
}

// At once: libssh may have closed it, and the number may be another's soon.
void SshSession::forget()
{
    if (m_isWatched && m_fd >= 0)
        m_reactor.forget(m_fd);
    m_isWatched = false;
    m_fd = -1;
}

std::shared_ptr<SshSession::Handle> SshSession::lend()
{
    if (std::exchange(m_isWatched, false))
        m_reactor.forget(m_fd);
    return m_handle;
}

QString SshSession::errorText() const
{
    const QString said = printable(QByteArrayView(ssh_get_error(handle())));
    static const QRegularExpression disconnect(QStringLiteral("^Received SSH_MSG_DISCONNECT: \\d+:\\s*(?=.)"));
    if (const auto match = disconnect.match(said); match.hasMatch())
        return saidByHost + said.sliced(match.capturedEnd());
    if (said.contains(QLatin1StringView("reset by peer"), Qt::CaseInsensitive) || said.contains(QLatin1StringView("Broken pipe")))
        return resetByHost;
    constexpr QLatin1StringView socketError("Socket error: ");
    if (!said.startsWith(socketError))
        return said;
    const QString error = said.sliced(socketError.size());
    // The last two where a write had failed before: the descriptor is closed then, and errno perhaps another's.
    return error == u"disconnected" || error == u"Bad file descriptor" || error == u"Success" ? closedByHost : error;
}

// A session that is woken again and again and neither takes in nor sends anything would never end.
void SshSession::noteProgress()
{
    const uint64_t bytes = m_handle->received.in_bytes + m_handle->received.out_bytes;
    if (std::exchange(m_lastBytes, bytes) != bytes)
        m_idleWakes = 0;
    else if (++m_idleWakes > mostIdleWakes)
        throw JobError(Cause::Internal, QStringLiteral("the session is awake without anything to do; please report this"));
}

} // namespace collector
