#include "output/compare/hostregisters.h"

#include <collector/cause.h>

#include <algorithm>

namespace collector {

namespace {

bool isGoodJob(QByteArrayView job)
{
    QByteArray storage;
    const auto status = statusFromName(jsonTextView(jsonMember(job, "status"), storage));
    return status == Status::Ok || status == Status::Partial;
}

} // namespace

void HostRegisters::keepLater(Register &kept, const Register &offered, const std::function<QByteArray(RecordRef)> &text)
{
    const auto key = [](const Register &r) { return std::tuple(r.moment.ms, !r.isOk, r.moment.run); };
    if (kept.ref.length == 0 || key(kept) < key(offered) || (key(kept) == key(offered) && text(kept.ref) < text(offered.ref)))
        kept = offered;
}

Moment momentOf(QByteArrayView started, QByteArrayView run)
{
    const QByteArray id = jsonText(run);
    // A clock that was before 1970 was not set; and what a history keeps is not negative.
    return {std::max<qint64>(0, timeOf(started).value_or(timeOf(id).value_or(0))), id};
}

void HostRegisters::take(const RecordView &record, RecordRef ref, const QByteArray &rootJob, const RecordTexts &texts)
{
    const Register here{momentOf(record.started, record.run), record.status == Status::Ok, ref};
    const bool isInterrupted = record.causeWord() == causeName(Cause::Interrupted);
    if (!record.isAttempted() && !isInterrupted) {
        keepLater(m_untried, here, texts.status);
    } else {
        keepLater(m_attempted, here, texts.status);
        // Who interrupts a run says nothing of its hosts.
        if (const auto earlier = Attempts::ofMerged(record.text))
            m_attempts.add(*earlier);
        else if (!isInterrupted)
            m_attempts.add(here.moment.ms, here.isOk);
    }
    // Facts carry no verdict of the record's: the moment alone counts.
    const auto offer = [&](const QByteArray &plugin, const Moment &moment) {
        keepLater(m_facts[plugin], {moment, true, ref}, [&](RecordRef each) { return texts.facts(each, plugin); });
    };
    for (JsonMembers older(record.factsFrom); older.next();)
        offer(older.key().toByteArray(), momentOf(jsonMember(older.value(), "started"), jsonMember(older.value(), "run")));
    if (record.jobs.isEmpty() && isGood(record, rootJob, rootJob))
        offer(rootJob, here.moment);
    for (JsonMembers job(record.jobs); job.next();) {
        if (isGoodJob(job.value()) && jsonMember(record.factsFrom, job.key()).isEmpty())
            offer(job.key().toByteArray(), here.moment);
    }
}

bool HostRegisters::isGood(const RecordView &record, const QByteArray &plugin, const QByteArray &rootJob)
{
    if (record.jobs.isEmpty())
        return record.isGood() && plugin == rootJob; // of another hand
    return isGoodJob(jsonMember(record.jobs, plugin));
}

} // namespace collector
