#include "ssh/connection.h"

#include "ssh/algorithms.h"
#include "ssh/authentication.h"
#include "ssh/failure.h"
#include "ssh/hostkeycheck.h"
#include "ssh/jumpchain.h"
#include "ssh/jumphosts.h"
#include "ssh/jumpservice.h"
#include "ssh/keyblob.h"
#include "ssh/proposal.h"
#include "ssh/proxycommand.h"
#include "ssh/tunnel.h"

#include <fcntl.h>

#include <algorithm>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1s;                    // before it is asked whether the silent host is connected at all
constexpr auto shortPause = 50ms;                // while a banner comes byte by byte
constexpr uint64_t keyExchangeBytes = 64 * 1024; // more than any server's, certificates and long lists included

} // namespace

SshConnection::SshConnection(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                             LoginPerson *person)
    : m_worker(worker),
      m_settings(std::move(settings)),
      m_info(info),
      m_progress(progress),
      m_person(person),
      m_turn(worker)
{
}

SshConnection::~SshConnection() = default;

Task<> SshConnection::open()
{
    try {
        co_await goThrough();
    } catch (const JobError &error) {
        if (const auto loss = lossOfCarrier(error))
            throw JobError(*loss);
        if (error.cause() == Cause::RateLimited)
            m_turn.wasTurnedAway();
        throw;
    }
}

// What broke on the way to the host is not the host's.
std::optional<JobError> SshConnection::lossOfCarrier(const JobError &error) const
{
    switch (error.cause()) {
    case Cause::Reset:
    case Cause::RateLimited:
    case Cause::NotSsh:
    case Cause::Handshake:
    case Cause::HandshakeTimeout:
    case Cause::ConnectionLost:
        break;
    default:
        return std::nullopt;
    }
    const auto loss = m_carrier ? m_carrier->loss() : std::nullopt;
    if (!loss)
        return std::nullopt;
    return JobError(m_progress.isCommandSent ? Cause::ConnectionLost : Cause::JumpFailed, *loss);
}

Task<> SshConnection::goThrough()
{
    m_info.user = m_settings->user;
    m_info.port = m_settings->port;
    co_await connect();
    co_await awaitBanner();
    m_progress.enter(SshPhase::Wait);
    const Deadline before = m_worker.reactor.now();
    co_await m_turn.waitForHandshake();
    m_handshakeEnd += m_worker.reactor.now() - before;
    m_progress.enter(SshPhase::Handshake);
    co_await exchangeKeys();
    m_progress.enter(SshPhase::HostKey);
    checkHostKey();
    m_progress.enter(SshPhase::Authenticate);
    co_await logIn();
    m_turn.end();
    m_progress.enter(SshPhase::Idle);
}

Task<> SshConnection::connect()
{
    if (!m_settings->jumps.empty() || !m_settings->proxyCommand.isEmpty())
        co_await connectThroughOthers();
    else
        co_await connectDirectly();
    co_await lookUpHostKeys();
}

Task<> SshConnection::connectThroughOthers()
{
    // A name is the jump host's to resolve; of an address it can be said here.
    if (const auto literal = SocketAddress::fromLiteral(m_settings->host, m_settings->port))
        refuseExcluded({*literal});
    if (!m_settings->jumps.empty()) {
        m_info.via = jumpName(*m_settings->jumps.back());
    } else {
        m_info.via = shownCommand(m_settings->proxyCommand).toUtf8();
    }
    m_progress.address = m_settings->host;
    // One address behind two chains is two places, whatever the last hop of both.
    const QByteArray where =
        (m_settings->jumps.empty() ? m_settings->proxyCommand.join(u' ').toUtf8() : chainKey(*m_settings)) + ' ' + m_settings->host;
    co_await takeTurn(where);
    m_progress.enter(SshPhase::Connect);
    // Not a conditional expression: GCC 12 gets a co_await in one wrong.
    Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> way =
        m_settings->jumps.empty() ? startProxyCommand(m_worker, m_settings) : openTunnel();
    std::pair<OwnedSocket, std::unique_ptr<Carrier>> found = co_await way;
    m_socket = std::move(found.first);
    m_carrier = std::move(found.second);
    m_turn.setConnected();
    m_handshakeEnd = m_worker.reactor.after(m_settings->timeouts.handshake);
    m_progress.enter(SshPhase::Handshake);
}

