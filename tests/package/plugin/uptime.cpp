#include <collector/plugin.h>

using namespace collector;

class Uptime : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "uptime.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        ShellCommand command;
        command.command = "cat /proc/uptime";
        const ShellReply reply = co_await job.shell().run(std::move(command));
        const QList<QByteArray> fields = reply.output.simplified().split(' ');
        bool isNumber = false;
        const double seconds = fields.first().toDouble(&isNumber);
        if (!isNumber)
            throw JobError(Cause::BadOutput, QStringLiteral("/proc/uptime does not begin with a number"));
        job.facts().set("seconds", seconds);
        for (int i = 0; i < fields.size(); ++i)
            job.facts().set("field_" + QByteArray::number(i), fields[i].constData());
    }
};

#include "uptime.moc"
