#include "cli/hosttransports.h"

#include "cli/canonicalnames.h"
#include "cli/logging.h"

#include "icmp/echodesk.h"
#include "net/reactortcpstream.h"
#include "net/tcpconnect.h"
#include "output/crashnotes.h"
#include "ssh/sshshell.h"
#include "ssh/terminalquestions.h"

#include <QtEndian>

namespace collector {

namespace {

constexpr int blockingThreads = 4; // key imports, hashing of known_hosts, spawning
constexpr std::chrono::seconds resolveTime(10);

// How it is connected to is asked only when a job asks for a connection: a variable that cannot be used is the host's failure.
const InventoryHost &inventoryHost(const PlannedHost &host)
{
    return static_cast<const InventoryHost &>(host);
}

} // namespace

// A host's connection: its settings are worked out when the first command asks for it.
class HostTransports::Shell final : public HostShell
{
public:
    Shell(SshWorker &worker, const HostSettings &settings, const PlannedHost &host, Progress &progress)
        : m_worker(worker),
          m_settings(settings),
          m_host(host),
          m_info(progress)
    {
    }

    ~Shell() override
    {
        if (hostLog().isDebugEnabled())
            logPhases();
    }

    using HostShell::run;
    Task<ShellReply> run(ShellCommand command) override
    {
        co_await make();
        co_return co_await m_shell->run(std::move(command));
    }
    Task<ShellReply> runUntilLate(ShellCommand command) override
    {
        co_await make();
        co_return co_await m_shell->runUntilLate(std::move(command));
    }

    [[nodiscard]] QString remarkOn(Cause cause) const override { return m_shell ? m_shell->remarkOn(cause) : QString(); }

    void report(Progress &progress) const override
    {
        progress.expiry = causeOfTimeout(m_progress.phase());
        progress.phase = phaseName(m_progress.phase()).toByteArray();
        progress.held = m_progress.held();
        progress.isCommandSent = m_progress.isCommandSent;
        if (!m_progress.address.isEmpty())
            progress.address = m_progress.address;
    }

private:
    Task<> make()
    {
        if (m_shell)
            co_return;
        // What runs here has no connection to tell of.
        std::unique_ptr<ConnectionInfo> &info = inventoryHost(m_host).isLocal() ? m_noInfo : m_info.connection;
        if (!info)
            info = std::make_unique<ConnectionInfo>();
        const auto settings = co_await lookedUpSettings(m_worker, m_settings, inventoryHost(m_host));
        m_shell = std::make_unique<SshShell>(m_worker, settings, *info, m_progress, m_info.timeUp);
    }

    void logPhases() const
    {
        QByteArray phases;
        for (int i = 0; i < sshPhaseCount; ++i) {
            const auto phase = SshPhase(i);
            const auto spent = std::chrono::duration<double, std::milli>(m_progress.spentIn(phase)).count();
            if (phase != SshPhase::Idle && spent >= 0.05)
                phases += QByteArrayLiteral(", ") + phaseName(phase).toByteArray() + ' ' + QByteArray::number(spent, 'f', 1) + " ms";
        }
        qCDebug(hostLog, "%s (%s)%s", m_host.name().constData(), m_progress.address.constData(), phases.constData());
    }

    SshWorker &m_worker;
    const HostSettings &m_settings;
    const PlannedHost &m_host;
    Progress &m_info;
    SshProgress m_progress;
    std::unique_ptr<ConnectionInfo> m_noInfo;
    std::unique_ptr<SshShell> m_shell;
};

// One worker's.
class HostTransports::WorkerTransport final : public Transport
{
public:
    WorkerTransport(HostTransports &run, Reactor &reactor) : m_run(run), m_reactor(reactor) {}

    std::unique_ptr<HostShell> makeShell(const PlannedHost &host, Progress &progress) override
    {
        if (!m_ssh)
            m_ssh = std::make_unique<SshWorker>(m_reactor, m_run.m_ssh);
        return std::make_unique<Shell>(*m_ssh, *m_run.m_setup.settings, host, progress);
    }
    std::unique_ptr<Pinger> makePinger(const PlannedHost &host, Progress &progress) override;
    Task<QByteArray> resolve(const PlannedHost &host, Progress &progress) override
    {
        const std::vector<SocketAddress> addresses = co_await resolve(host);
        progress.address = addresses.front().toLiteral();
        co_return progress.address;
    }
    Task<std::unique_ptr<TcpStream>> connectTcp(const PlannedHost &host, Progress &progress, quint16 port,
                                                std::chrono::milliseconds timeout) override
    {
        std::vector<SocketAddress> addresses = co_await resolve(host);
        for (SocketAddress &address : addresses)
            address.setPort(port);
        Connected connected = co_await connectToAny(m_reactor, std::move(addresses), std::nullopt, timeout);
        progress.address = connected.peer.toLiteral();
        co_return std::make_unique<ReactorTcpStream>(m_reactor, std::move(connected.socket));
    }