// A jump host's own way leads over those before it, on the thread where they all are.
Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> SshConnection::openTunnel()
{
    if (!m_worker.jumpHosts)
        co_return co_await m_worker.run.jumps().openTunnel(m_worker, m_progress, m_settings);
    std::function<void()> whenBegun = [] {};
    std::pair<OwnedSocket, std::unique_ptr<Tunnel>> way = co_await m_worker.jumpHosts->openTunnel(m_settings, std::move(whenBegun));
    co_return std::pair<OwnedSocket, std::unique_ptr<Carrier>>(std::move(way));
}

// Those that the files know of it, under its own name.
Task<> SshConnection::lookUpHostKeys()
{
    const SshSettings &settings = *m_settings;
    if (!settings.knownHosts) {
        m_knownKeys.emplace(std::vector<KnownKey>());
    } else if (!settings.knownHosts->needsHashing(settings.host, settings.port, settings.hostKeyAlias)) {
        m_knownKeys = settings.knownHosts->lookup(settings.host, settings.port, settings.hostKeyAlias);
    } else {
        auto found = std::make_shared<std::optional<HostKeys>>();
        std::function<void()> step = [found, own = m_settings] {
            *found = own->knownHosts->lookup(own->host, own->port, own->hostKeyAlias);
        };
        co_await offload(m_worker.reactor, m_worker.run.blocking, std::move(step));
        m_knownKeys = std::move(*found);
    }
}

Task<> SshConnection::connectDirectly()
{
    m_progress.enter(SshPhase::Resolve);
    const Deadline resolveEnd = m_worker.reactor.after(m_settings->timeouts.resolve);
    const std::vector<SocketAddress> found =
        co_await m_worker.run.resolver.resolve(m_worker.reactor, m_settings->host, m_settings->family, resolveEnd);
    std::vector<SocketAddress> addresses = found;
    for (SocketAddress &address : addresses)
        address.setPort(m_settings->port);
    refuseExcluded(addresses);
    std::optional<SocketAddress> source;
    if (!m_settings->bindAddress.isEmpty()) {
        source = SocketAddress::fromLiteral(m_settings->bindAddress);
        if (!source)
            throw JobError(Cause::BadVariable, QStringLiteral("BindAddress %1 is no address").arg(printable(m_settings->bindAddress, 64)));
    }

    m_progress.address = addresses.front().toLiteral();
    co_await takeTurn(m_progress.address);
    m_progress.enter(SshPhase::Connect);
    if (addresses.size() == 1) {
        m_peer = addresses.front();
        m_socket = startConnect(m_worker.reactor, m_peer, source);
        m_handshakeEnd = m_worker.reactor.after(m_settings->timeouts.handshake);
        co_return; // awaitBanner() sees to the rest: a server speaks first, so one wait will do for both
    }
    Connected connected = co_await connectToAny(m_worker.reactor, std::move(addresses), source, m_settings->timeouts.connect);
    m_socket = std::move(connected.socket);
    m_peer = connected.peer;
    m_progress.address = m_peer.toLiteral();
    m_handshakeEnd = m_worker.reactor.after(m_settings->timeouts.handshake);
    m_turn.setConnected();
    m_progress.enter(SshPhase::Handshake);
}

// Not more at a time than sshd takes, and no login again that was refused there.
Task<> SshConnection::takeTurn(const QByteArray &address)
{
    m_progress.enter(SshPhase::Wait);
    const QByteArray where = address + ' ' + QByteArray::number(m_settings->port);
    co_await m_turn.waitForAddress(where);
    m_login = where + ' ' + m_settings->user + ' ' + m_settings->identityFiles.join(u' ').toUtf8() + ' ' +
              m_settings->certificateFiles.join(u' ').toUtf8() + ' ' + QByteArray::number(quintptr(m_settings->password.get())) + ' ' +
              m_settings->agentSocket.toUtf8() + (m_settings->mayUseDefaultKeys ? "" : " none");
    if (const std::optional<QString> why = m_worker.run.addresses.wasRefused(m_login)) {
        m_turn.openAddressForOthers();
        throw notTriedAgain(*why, m_settings->user);
    }
}

