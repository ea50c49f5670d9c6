// Ends the process as it is loaded.
#include <collector/plugin.h>

class CrashOnLoad : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "crashonload.json")
    Q_INTERFACES(collector::Job)

public:
    CrashOnLoad() { *static_cast<volatile int *>(nullptr) = 1; }
    collector::Task<> run(collector::JobContext &) override { co_return; }
};

#include "crashonload.moc"
