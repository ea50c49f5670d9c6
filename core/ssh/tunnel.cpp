#include "ssh/tunnel.h"

#include "ssh/serveralive.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr size_t bite = 16 * 1024;
constexpr unsigned smallestPacket = 1024;
constexpr unsigned administrativelyProhibited = 1; // RFC 4254 5.1
constexpr auto patience = 1s;                      // before it is asked whether others may begin

bool hasHungUp(int descriptor)
{
    pollfd state{descriptor, POLLRDHUP, 0};
    return poll(&state, 1, 0) != 0;
}

QString target(const QByteArray &host, quint16 port)
{
    return QStringLiteral("%1:%2").arg(printable(host, 255)).arg(port);
}

} // namespace

Tunnel::Tunnel(SshWorker &worker, std::shared_ptr<JumpSession> jump, Gate::Pass place, QString jumpName)
    : m_worker(worker),
      m_jump(std::move(jump)),
      m_place(std::move(place)),
      m_jumpName(std::move(jumpName)),
      m_task(bridge())
{
    ssh_callbacks_init(&m_callbacks);
    m_callbacks.userdata = this;
    m_callbacks.channel_data_function = [](ssh_session, ssh_channel, void *data, uint32_t size, int isError, void *self) {
        return isError ? int(size) : int(static_cast<Tunnel *>(self)->takeData(data, size));
    };
    m_callbacks.channel_eof_function = [](ssh_session, ssh_channel, void *self) { static_cast<Tunnel *>(self)->m_isEof = true; };
    m_callbacks.channel_close_function = [](ssh_session, ssh_channel, void *self) { static_cast<Tunnel *>(self)->m_isEof = true; };
    m_jump->add(*this);
}

Tunnel::~Tunnel()
{
    m_jump->remove(*this);
    if (!m_channel)
        return;
    ssh_remove_channel_callbacks(m_channel, &m_callbacks);
    if (m_opening && m_opening->isHeard() && !m_opening->isAnswered() && !m_jump->failure()) {
        m_jump->openings().giveUp(std::move(m_opening), m_channel);
        return;
    }
    {
        const JumpOpenings::Hearing hearing(m_jump->openings());
        ssh_channel_free(m_channel);
    }
    m_jump->moved();
}

std::function<std::optional<QString>()> Tunnel::lossTeller() const
{
    return [loss = m_jump->lossTeller(), name = m_jumpName] {
        const std::optional<QString> why = loss();
        return why ? std::optional(QStringLiteral("jump host %1: %2").arg(name, *why)) : std::nullopt;
    };
}

Task<OwnedSocket> Tunnel::open(QByteArray host, quint16 port, std::chrono::milliseconds timeout, std::function<void()> whenBegun)
{
    m_opening = co_await m_jump->openings().begin(m_worker.reactor);
    whenBegun();
    if (m_jump->failure() && m_jump->failure()->cause() == Cause::LocalLimit)
        throw JobError(*m_jump->failure());
    if (m_jump->failure() && m_jump->failure()->cause() == Cause::Excluded) // what is behind it is not ours to contact either
        throw JobError(Cause::Excluded, loss().value_or(QString()));
    if (const auto lost = loss())
        throw JobError(Cause::JumpFailed, *lost);
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw JobError(Cause::LocalLimit,
                       QStringLiteral("no descriptor is left for a tunnel; raise the limit (ulimit -n) or lower --concurrency"));
    m_socket = OwnedSocket(m_worker.reactor, ends[0]);
    OwnedSocket theirs(m_worker.reactor, ends[1]);

    m_channel = ssh_channel_new(m_jump->session().handle());
    if (!m_channel)
        throw JobError(Cause::JumpFailed, QStringLiteral("jump host %1 takes no more channels").arg(m_jumpName));
    ssh_set_channel_callbacks(m_channel, &m_callbacks);
    co_await openChannel(std::move(host), port, timeout);
    m_opening.reset();
    {
        const NobodysJob lasting; // the bridge stays while the host's jobs come and go
        m_task.start();
    }
    co_return theirs;
}

