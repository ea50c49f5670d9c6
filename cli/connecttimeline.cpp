#include "cli/connecttimeline.h"

#include "cli/canonicalnames.h"

#include "ssh/connection.h"
#include "ssh/sshshell.h"

#include <collector/join.h>

#include <QEventLoop>

namespace collector {

namespace {

struct Attempt
{
    ConnectionInfo info;
    SshProgress progress;
    std::optional<JobError> failure;
};

Task<> open(SshWorker &worker, const HostSettings &hosts, const InventoryHost &host, Attempt &attempt)
{
    const std::shared_ptr<const SshSettings> settings = co_await lookedUpSettings(worker, hosts, host);
    if (settings->transport == SshTransport::OpenSsh) {
        SshShell shell(worker, settings, attempt.info, attempt.progress);
        const ShellReply reply = co_await shell.run("exit 0");
        co_return;
    }
    SshConnection connection(worker, settings, attempt.info, attempt.progress);
    co_await connection.open();
}

Task<> sleep(Reactor &reactor, std::chrono::milliseconds time)
{
    co_await reactor.sleepUntil(reactor.after(time));
}

Task<> attemptOnce(SshWorker &worker, const HostSettings &settings, const InventoryHost &host, Attempt &attempt,
                   std::chrono::milliseconds timeout, QEventLoop &loop)
{
    try {
        const auto ended = co_await first(open(worker, settings, host, attempt), sleep(worker.reactor, timeout));
        if (ended.index() == 1)
            attempt.failure.emplace(causeOfTimeout(attempt.progress.phase()),
                                    QStringLiteral("not done within %1 s").arg(double(timeout.count()) / 1000));
    } catch (const JobError &error) {
        attempt.failure.emplace(error);
    }
    worker.reactor.later([&loop] { loop.quit(); });
}

QByteArray learnt(SshPhase phase, const Attempt &attempt)
{
    const ConnectionInfo &info = attempt.info;
    switch (phase) {
    case SshPhase::Resolve:
        return attempt.progress.address;
    case SshPhase::JumpHost:
        return "via " + info.via;
    case SshPhase::Connect: // of a ProxyCommand
        return info.via.isEmpty() || attempt.progress.spentIn(SshPhase::JumpHost).count() > 0 ? QByteArray() : "via " + info.via;
    case SshPhase::Handshake:
        return (info.banner + ' ' + info.kex + ' ' + info.cipher).trimmed();
    case SshPhase::HostKey:
        return info.hostKeyType + ' ' + info.hostKey;
    case SshPhase::Authenticate:
        return (info.auth + ' ' + info.key).trimmed();
    default:
        return {};
    }
}

QByteArray timeline(const Attempt &attempt)
{
    QByteArray text = "timeline\n";
    std::chrono::nanoseconds total{};
    for (int i = 0; i < sshPhaseCount; ++i) {
        const auto phase = SshPhase(i);
        const auto spent = attempt.progress.spentIn(phase);
        if (phase == SshPhase::Idle || spent.count() == 0)
            continue;
        total += spent;
        const double milliseconds = std::chrono::duration<double, std::milli>(spent).count();
        QString line = QStringLiteral("  %1 ms  %2").arg(milliseconds, 9, 'f', 1).arg(QString::fromLatin1(phaseName(phase)));
        if (const QByteArray what = learnt(phase, attempt); !what.isEmpty())
            line = line.leftJustified(36) + printable(what, 200);
        text += line.toUtf8() + '\n';
    }
    const double milliseconds = std::chrono::duration<double, std::milli>(total).count();
    text += QStringLiteral("  %1 ms  ").arg(milliseconds, 9, 'f', 1).toUtf8();
    if (attempt.failure)
        text += causeName(attempt.failure->cause()).toByteArray() + ": " + attempt.failure->message().toUtf8() + '\n';
    else
        text += "logged in\n";
    return text;
}

} // namespace

QByteArray connectTimeline(HostTransports &transports, const HostSettings &settings, const InventoryHost &host,
                           std::chrono::milliseconds timeout)
{
    Attempt attempt;
    QEventLoop loop;
    Reactor reactor;
    {
        SshWorker worker(reactor, transports.ssh());
        Task<> task = attemptOnce(worker, settings, host, attempt, timeout, loop);
        reactor.later([&task] { task.start(); });
        loop.exec();
    }
    return timeline(attempt);
}

} // namespace collector
