// Has a document that is called as an option of `collector plugins`.
#include <collector/plugin.h>

class JsonDocument : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "jsondocument.json")
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &) override { co_return; }
};

#include "jsondocument.moc"