Task<> Tunnel::openChannel(QByteArray host, quint16 port, std::chrono::milliseconds timeout)
{
    const Deadline begun = m_worker.reactor.now();
    const Deadline deadline = begun + timeout;
    const Deadline late = begun + patience;
    for (;;) {
        if (m_opening->holdsOthersUp() && m_worker.reactor.now() >= late)
            letOthersBegin();
        const bool wasAnswered = m_opening->isAnswered();
        if (look(host, port))
            co_return;
        if (m_opening->isAnswered() && !wasAnswered)
            continue; // taken in by what came after the call
        if (m_worker.reactor.now() >= deadline)
            throw JobError(Cause::ConnectTimeout, QStringLiteral("%1 cannot be reached from jump host %2 within %3 ms")
                                                      .arg(target(host, port), m_jumpName)
                                                      .arg(timeout.count()));
        const bool isAsked = !m_opening->holdsOthersUp() || m_receivedBefore;
        co_await m_jump->event(isAsked ? deadline : std::min(deadline, late));
    }
}

// The jump host may be looking for it, or be held up by it: sshd looks names up in the midst of its work. What it says after all that it
// was sent tells.
void Tunnel::letOthersBegin()
{
    SshSession &session = m_jump->session();
    if (!m_receivedBefore) {
        m_receivedBefore = session.received();
        {
            const JumpOpenings::Hearing hearing(m_jump->openings());
            ServerAlive::ask(session);
        }
        m_jump->moved();
    }
    if (session.received() != *m_receivedBefore)
        m_opening->letOthersBegin();
}

bool Tunnel::look(const QByteArray &host, quint16 port)
{
    int status = SSH_AGAIN;
    if (!m_opening->isHeard() || m_opening->isAnswered()) { // or whoever takes the answer in hears it
        {
            const JumpOpenings::Hearing hearing(m_jump->openings(), m_opening.get());
            status = ssh_channel_open_forward(m_channel, host.constData(), port, "127.0.0.1", 0);
        }
        m_jump->moved();
    }
    if (m_jump->failure())
        throw JobError(Cause::JumpFailed, *loss());
    // Whosever channel it was: not a byte may be written to such a host.
    if (const auto size = m_jump->openings().smallestPacket(); size && *size < smallestPacket)
        throw JobError(Cause::JumpFailed, QStringLiteral("jump host %1 takes packets of %2 bytes at most").arg(m_jumpName).arg(*size));
    if (status == SSH_ERROR)
        throw refusal(host, port);
    return status == SSH_OK;
}

// In place of a reason that a jump host leaves out (RFC 4254, section 5.1).
static QString reasonOf(uint32_t code)
{
    switch (code) {
    case administrativelyProhibited:
        return QStringLiteral("administratively prohibited");
    case 2:
        return QStringLiteral("connect failed");
    case 3:
        return QStringLiteral("unknown channel type");
    case 4:
        return QStringLiteral("resource shortage");
    default:
        return QStringLiteral("it does not say why (code %1)").arg(code);
    }
}

JobError Tunnel::refusal(const QByteArray &host, quint16 port) const
{
    const auto &refusal = m_opening->refusal();
    QString said = refusal ? printable(refusal->reason) : m_jump->session().errorText();
    if (said.isEmpty())
        said = refusal ? reasonOf(refusal->code) : QStringLiteral("it does not say why");
    const auto says = [&said](const char *words) { return said.contains(QLatin1StringView(words), Qt::CaseInsensitive); };
    Cause cause = Cause::JumpFailed;
    if (says("refused"))
        cause = Cause::Refused;
    else if (says("timed out"))
        cause = Cause::ConnectTimeout;
    else if (says("no route") || says("unreachable"))
        cause = Cause::NoRoute;
    else if (says("not known") || says("resolve") || says("name resolution") || says("unknown host"))
        cause = Cause::Dns;
    else if (says("prohibited") || (refusal && refusal->code == administrativelyProhibited)) // of which sshd says: open failed
        cause = Cause::Prohibited;
    if (cause == Cause::Prohibited)
        said += QStringLiteral(
            "; its sshd does not allow this forwarding (AllowTcpForwarding, PermitOpen, an account whose password has to be changed)");
    return JobError(cause, QStringLiteral("jump host %1 does not connect to %2: %3").arg(m_jumpName, target(host, port), said));
}

