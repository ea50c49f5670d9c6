// A job that builds on another one of the same host ("after" in the manifest): it contacts nobody by itself.

#include <collector/plugin.h>

using namespace collector;

class PatchAdvice : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "patch-advice.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        const Facts *facts = job.factsOf("ssh-facts");
        if (!facts)
            throw JobError(Cause::BadVariable,
                           QStringLiteral("patch-advice builds on ssh-facts: select it too (-p ssh-facts -p patch-advice)"));
        const QString distribution = facts->value("distribution").toString();
        if (distribution.isEmpty()) {
            job.facts().setAbsent("system", Absence::NotApplicable);
            co_return;
        }
        const QString system = distribution + u' ' + facts->value("distribution_major_version").toString();
        job.facts().set("system", system);
        job.facts().set("is_maintained", job.options().list("maintained").contains(system.toUtf8()));
    }
};

#include "patchadvice.moc"
