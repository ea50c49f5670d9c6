#include "ssh/raisedshell.h"

#include "ssh/delivery.h"

#include <collector/joberror.h>

#include <QRandomGenerator>

namespace collector {

namespace {

QByteArray nonce(const char *prefix)
{
    const auto half = [] { return QByteArray::number(quint64(QRandomGenerator::system()->generate64()), 16); };
    return prefix + half() + half();
}

const char *methodName(Become::Method method)
{
    switch (method) {
    case Become::Method::Sudo:
        return "sudo";
    case Become::Method::Doas:
        return "doas";
    case Become::Method::Su:
        return "su";
    }
    Q_UNREACHABLE();
}

} // namespace

RaisedShell::RaisedShell(SshWorker &worker, const SshSettings &settings)
    : m_worker(worker),
      m_settings(settings),
      m_prompt(settings.become.password ? nonce("password") : QByteArray()),
      m_begun(nonce("begun"))
{
}

QByteArray RaisedShell::commandLine() const
{
    return raisingCommand(m_settings.become, m_prompt, m_begun);
}

Task<ShellReply> RaisedShell::run(RunningCommand &shell, ShellCommand command, Deadline deadline)
{
    co_await raise(shell, deadline);
    m_attempt.accepted();
    shell.forgetErrorOutput(); // prompt and lecture
    shell.feed(supervised(raisedScript(command, nonce("input"))));
    co_return co_await shell.runToEnd(deadline);
}

Task<> RaisedShell::raise(RunningCommand &shell, Deadline deadline)
{
    bool isGiven = false;
    for (;;) {
        if (takeBegun(shell))
            co_return;
        if (shell.isOver()) {
            if (isGiven)
                m_attempt.refused();
            throw denied(shell);
        }
        if (isAskingForPassword(shell)) {
            if (isGiven || !m_settings.become.password) { // it asks again: that was wrong
                if (isGiven)
                    m_attempt.refused();
                throw denied(shell);
            }
            isGiven = true;
            co_await givePassword(shell);
            continue;
        }
        const bool isInTime = co_await shell.advance(deadline);
        if (!isInTime)
            throw JobError(Cause::ExecTimeout,
                           QStringLiteral("%1 did not begin in time").arg(QLatin1StringView(methodName(m_settings.become.method))));
    }
}

Task<> RaisedShell::givePassword(RunningCommand &shell)
{
    const std::shared_ptr<const Secret> password = m_settings.become.password;
    m_attempt = co_await m_worker.run.passwords.attempt(m_worker.reactor, "become " + m_settings.user, password);
    shell.forgetErrorOutput();
    shell.feedSecret(*password);
}

bool RaisedShell::isAskingForPassword(const RunningCommand &shell) const
{
    if (m_settings.become.method == Become::Method::Sudo)
        return m_settings.become.password && shell.errorOutput().contains(m_prompt);
    // su names its own prompt, and asks whether there is a password or not.
    const QByteArray said = (shell.errorOutput() + shell.output()).toLower().trimmed();
    return m_settings.become.method == Become::Method::Su && said.endsWith(':') && said.contains("assword");
}

// What came before the mark is the login shell's noise.
bool RaisedShell::takeBegun(RunningCommand &shell) const
{
    const qsizetype at = shell.output().indexOf(m_begun + '\n');
    if (at < 0)
        return false;
    shell.forgetOutput();
    return true;
}

JobError RaisedShell::denied(const RunningCommand &shell) const
{
    QByteArray said = shell.errorOutput() + ' ' + shell.output();
    if (!m_prompt.isEmpty())
        said.replace(m_prompt, "");
    const bool isPasswordMissing = !m_settings.become.password && said.toLower().contains("password");
    return JobError(Cause::SudoDenied, QStringLiteral("%1 does not let %2 become %3: %4%5")
                                           .arg(QLatin1StringView(methodName(m_settings.become.method)), printable(m_settings.user, 64),
                                                printable(m_settings.become.user, 64), printable(said.trimmed()),
                                                isPasswordMissing ? QStringLiteral("; give --ask-become-pass") : QString()));
}

} // namespace collector
