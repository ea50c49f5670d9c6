// Refuses to be made.
#include <collector/plugin.h>

#include <stdexcept>

class ThrowsOnLoad : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "throwsonload.json")
    Q_INTERFACES(collector::Job)

public:
    ThrowsOnLoad() { throw std::runtime_error("its licence is not here"); }
    collector::Task<> run(collector::JobContext &) override { co_return; }
};

#include "throwsonload.moc"
