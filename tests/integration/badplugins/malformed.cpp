// Its manifest has five defects.
#include <collector/plugin.h>

class Malformed : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "malformed.json")
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &) override { co_return; }
};

#include "malformed.moc"
