#include "sshbench.h"

#include "fleet/serverprocess.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTest>

#include <collector/join.h>

#include <algorithm>

namespace collector {

SshBench::SshBench(SshRun::Options options) : ssh(std::move(options), resolver, blocking), worker(std::make_unique<SshWorker>(reactor, ssh))
{
}

SshBench::~SshBench()
{
    destroyAll();
}

SshSettings SshBench::settingsFor(const ServerProcess &server, const QByteArray &address) const
{
    SshSettings settings;
    settings.host = address;
    settings.port = server.port();
    settings.user = ServerProcess::user().toUtf8();
    Credentials::Sources sources;
    sources.identities = {server.clientKey()};
    settings.credentials = Credentials::gather(std::move(sources));
    settings.knownHostsFile = server.knownHostsFile();
    settings.userKnownHostsFiles = {server.knownHostsFile()};
    KnownHostsFiles files;
    settings.knownHosts = files.open({server.knownHostsFile()});
    return settings;
}

Cause SshOutcome::commandCause() const
{
    if (!reply)
        return cause;
    if (!reply->signal.isEmpty())
        return Cause::Signal;
    constexpr qint64 belowEveryLimit = 4096;
    if (reply->isTruncated)
        return std::max(reply->output.size(), reply->errorOutput.size()) < belowEveryLimit ? Cause::ConnectionLost : Cause::OutputLimit;
    return reply->isOk() ? Cause::None : Cause::ExitStatus;
}

Task<> SshBench::runAll(HostRun &host, std::vector<ShellCommand> commands)
{
    for (ShellCommand &command : commands)
        host.outcome.reply = co_await host.shell->run(std::move(command));
}

Task<> SshBench::work(HostRun &host, std::vector<ShellCommand> commands)
{
    try {
        if (timeout.count() == 0) {
            co_await runAll(host, std::move(commands));
        } else {
            const auto ended = co_await first(runAll(host, std::move(commands)), sleep(timeout));
            if (ended.index() == 1) {
                host.outcome.cause = causeOfTimeout(host.progress.phase());
                host.outcome.message = QStringLiteral("timeout in phase ") + QString::fromLatin1(phaseName(host.progress.phase()));
            }
        }
    } catch (const JobError &error) {
        host.outcome.cause = error.cause();
        host.outcome.message = error.message();
    }
    reactor.later([this, &host] { finished(host); });
}

void SshBench::finished(HostRun &host)
{
    host.outcome.lastPhase = host.progress.phase();
    host.outcome.isCommandSent = host.progress.isCommandSent;
    host.task.reset();
    host.shell.reset();
    --m_inFlight;
}

const SshOutcome &SshBench::start(SshSettings settings, std::vector<ShellCommand> commands)
{
    HostRun &host = m_hosts.emplace_back();
    host.shell =
        std::make_unique<SshShell>(*worker, std::make_shared<const SshSettings>(std::move(settings)), host.outcome.info, host.progress);
    host.task.emplace(work(host, std::move(commands)));
    ++m_inFlight;
    reactor.later([&host] { host.task->start(); });
    return host.outcome;
}

const SshOutcome &SshBench::start(SshSettings settings, QByteArray command)
{
    ShellCommand request;
    request.command = std::move(command);
    return start(std::move(settings), std::vector<ShellCommand>{request});
}

void SshBench::wait()
{
    while (m_inFlight > 0)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

void SshBench::spinFor(std::chrono::milliseconds time)
{
    QElapsedTimer timer;
    for (timer.start(); timer.elapsed() < time.count();)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
}

bool SshBench::spinUntil(const std::function<bool()> &isThere)
{
    return QTest::qWaitFor(isThere, 30'000);
}

bool SshBench::spinUntilSent()
{
    return spinUntil([this] {
        return std::all_of(m_hosts.begin(), m_hosts.end(), [](const HostRun &host) { return !host.task || host.progress.isCommandSent; });
    });
}

void SshBench::inLoop(const std::function<void()> &function)
{
    bool isDone = false;
    reactor.later([&function, &isDone] {
        function();
        isDone = true;
    });
    while (!isDone)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

void SshBench::destroyAll()
{
    inLoop([this] {
        for (HostRun &host : m_hosts) {
            host.task.reset();
            host.shell.reset();
        }
        m_inFlight = 0;
    });
    m_hosts.clear();
}

SshOutcome SshBench::run(SshSettings settings, ShellCommand command)
{
    const SshOutcome &outcome = start(std::move(settings), std::vector<ShellCommand>{std::move(command)});
    wait();
    return outcome;
}

SshOutcome SshBench::run(SshSettings settings, QByteArray command)
{
    const SshOutcome &outcome = start(std::move(settings), std::move(command));
    wait();
    return outcome;
}

} // namespace collector
