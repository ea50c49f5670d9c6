#include "engine/culprit.h"

#include "engine/hostrun.h"

namespace collector {

QString culprit(const Plan &plan, const Ledger &ledger, quint64 place)
{
    const int slot = HostRun::slotOf(place);
    const int job = HostRun::jobOf(place);
    std::unique_ptr<PlannedHost> host;
    if (place != 0 && slot < ledger.count() && job < int(plan.jobs().size())) {
        if (const quint64 entry = ledger.entry(slot); entry > 0)
            host = plan.source().at(entry - 1);
    }
    if (!host)
        return QStringLiteral("a call outside of every job's coroutine, such as a slot of Qt's,");
    return QStringLiteral("the plugin %1 on host %2")
        .arg(QString::fromUtf8(plan.jobs()[size_t(job)].manifest->name), printable(host->name(), 255));
}

} // namespace collector
