// Good by itself, but named as a fact of ssh-facts is.
#include <collector/plugin.h>

class Mounts : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "mounts.json")
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &job) override
    {
        job.facts().set("n", 1);
        co_return;
    }
};

#include "mounts.moc"
