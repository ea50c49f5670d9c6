#include "ssh/sshshell.h"

#include "ssh/connection.h"
#include "ssh/delivery.h"
#include "ssh/execchannel.h"
#include "ssh/failure.h"
#include "ssh/localcommand.h"
#include "ssh/opensshcommand.h"
#include "ssh/raisedshell.h"
#include "ssh/raisingtalk.h"

#include <algorithm>

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds longestRest = 2s; // of the host's time, for using what has come

} // namespace

SshShell::SshShell(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                   std::optional<Deadline> attemptEnd)
    : m_worker(worker),
      m_settings(std::move(settings)),
      m_info(info),
      m_progress(progress),
      m_attemptEnd(attemptEnd ? *attemptEnd : worker.reactor.after(m_settings->timeouts.attempt))
{
    if (m_settings->transport == SshTransport::OpenSsh && m_settings->hostKeyPolicy == HostKeyPolicy::Off)
        withholdPassword();
}

SshShell::~SshShell() = default;

Task<ShellReply> SshShell::run(ShellCommand command, bool isKeptWhenLate)
{
    const Gate::Pass turn = co_await m_turn.enter(m_worker.reactor);
    if (m_failure)
        throw JobError(*m_failure);
    const Deadline deadline = command.deadline.count() > 0 ? m_worker.reactor.after(command.deadline) : never;
    const bool isNative = m_settings->transport == SshTransport::Native;
    if (isNative && !m_connection)
        co_await connect();
    Become become = m_settings->become;
    if (isRaisingWithPassword(command, become)) {
        if (!m_isPasswordWanted)
            m_isPasswordWanted = co_await isBecomePasswordWanted(deadline);
        if (!*m_isPasswordWanted)
            become.password.reset();
    }
    settleRaising(command, become);
    if (!isNative) {
        const OutputLimits limits{command.outputLimit, command.errorLimit};
        Task<ShellReply> running =
            m_settings->transport == SshTransport::Local
                ? runAsProcess(std::make_unique<LocalCommand>(m_worker, m_progress, limits), std::move(command), deadline, isKeptWhenLate)
                : runAsProcess(std::make_unique<OpensshCommand>(m_worker, m_settings, m_info, m_progress, limits), std::move(command),
                               deadline, isKeptWhenLate);
        ShellReply reply = co_await std::move(running);
        refuseExpired(reply);
        m_progress.enter(SshPhase::Idle);
        co_return reply;
    }
    try {
        ShellReply reply = co_await runNatively(std::move(command), deadline, isKeptWhenLate);
        refuseExpired(reply);
        m_progress.enter(SshPhase::Idle);
        co_return reply;
    } catch (const JobError &error) {
        const std::optional<JobError> loss = m_connection->lossOfCarrier(error);
        const JobError &told = loss ? *loss : error;
        if (m_connection->session().isDead())
            m_failure.emplace(told);
        throw JobError(told);
    }
}

// No later job of this host fares better.
void SshShell::refuseExpired(const ShellReply &reply)
{
    if (const auto expired = expiredPassword(reply, m_settings->user)) {
        m_failure.emplace(*expired);
        throw JobError(*expired);
    }
}

// What fails stays failed; what is cancelled half way may be tried again by the next job.
Task<> SshShell::connect()
{
    auto connection = std::make_unique<SshConnection>(m_worker, m_settings, m_info, m_progress);
    try {
        co_await connection->open();
    } catch (const JobError &error) {
        m_failure.emplace(error);
        throw;
    }
    m_connection = std::move(connection);
    if (!m_connection->mayUsePassword())
        withholdPassword();
}

// Whoever answers in the host's place would have it from a sudo of his own.
void SshShell::withholdPassword()
{
    if (!m_settings->become.password)
        return;
    auto settings = std::make_shared<SshSettings>(*m_settings);
    settings->become.password.reset();
    settings->become.isPasswordWithheld = true;
    m_settings = std::move(settings);
}