// Within libssh: takes what the inner session takes. The rest stays where it is, and the window with it.
uint32_t Tunnel::takeData(const void *bytes, uint32_t size)
{
    if (m_hasLeftover)
        return 0; // in order
    const ssize_t sent = send(m_socket.descriptor(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        return size; // nobody is there to take it
    const auto taken = uint32_t(sent < 0 ? 0 : sent);
    m_hasLeftover = taken < size;
    return taken;
}

bool Tunnel::mayWrite() const
{
    return !m_isInputEnded && m_unsent.isEmpty() && ssh_channel_window_size(m_channel) > 0 && !m_jump->session().hasUnsent();
}

// Nothing changes in libssh but by what comes.
bool Tunnel::mayRetry() const
{
    SshSession &session = m_jump->session();
    return !m_unsent.isEmpty() && session.received() != m_receivedAtWrite && !session.hasUnsent();
}

void Tunnel::jumpHasMoved()
{
    if (m_socket.descriptor() < 0 || !m_channel)
        return;
    if (m_jump->failure())
        m_isEof = true;
    endOutput();
    if (m_jump->failure())
        return;
    m_worker.reactor.widen(m_socket.descriptor(),
                           (mayWrite() ? uint32_t(EPOLLIN) : 0) | (m_hasLeftover || mayRetry() ? uint32_t(EPOLLOUT) : 0));
}

void Tunnel::endOutput()
{
    if (m_isEof && (!m_hasLeftover || m_jump->failure()) && !std::exchange(m_isOutputEnded, true))
        shutdown(m_socket.descriptor(), SHUT_WR);
}

// However it ends, the inner session is to hear of it: nothing would tell it but its timeouts.
Task<> Tunnel::bridge()
{
    co_await carry();
    shutdown(m_socket.descriptor(), SHUT_RDWR);
}

Task<> Tunnel::carry()
{
    for (;;) {
        // What is written while the jump host takes nothing would pile up: then only its moving on wakes us.
        uint32_t events = EPOLLRDHUP;
        if (mayWrite())
            events |= EPOLLIN;
        if (m_hasLeftover || mayRetry())
            events |= EPOLLOUT;
        if (m_isInputEnded && !m_hasLeftover)
            co_return;
        co_await m_worker.reactor.ready(m_socket.descriptor(), events);
        if (m_jump->failure())
            co_return;
        if (!m_hasLeftover && !mayWrite() && !mayRetry()) {
            // It has hung up, or another tunnel was faster and has filled what we share: our turn comes.
            if (hasHungUp(m_socket.descriptor()))
                co_return;
            continue;
        }
        if (m_hasLeftover)
            drain();
        const bool isMore = sendToHost();
        m_jump->moved();
        if (!isMore)
            co_return;
    }
}

// What was left behind, as far as it is taken now.
void Tunnel::drain()
{
    std::array<char, bite> buffer;
    for (;;) {
        if (m_pending.isEmpty()) {
            const JumpOpenings::Hearing hearing(m_jump->openings());
            const int got = ssh_channel_read_nonblocking(m_channel, buffer.data(), buffer.size(), 0);
            m_hasLeftover = got > 0;
            if (got <= 0) {
                endOutput();
                return;
            }
            m_pending = QByteArray(buffer.data(), got);
        }
        const ssize_t sent = send(m_socket.descriptor(), m_pending.constData(), size_t(m_pending.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
            return;
        m_pending.remove(0, sent);
    }
}

bool Tunnel::sendToHost()
{
    std::array<char, bite> buffer;
    const JumpOpenings::Hearing hearing(m_jump->openings());
    if (mayRetry() && !write(std::exchange(m_unsent, {})))
        return false;
    while (mayWrite()) {
        const size_t most = std::min<size_t>(buffer.size(), ssh_channel_window_size(m_channel));
        const ssize_t got = recv(m_socket.descriptor(), buffer.data(), most, MSG_DONTWAIT);
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
        if (got == 0) {
            m_isInputEnded = true;
            ssh_channel_send_eof(m_channel);
            return m_hasLeftover;
        }
        if (!write(QByteArrayView(buffer.data(), got)))
            return false;
    }
    return true;
}

// libssh takes less where keys are exchanged: what it leaves is kept until something has come.
bool Tunnel::write(QByteArrayView bytes)
{
    const int taken = ssh_channel_write(m_channel, bytes.data(), uint32_t(bytes.size()));
    m_receivedAtWrite = m_jump->session().received();
    if (taken < 0)
        return false;
    m_unsent = bytes.sliced(taken).toByteArray();
    return true;
}

} // namespace collector
