#include <collector/plugin.h>

// Does nothing: what remains is the engine's, the journal's and the outputs'.
class Noop : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "noop.json")
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &job) override
    {
        job.facts().set("done", true);
        co_return;
    }
};

#include "noop.moc"