    // The addresses of a host, those that must not be contacted left out. Throws JobError: dns, excluded.
    Task<std::vector<SocketAddress>> resolve(const PlannedHost &host)
    {
        const QByteArray target = m_run.m_setup.settings->target(inventoryHost(host));
        std::vector<SocketAddress> addresses =
            co_await m_run.m_resolver.resolve(m_reactor, target, AddressFamily::Any, m_reactor.after(resolveTime));
        if (const auto &isExcluded = m_run.m_setup.ssh.isExcluded) {
            std::erase_if(addresses, [&](const SocketAddress &address) { return isExcluded(address.toHostAddress()); });
            if (addresses.empty())
                throw JobError(Cause::Excluded, QStringLiteral("every address of it is excluded by --exclude or never="));
        }
        co_return addresses;
    }

    // Pings wait for their turn at --rate; what only waits need not be started yet.
    bool hasRoom() override { return !m_desk || m_desk->hasRoom(); }

    int waitingForSomebody() const override
    {
        const auto &questions = m_run.m_ssh.questions;
        return m_ssh && questions && questions->isAsking() ? m_ssh->held : 0;
    }

    ConnectCounts connects() const override { return m_ssh ? m_ssh->connects : ConnectCounts(); }

    EchoDesk &desk()
    {
        if (!m_desk)
            m_desk = std::make_unique<EchoDesk>(m_run.m_echo, m_reactor, [this] { onRoom(); });
        return *m_desk;
    }

private:
    const CrashNotes::Thread m_crashNotes; // of the worker's thread
    HostTransports &m_run;
    Reactor &m_reactor;
    std::unique_ptr<SshWorker> m_ssh;
    std::unique_ptr<EchoDesk> m_desk;
};

class HostTransports::Echo final : public Pinger
{
public:
    Echo(WorkerTransport &worker, const PlannedHost &host, Progress &progress) : m_worker(worker), m_host(host), m_progress(progress) {}

    Task<PingReply> ping(PingRequest request) override
    {
        const UnderWay thisOne(*this);
        const InventoryHost &host = inventoryHost(m_host);
        // The straight way of a literal, a million times.
        if (!host.hasVariables()) {
            if (const auto literal = host.selected().addressOfName())
                co_return co_await m_worker.desk().series(echoAddress(*literal), request);
        }
        const std::vector<SocketAddress> addresses = co_await m_worker.resolve(m_host);
        m_progress.address = addresses.front().toLiteral();
        co_return co_await m_worker.desk().series(EchoAddress::fromSocket(addresses.front().data()), request);
    }

private:
    // While there is a ping under way, and no longer, the end of the host's time means that there was no reply.
    class UnderWay
    {
    public:
        explicit UnderWay(Echo &echo) : m_echo(echo)
        {
            ++m_echo.m_underWay;
            m_echo.m_progress.expiry = Cause::NoReply;
        }
        ~UnderWay()
        {
            if (--m_echo.m_underWay == 0)
                m_echo.m_progress.expiry = Cause::ExecTimeout;
        }
        UnderWay(const UnderWay &) = delete;
        UnderWay &operator=(const UnderWay &) = delete;

    private:
        Echo &m_echo;
    };

    static EchoAddress echoAddress(const IpAddress &address)
    {
        if (!address.isV6())
            return EchoAddress::fromV4(quint32(address.low()));
        EchoAddress echo;
        qToBigEndian(address.high(), echo.bytes.data());
        qToBigEndian(address.low(), echo.bytes.data() + 8);
        if (echo.isLinkLocal()) // of another the zone says nothing, and its answers bear none
            echo.scope = address.scope();
        return echo;
    }

    WorkerTransport &m_worker;
    const PlannedHost &m_host;
    Progress &m_progress;
    int m_underWay = 0;
};

std::unique_ptr<Pinger> HostTransports::WorkerTransport::makePinger(const PlannedHost &host, Progress &progress)
{
    return std::make_unique<Echo>(*this, host, progress);
}

HostTransports::HostTransports(Setup setup)
    : m_setup(std::move(setup)),
      m_blocking(blockingThreads, "lent"),
      m_ssh(m_setup.ssh, m_resolver, m_blocking),
      m_echo(m_setup.pingRate)
{
}

HostTransports::~HostTransports()
{
    m_blocking.abandon(); // a step that hangs must not hold the end of the run
}

std::unique_ptr<Transport> HostTransports::make(Reactor &reactor)
{
    return std::make_unique<WorkerTransport>(*this, reactor);
}

} // namespace collector
