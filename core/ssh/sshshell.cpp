#include "ssh/sshshell.h"

#include "ssh/connection.h"
#include "ssh/delivery.h"
#include "ssh/execchannel.h"
#include "ssh/raisedshell.h"

namespace collector {

SshShell::SshShell(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress)
    : m_worker(worker),
      m_settings(std::move(settings)),
      m_info(info),
      m_progress(progress)
{
}

SshShell::~SshShell() = default;

Task<ShellReply> SshShell::run(ShellCommand command)
{
    const Gate::Pass turn = co_await m_turn.enter(m_worker.reactor);
    if (m_failure)
        throw JobError(*m_failure);
    if (!m_connection)
        co_await connect();
    const Deadline deadline = command.deadline.count() > 0 ? m_worker.reactor.after(command.deadline) : never;
    const bool isRaised = command.isPrivileged && m_settings->become.isWanted && m_settings->become.user != m_settings->user;
    try {
        // One task, awaited in one place: GCC 12 gets a co_await on either side of `?:` wrong.
        Task<ShellReply> task = isRaised ? runRaised(std::move(command), deadline) : runNatively(std::move(command), deadline);
        ShellReply reply = co_await task;
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
}

Task<ShellReply> SshShell::runNatively(ShellCommand command, Deadline deadline)
{
    ExecChannel channel(m_connection->session(), *m_settings, m_progress, {command.outputLimit, command.errorLimit});
    co_await channel.open(!command.input.isEmpty());
    co_await channel.exec(command.command);
    if (command.input.isEmpty()) {
        channel.feedEnd();
    } else if (command.command == scriptCommand()) {
        channel.feed(supervised(command.input));
    } else {
        channel.feed(command.input);
        channel.feedEnd();
    }
    co_return co_await channel.runToEnd(deadline);
}

Task<ShellReply> SshShell::runRaised(ShellCommand command, Deadline deadline)
{
    RaisedShell shell(m_worker, m_connection->session(), *m_settings, m_progress);
    co_return co_await shell.run(std::move(command), deadline);
}

} // namespace collector
