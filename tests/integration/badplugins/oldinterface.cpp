// Built for an interface that is no more.
#include <collector/plugin.h>

class OldInterface : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID "org.collector.Job/0" FILE "oldinterface.json")
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &) override { co_return; }
};

#include "oldinterface.moc"