void SshConnection::refuseExcluded(const std::vector<SocketAddress> &addresses) const
{
    const auto &isExcluded = m_worker.run.options.isExcluded;
    if (!isExcluded)
        return;
    for (const SocketAddress &address : addresses) {
        if (isExcluded(address.toHostAddress()))
            throw JobError(Cause::Excluded, QStringLiteral("%1 is excluded").arg(QString::fromLatin1(address.toLiteral())));
    }
}

// A host that has said nothing for a while: is it there at all?
Task<> SshConnection::awaitConnected()
{
    const int fd = m_socket.descriptor();
    if (!isConnected(fd)) {
        ++m_worker.connects.silent;
        const auto left = m_settings->timeouts.connect - std::min<std::chrono::milliseconds>(patience, m_settings->timeouts.connect);
        const Reactor::Wake wake = co_await m_worker.reactor.ready(fd, EPOLLOUT, m_worker.reactor.after(left));
        if (wake == Reactor::Wake::Expired)
            throw connectTimeout(m_peer, m_settings->timeouts.connect);
        ++m_worker.connects.late;
        if (const auto failure = connectFailure(fd, m_peer))
            throw JobError(*failure);
        m_handshakeEnd = m_worker.reactor.after(m_settings->timeouts.handshake);
    } else {
        ++m_worker.connects.prompt; // only its banner is late
    }
}

Task<> SshConnection::awaitBanner()
{
    Reactor &reactor = m_worker.reactor;
    const int fd = m_socket.descriptor();
    if (m_progress.phase() == SshPhase::Connect) {
        const auto wait = std::min<std::chrono::milliseconds>(patience, m_settings->timeouts.connect);
        const Reactor::Wake wake = co_await reactor.ready(fd, EPOLLIN, reactor.after(wait));
        m_worker.connects.prompt += wake == Reactor::Wake::Ready;
        if (wake == Reactor::Wake::Expired)
            co_await awaitConnected();
        else if (const auto failure = connectFailure(fd, m_peer))
            throw JobError(*failure);
        m_turn.setConnected();
        m_progress.enter(SshPhase::Handshake);
    }
    BannerReader banner(place());
    for (;;) {
        switch (banner.read(fd)) {
        case BannerReader::Found::Ssh:
            co_return;
        case BannerReader::Found::Undecided:
            co_await reactor.sleepUntil(std::min(m_handshakeEnd, reactor.after(shortPause)));
            if (reactor.now() >= m_handshakeEnd)
                throw banner.timeout(m_settings->timeouts.handshake);
            continue;
        case BannerReader::Found::Nothing:
            break;
        }
        // Some wait for us to speak first. Whoever has left by then may have said why, and libssh closes the socket without reading it.
        OwnedSocket unread;
        if (!m_session) {
            unread = OwnedSocket(reactor, fcntl(fd, F_DUPFD_CLOEXEC, 0));
            makeSession();
        }
        m_session->begin();
        if (m_session->isDead())
            throw banner.left(unread.descriptor());
        const Reactor::Wake wake = co_await m_session->progress(m_handshakeEnd);
        if (wake == Reactor::Wake::Expired)
            throw banner.timeout(m_settings->timeouts.handshake);
    }
}

void SshConnection::makeSession()
{
    m_algorithms = proposedAlgorithms(m_settings->algorithms, m_settings->legacy);
    // A host with many keys is to show one that we can check.
    const bool mayOrder = m_settings->algorithms.hostKeys.isEmpty() || m_settings->mayOrderHostKeys;
    if (mayOrder && !m_knownKeys->keys().empty())
        m_algorithms.hostKeys = m_knownKeys->preferredAlgorithms(m_algorithms.hostKeys);
    ssh_session session = m_worker.prototypes.makeSession(m_algorithms);
    m_session = std::make_unique<SshSession>(m_worker.reactor, std::move(m_socket), session);
}

