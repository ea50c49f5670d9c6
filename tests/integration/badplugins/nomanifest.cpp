// Has no manifest.
#include <collector/plugin.h>

class NoManifest : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid)
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &) override { co_return; }
};

#include "nomanifest.moc"
