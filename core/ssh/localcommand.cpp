#include "ssh/localcommand.h"

#include <collector/joberror.h>

#include <sys/wait.h>

#include <cstring>
#include <stdexcept>

namespace collector {

Task<> LocalCommand::start(QByteArray command)
{
    m_progress.enter(SshPhase::Wait);
    m_turn = co_await m_worker.run.opensshProcesses.enter(m_worker.reactor);
    m_progress.isCommandSent = true;
    m_progress.enter(SshPhase::Run);
    const QStringList words{QStringLiteral("/bin/sh"), QStringLiteral("-c"), QString::fromUtf8(command)};
    QString problem;
    try {
        co_await launch(words, ChildProcess::Environment::Short);
    } catch (const std::runtime_error &error) {
        problem = QString::fromLocal8Bit(error.what());
    }
    if (!problem.isEmpty())
        throw JobError(Cause::LocalLimit, QStringLiteral("no process can be started here: %1").arg(problem));
}

Task<ShellReply> LocalCommand::conclude()
{
    const int status = co_await reap();
    if (WIFSIGNALED(status))
        m_reply.signal = sigabbrev_np(WTERMSIG(status)); // as SSH names them: KILL, TERM
    else
        m_reply.exitStatus = WEXITSTATUS(status);
    co_return std::move(m_reply);
}

} // namespace collector
