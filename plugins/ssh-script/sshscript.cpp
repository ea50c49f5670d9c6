// ssh-script: a script of the user's on each host; what it prints are the facts.

#include "declaredfacts.h"
#include "interpreter.h"

#include <collector/plugin.h>

using namespace collector;

class SshScript : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "ssh-script.json")
    Q_INTERFACES(collector::Job)

public:
    void prepare(const Options &options) override
    {
        if (!options.value("script").isString())
            throw JobError(Cause::BadVariable, QStringLiteral("ssh-script needs --script FILE"));
        m_path = options.text("script");
        m_script = readUsersFile(QString::fromUtf8(m_path), QStringLiteral("script"));
        if (m_script.trimmed().isEmpty())
            throw JobError(Cause::BadVariable, QStringLiteral("--script %1: it is empty").arg(QString::fromUtf8(m_path)));
        (void)interpreterCommand(m_script, {});
        m_declared.load(options.value("manifest").toString());
    }

    QByteArray document(QByteArrayView name) override { return name == "script" ? m_script : QByteArray(); }

    Task<> run(JobContext &job) override
    {
        const Options &options = job.options();
        if (options.text("script") != m_path)
            throw JobError(Cause::BadVariable,
                           QStringLiteral("the script is the same for all hosts: ssh_script_script is no host's variable"));
        ShellCommand command;
        command.command = interpreterCommand(m_script, options.text("arguments"));
        command.input = m_script;
        command.outputLimit = options.integer("max-output");
        const qint64 errorLimit = command.errorLimit;
        command.isPrivileged = true; // where --become asks for it
        const ShellReply reply = co_await job.shell().run(std::move(command));

        if (reply.output.size() >= options.integer("max-output") && reply.isTruncated)
            throw JobError(Cause::OutputLimit, QStringLiteral("the script printed more than --max-output; nothing of it was taken"));
        if (reply.isTruncated && reply.errorOutput.size() < errorLimit)
            job.setPartial(Cause::ConnectionLost,
                           QStringLiteral("the connection was lost, or fell silent, after the script's status; its output may break off"));
        m_declared.store(PrintedFacts::parse(reply.output, PrintedFacts::format(options.value("facts-format").toString())), job);
        if (!reply.signal.isEmpty())
            throw JobError(Cause::Signal, QStringLiteral("the script was ended by signal %1").arg(printable(reply.signal, 20)));
        if (reply.exitStatus.value_or(0) != 0)
            throw JobError(Cause::ExitStatus, failure(reply));
    }

private:
    static QString failure(const ShellReply &reply)
    {
        const QString status = QStringLiteral("the script ended with status %1").arg(*reply.exitStatus);
        const QString said = printable(reply.errorOutput.trimmed());
        return said.isEmpty() ? status : status + QStringLiteral(": ") + said;
    }

    QByteArray m_path, m_script;
    DeclaredFacts m_declared;
};

#include "sshscript.moc"