// Powers modulo large primes (2 ms with group14, 13 with group16, 90 with group18, twice) are not for the worker's loop.
class SshConnection::KeyExchange
{
public:
    explicit KeyExchange(SshConnection &connection) : m_connection(connection), m_watch(ssh_get_fd(connection.m_session->handle())) {}

    [[nodiscard]] std::optional<Proposal> proposal() const { return m_watch.proposal(); }

    int operator()() { return ssh_connect(m_connection.m_session->handle()); }
    ThreadPool *pool()
    {
        if (!m_watch.isOver()) {
            m_watch.look();
            if (const auto theirs = m_watch.isOver() ? proposal() : std::nullopt)
                m_isLong = theirs->keyExchange(m_connection.m_algorithms).startsWith("diffie-hellman-");
        }
        if (!m_isLong)
            return nullptr;
        m_connection.m_turn.pauseHandshakeLease(true);
        return &m_connection.m_worker.run.calculations;
    }
    [[nodiscard]] static std::function<int(ssh_session)> step() { return ssh_connect; }
    void waited(std::chrono::nanoseconds time)
    {
        m_connection.m_handshakeEnd += time;
        m_connection.m_turn.pauseHandshakeLease(false);
    }

private:
    SshConnection &m_connection;
    ProposalWatch m_watch;
    bool m_isLong = false;
};

Task<> SshConnection::exchangeKeys()
{
    if (!m_session)
        makeSession();
    m_session->setGathering(true);
    m_session->begin();
    m_session->allowToReceive(keyExchangeBytes);
    KeyExchange request(*this);
    const SshSession::Outcome outcome = co_await m_session->finish(request, SSH_AGAIN, m_handshakeEnd);
    ssh_session session = m_session->handle();
    if (const char *banner = ssh_get_serverbanner(session))
        m_info.banner = QByteArray(banner);
    if (outcome.end != SshSession::End::Done || outcome.status != SSH_OK)
        throw handshakeFailure(*m_session, outcome.end, place(), m_settings->timeouts.handshake, m_algorithms, request.proposal());
    m_info.kex = ssh_get_kex_algo(session);
    m_info.cipher = ssh_get_cipher_in(session);
    m_info.mac = ssh_get_hmac_in(session);
}

void SshConnection::checkHostKey()
{
    ssh_key key = nullptr;
    if (ssh_get_server_publickey(m_session->handle(), &key) != SSH_OK)
        throw JobError(Cause::Handshake, QStringLiteral("%1 has shown no host key").arg(place()));
    const QByteArray blob = publicBlob(key);
    ssh_key_free(key);
    m_info.hostKeyType = keyType(blob);
    m_info.hostKey = fingerprint(blob);
    const HostKeyDecision decision = judgeHostKey(*m_knownKeys, blob, *m_settings);
    m_mayUsePassword = decision != HostKeyDecision::Unchecked;
    if (decision == HostKeyDecision::New && m_worker.run.knownHostsAppender)
        acceptHostKey(*m_worker.run.knownHostsAppender, blob, *m_settings);
}

Task<> SshConnection::logIn()
{
    Authentication authentication(m_worker, *m_session, *m_settings, m_info, m_turn, m_mayUsePassword, m_person);
    try {
        co_await authentication.run();
    } catch (const JobError &error) {
        if (error.cause() == Cause::AuthDenied)
            m_worker.run.addresses.setRefused(m_login, m_person ? error.message() : QString()); // a jump host's is every target's
        throw;
    }
    m_turn.openAddressForOthers();
}

QString SshConnection::place() const
{
    const QString host = QString::fromUtf8(m_progress.address);
    return (host.contains(u':') ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2"))
        .arg(printable(m_progress.address, 255))
        .arg(m_settings->port);
}

} // namespace collector
