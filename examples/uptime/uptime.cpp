// One command on each host, one fact from what it prints.

#include <collector/plugin.h>

#include <cmath>

using namespace collector;

class Uptime : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "uptime.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        const ShellReply reply = co_await job.shell().run("cat /proc/uptime");
        bool isNumber = false;
        const double seconds = reply.output.split(' ').first().toDouble(&isNumber);
        if (!isNumber || !std::isfinite(seconds)) // `nan` and `inf` are numbers to toDouble()
            throw JobError(Cause::BadOutput, QStringLiteral("/proc/uptime does not begin with a number: ") + printable(reply.output, 60));
        job.facts().set("seconds", seconds);
    }
};

#include "uptime.moc"
