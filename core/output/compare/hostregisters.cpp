#include "output/compare/hostregisters.h"

#include <collector/cause.h>

namespace collector {

void HostRegisters::keepLater(Register &kept, const Register &offered)
{
    const auto key = [](const Register &r) { return std::tuple(r.moment.ms, !r.isOk, r.moment.run); };
    if (kept.ref.length == 0 || key(kept) < key(offered))
        kept = offered;
}

Moment momentOf(QByteArrayView started, QByteArrayView run)
{
    const QByteArray id = jsonText(run);
    return {timeOf(started).value_or(timeOf(id).value_or(0)), id};
}

void HostRegisters::take(const RecordView &record, RecordRef ref, const QByteArray &rootJob)
{
    const Register here{momentOf(record.started, record.run), record.status == Status::Ok, ref};
    const bool isInterrupted = record.causeWord() == causeName(Cause::Interrupted);
    if (!record.isAttempted() && !isInterrupted) {
        keepLater(m_untried, here);
    } else {
        keepLater(m_attempted, here);
        // Who interrupts a run says nothing of its hosts.
        if (const auto earlier = Attempts::ofMerged(record.text))
            m_attempts.add(*earlier);
        else if (!isInterrupted)
            m_attempts.add(here.moment.ms, here.isOk);
    }
    // Facts carry no verdict of the record's: the moment alone counts.
    const auto offer = [this, ref](const QByteArray &plugin, const Moment &moment) { keepLater(m_facts[plugin], {moment, true, ref}); };
    for (JsonMembers older(record.factsFrom); older.next();)
        offer(older.key().toByteArray(), momentOf(jsonMember(older.value(), "started"), jsonMember(older.value(), "run")));
    if (record.isGood() && record.jobs.isEmpty()) // of another hand
        offer(rootJob, here.moment);
    for (JsonMembers job(record.jobs); job.next();) {
        QByteArray storage;
        const auto status = statusFromName(jsonTextView(jsonMember(job.value(), "status"), storage));
        const bool isGood = status == Status::Ok || status == Status::Partial;
        if (isGood && jsonMember(record.factsFrom, job.key()).isEmpty())
            offer(job.key().toByteArray(), here.moment);
    }
}

} // namespace collector
