#include <collector/plugin.h>

// Ends the whole process on one host, as a plugin with a mistake would; behind a wait, where the engine has to know whose
// coroutine it resumes.
class Crasher : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "crasher.json")
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &job) override
    {
        co_await job.sleep(std::chrono::milliseconds(20));
        if (job.host().name() == job.options().text("victim"))
            *static_cast<volatile int *>(nullptr) = 1;
        job.facts().set("survived", true);
    }
};

#include "crasher.moc"
