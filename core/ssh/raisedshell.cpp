#include "ssh/raisedshell.h"

#include "ssh/delivery.h"

#include <QRandomGenerator>

namespace collector {

namespace {

QByteArray nonce(const char *prefix)
{
    const auto half = [] { return QByteArray::number(quint64(QRandomGenerator::system()->generate64()), 16); };
    return prefix + half() + half();
}

// As a script for `/bin/sh -s`: a plain command has its input in a here-document.
QByteArray asScript(const ShellCommand &command)
{
    if (command.command == RemoteShell::scriptCommand() || command.input.isEmpty())
        return command.input.isEmpty() ? command.command : command.input;
    const QByteArray end = nonce("input");
    return "{ " + command.command + "\n} <<'" + end + "'\n" + command.input + '\n' + end + '\n';
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

RaisedShell::RaisedShell(SshWorker &worker, SshSession &session, const SshSettings &settings, SshProgress &progress)
    : m_worker(worker),
      m_session(session),
      m_settings(settings),
      m_progress(progress),
      m_prompt(settings.become.password ? nonce("password") : QByteArray()),
      m_begun(nonce("begun"))
{
}

Task<ShellReply> RaisedShell::run(ShellCommand command, Deadline deadline)
{
    ExecChannel channel(m_session, m_settings, m_progress, {command.outputLimit, command.errorLimit});
    co_await channel.open(true);
    co_await channel.exec(raisingCommand(m_settings.become, m_prompt, m_begun));
    co_await raise(channel, deadline);
    m_attempt.accepted();
    channel.forgetErrorOutput(); // prompt and lecture
    channel.feed(supervised(asScript(command)));
    co_return co_await channel.runToEnd(deadline);
}

Task<> RaisedShell::raise(ExecChannel &channel, Deadline deadline)
{
    bool isGiven = false;
    for (;;) {
        if (takeBegun(channel))
            co_return;
        if (channel.isOver()) {
            if (isGiven)
                m_attempt.refused();
            throw denied(channel);
        }
        if (isAskingForPassword(channel)) {
            if (isGiven) { // it asks again: that was wrong
                m_attempt.refused();
                throw denied(channel);
            }
            isGiven = true;
            co_await givePassword(channel, deadline);
            continue;
        }
        const bool isInTime = co_await channel.advance(deadline);
        if (!isInTime)
            throw JobError(Cause::ExecTimeout,
                           QStringLiteral("%1 did not begin in time").arg(QLatin1StringView(methodName(m_settings.become.method))));
    }
}

Task<> RaisedShell::givePassword(ExecChannel &channel, Deadline deadline)
{
    Q_UNUSED(deadline)
    const std::shared_ptr<const Secret> password = m_settings.become.password;
    m_attempt = co_await m_worker.run.passwords.attempt(m_worker.reactor, "become " + m_settings.user, password);
    channel.forgetErrorOutput();
    channel.feedSecret(*password);
}

bool RaisedShell::isAskingForPassword(const ExecChannel &channel) const
{
    if (!m_settings.become.password)
        return false;
    if (m_settings.become.method == Become::Method::Sudo)
        return channel.errorOutput().contains(m_prompt);
    // su names its own prompt.
    const QByteArray said = (channel.errorOutput() + channel.output()).toLower().trimmed();
    return m_settings.become.method == Become::Method::Su && said.endsWith(':') && said.contains("assword");
}

// What came before the mark is the login shell's noise.
bool RaisedShell::takeBegun(ExecChannel &channel) const
{
    const qsizetype at = channel.output().indexOf(m_begun + '\n');
    if (at < 0)
        return false;
    channel.forgetOutput();
    return true;
}

JobError RaisedShell::denied(const ExecChannel &channel) const
{
    QByteArray said = channel.errorOutput() + ' ' + channel.output();
    if (!m_prompt.isEmpty())
        said.replace(m_prompt, "");
    return JobError(Cause::SudoDenied, QStringLiteral("%1 does not let %2 become %3: %4")
                                           .arg(QLatin1StringView(methodName(m_settings.become.method)), printable(m_settings.user, 64),
                                                printable(m_settings.become.user, 64), printable(said.trimmed())));
}

} // namespace collector
