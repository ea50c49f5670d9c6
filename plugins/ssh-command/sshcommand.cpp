// ssh-command: one command, or one script, on each host; its streams, status and signal are the facts.

#include <collector/plugin.h>

#include <QFile>

#include <algorithm>
#include <iterator>

using namespace collector;

namespace {

constexpr qint64 largestScript = 8 << 20; // bytes; what is more is a mistake in the path

QByteArray readScript(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw JobError(Cause::BadVariable, QStringLiteral("--script %1: %2").arg(path, file.errorString()));
    const QByteArray script = file.read(largestScript + 1);
    if (script.size() > largestScript)
        throw JobError(Cause::BadVariable, QStringLiteral("--script %1: larger than 8 MiB").arg(path));
    const QByteArray firstLine = script.first(std::max<qsizetype>(script.indexOf('\n'), 0));
    // sh, bash, zsh -e, env dash: whichever it is, /bin/sh may know its words. Python's it may take for commands.
    if (firstLine.startsWith("#!") && !firstLine.contains("sh"))
        throw JobError(Cause::BadVariable, QStringLiteral("--script %1: it is given to /bin/sh, and its first line says %2; --plugin "
                                                          "ssh-script runs it by that")
                                               .arg(path, printable(firstLine.trimmed(), 80)));
    if (firstLine.endsWith('\r'))
        throw JobError(Cause::BadVariable, QStringLiteral("--script %1: its lines end with CR LF, and a shell takes the CR for a part of "
                                                          "the last word; take them off: sed -i 's/\\r$//' FILE")
                                               .arg(path));
    // Dash takes `if [[ … ]]` for a command that is not there, goes the other way, and ends with 0.
    static constexpr const char *others[] = {"bash", "zsh", "ksh", "csh", "fish"};
    if (firstLine.startsWith("#!") &&
        std::any_of(std::begin(others), std::end(others), [&](const char *name) { return firstLine.contains(name); }))
        qWarning(
            "--script %s: its first line says %s, and it is given to /bin/sh, which on many hosts is another shell; --plugin ssh-script "
            "runs it by that line",
            qPrintable(path), qPrintable(printable(firstLine.trimmed(), 80)));
    return script;
}

} // namespace

class SshCommand : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "ssh-command.json")
    Q_INTERFACES(collector::Job)

public:
    void prepare(const Options &options) override
    {
        const bool hasScript = options.value("script").isString();
        const bool hasCommand = options.value("command").isString();
        const bool hostsHaveCommands = options.isSet("command") && !hasCommand;
        if (hasScript ? hasCommand : !hasCommand && !hostsHaveCommands)
            throw JobError(Cause::BadVariable, QStringLiteral("ssh-command needs exactly one of --command and --script"));
        m_path = options.text("script");
        if (hasScript)
            m_script = readScript(options.value("script").toString());
    }

    QByteArray document(QByteArrayView name) override { return name == "script" ? m_script : QByteArray(); }

    Task<> run(JobContext &job) override
    {
        if (job.options().text("script") != m_path)
            throw JobError(Cause::BadVariable,
                           QStringLiteral("the script is the same for all hosts: ssh_command_script is no host's variable"));
        if (!job.options().isSet("script") && !job.options().isSet("command"))
            throw JobError(Cause::BadVariable,
                           QStringLiteral("there is no command for this host: give it the variable ssh_command_command, or all --command"));
        ShellCommand command;
        if (job.options().isSet("script")) {
            command.command = RemoteShell::scriptCommand();
            command.input = m_script;
        } else {
            command.command = job.options().text("command");
        }
        const qint64 limit = job.options().integer("max-output");
        command.outputLimit = command.errorLimit = limit;
        command.isPrivileged = true; // where --become asks for it
        const ShellReply reply = co_await job.shell().run(std::move(command));

        Facts &facts = job.facts();
        facts.setBytes("stdout", reply.output);
        facts.setBytes("stderr", reply.errorOutput);
        facts.set("truncated", reply.isTruncated);
        if (reply.exitStatus)
            facts.set("exit_status", *reply.exitStatus);
        if (!reply.signal.isEmpty())
            facts.setBytes("signal", reply.signal);

        const bool isCut = reply.isTruncated && (reply.output.size() >= limit || reply.errorOutput.size() >= limit);
        const QString cut = isCut ? QStringLiteral("; of its output the head was kept (--max-output)") : QString();
        if (!reply.signal.isEmpty())
            throw JobError(Cause::Signal, QStringLiteral("the command was ended by signal %1").arg(printable(reply.signal, 20)) + cut);
        if (reply.exitStatus.value_or(0) != 0)
            throw JobError(Cause::ExitStatus, failure(reply) + cut);
        if (reply.isTruncated && !isCut)
            job.setPartial(Cause::ConnectionLost,
                           QStringLiteral("the connection was lost, or fell silent, after the command's status; its output may break off"));
        else if (reply.isTruncated) // then it was not waited for, and there may be no status
            job.setPartial(Cause::OutputLimit, QStringLiteral("the output is longer than --max-output; its head was kept"));
    }

private:
    static QString failure(const ShellReply &reply)
    {
        const QString status = QStringLiteral("the command ended with status %1").arg(*reply.exitStatus);
        const QString said = printable(reply.errorOutput.trimmed());
        return said.isEmpty() ? status : status + QStringLiteral(": ") + said;
    }

    QByteArray m_path, m_script;
};

#include "sshcommand.moc"
