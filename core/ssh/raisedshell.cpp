#include "ssh/raisedshell.h"

#include "ssh/delivery.h"
#include "ssh/failure.h"

#include <collector/joberror.h>

#include <QRandomGenerator>

namespace collector {

RaisedShell::RaisedShell(SshWorker &worker, const SshSettings &settings) : m_worker(worker), m_settings(settings), m_talk(settings.become)
{
}

QByteArray RaisedShell::commandLine() const
{
    return raisingCommand(m_settings.become, m_talk.prompt(), m_talk.begun());
}

Task<ShellReply> RaisedShell::run(RunningCommand &shell, ShellCommand command, Deadline deadline)
{
    co_await raise(shell, deadline);
    m_attempt.accepted();
    shell.forgetErrorOutput(); // prompt and lecture
    const QByteArray end = "input" + QByteArray::number(quint64(QRandomGenerator::system()->generate64()), 16);
    shell.feed(supervised(raisedScript(command, end)));
    co_return co_await shell.runToEnd(deadline);
}

QByteArray RaisedShell::verifyingLine() const
{
    return verifyingCommand(m_talk.prompt(), m_talk.begun());
}

Task<bool> RaisedShell::verify(RunningCommand &shell, Deadline deadline)
{
    try {
        co_await raise(shell, deadline);
    } catch (const JobError &error) {
        if (error.cause() != Cause::SudoDenied && error.cause() != Cause::AuthStopped)
            throw;
        m_whyNotGiven = error.message();
        co_return false; // what needs it is refused, key by key
    }
    m_attempt.accepted();
    co_return m_isGiven;
}

Task<> RaisedShell::raise(RunningCommand &shell, Deadline deadline)
{
    for (;;) {
        const RaisingTalk::Turn turn = m_talk.next(shell.output(), shell.errorOutput());
        if (turn == RaisingTalk::Turn::Begun) {
            shell.forgetOutput();
            co_return;
        }
        const bool isAsking = turn == RaisingTalk::Turn::Question;
        if (isAsking && !m_isGiven && m_settings.become.password && !shell.isOver()) {
            m_isGiven = true;
            co_await givePassword(shell);
            continue;
        }
        if (isAsking || shell.isOver()) { // it asks again, or has ended: what was given was wrong
            const JobError refusal(Cause::SudoDenied, m_talk.refusal(m_settings.user, shell.output(), shell.errorOutput()));
            if (shell.isOver()) {
                const ShellReply ended = co_await shell.runToEnd(deadline); // throws if it was the connection that ended
                if (const auto expired = expiredPassword(ended, m_settings.user))
                    throw JobError(*expired);
            }
            if (m_isGiven)
                m_attempt.refused();
            throw JobError(refusal);
        }
        const bool isInTime = co_await shell.advance(deadline);
        if (!isInTime)
            throw JobError(
                Cause::ExecTimeout,
                QStringLiteral("%1 did not begin in time").arg(QLatin1StringView(RaisingTalk::methodName(m_settings.become.method))));
    }
}

Task<> RaisedShell::givePassword(RunningCommand &shell)
{
    const std::shared_ptr<const Secret> password = m_settings.become.password;
    m_attempt = co_await m_worker.run.passwords.attempt(m_worker.reactor, "become " + m_settings.user, password);
    shell.forgetErrorOutput();
    m_talk.answered(shell.output());
    shell.feedSecret(*password);
}

} // namespace collector