QString SshShell::remarkOn(Cause cause) const
{
    const Become &become = m_settings->become;
    if (cause != Cause::SudoDenied || !become.isWanted)
        return {};
    if (become.isPasswordWithheld)
        return RaisingTalk::whyWithheld();
    if (!m_whyNoPassword.isEmpty())
        return QStringLiteral("; ") + m_whyNoPassword;
    return become.method == Become::Method::Sudo && !become.password ? QStringLiteral("; if sudo wants a password, give --ask-become-pass")
                                                                     : QString();
}

// What it has been held so far is given to it again.
void SshShell::keepWhenLate(RunningCommand &running, Deadline deadline) const
{
    const auto rest = std::min(m_settings->timeouts.attempt / 10, longestRest);
    running.keepAt(m_attemptEnd == never ? deadline : std::min<Deadline>(deadline, m_attemptEnd + m_progress.held() - rest));
}

Task<ShellReply> SshShell::runNatively(ShellCommand command, Deadline deadline, bool isKeptWhenLate)
{
    ExecChannel channel(m_connection->session(), *m_settings, m_progress, {command.outputLimit, command.errorLimit});
    co_await channel.open(!command.input.isEmpty() || isToBeRaised(command, *m_settings));
    if (isKeptWhenLate)
        keepWhenLate(channel, deadline);
    if (!isToBeRaised(command, *m_settings)) {
        co_await channel.exec(commandLine(command));
        feed(channel, command);
        if (!isInputKeptOpen(command) && CommandGuard::isNeeded(m_settings->user, m_info.banner))
            channel.guard(m_worker.run.options.mark, std::min(deadline, m_attemptEnd));
        co_return co_await channel.runToEnd(deadline);
    }
    RaisedShell raised(m_worker, *m_settings);
    co_await channel.exec(marked(raised.commandLine(), m_worker.run.options.mark));
    co_return co_await raised.run(channel, std::move(command), deadline);
}

template<typename Command>
Task<ShellReply> SshShell::runAsProcess(std::unique_ptr<Command> process, ShellCommand command, Deadline deadline, bool isKeptWhenLate)
{
    if (isKeptWhenLate)
        keepWhenLate(*process, deadline);
    if (!isToBeRaised(command, *m_settings)) {
        co_await process->start(commandLine(command));
        feed(*process, command);
        co_return co_await process->runToEnd(deadline);
    }
    RaisedShell raised(m_worker, *m_settings);
    co_await process->start(marked(raised.commandLine(), m_worker.run.options.mark));
    co_return co_await raised.run(*process, std::move(command), deadline);
}

Task<bool> SshShell::isBecomePasswordWanted(Deadline deadline)
{
    RaisedShell raised(m_worker, *m_settings);
    const bool isWanted = co_await verify(raised, deadline);
    m_whyNoPassword = raised.whyNotGiven();
    co_return isWanted;
}

Task<bool> SshShell::verify(RaisedShell &raised, Deadline deadline)
{
    const QByteArray line = marked(raised.verifyingLine(), m_worker.run.options.mark);
    constexpr OutputLimits limits{64 << 10, 64 << 10};
    if (m_settings->transport == SshTransport::Native) {
        ExecChannel channel(m_connection->session(), *m_settings, m_progress, limits);
        co_await channel.open(true);
        co_await channel.exec(line);
        co_return co_await raised.verify(channel, deadline);
    }
    if (m_settings->transport == SshTransport::Local) {
        LocalCommand process(m_worker, m_progress, limits);
        co_await process.start(line);
        co_return co_await raised.verify(process, deadline);
    }
    OpensshCommand process(m_worker, m_settings, m_info, m_progress, limits);
    co_await process.start(line);
    co_return co_await raised.verify(process, deadline);
}

QByteArray SshShell::commandLine(const ShellCommand &command) const
{
    return command.command == RemoteShell::scriptCommand() ? marked(command.command, m_worker.run.options.mark) : command.command;
}

void SshShell::feed(RunningCommand &running, const ShellCommand &command)
{
    if (!command.input.isEmpty())
        running.feed(inputOf(command));
    if (!isInputKeptOpen(command))
        running.feedEnd();
}

} // namespace collector
