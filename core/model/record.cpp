#include "model/record.h"

#include <algorithm>

namespace collector {

void concludeFromJobs(Record &record)
{
    const auto has = [&](auto... wanted) {
        return std::any_of(record.jobs.begin(), record.jobs.end(), [=](const JobResult &job) { return ((job.status == wanted) || ...); });
    };
    const auto firstBad =
        std::find_if(record.jobs.begin(), record.jobs.end(), [](const JobResult &job) { return job.status != Status::Ok; });
    if (firstBad == record.jobs.end()) {
        record.status = Status::Ok;
        record.cause = Cause::None;
        record.message.clear();
        record.plugin = -1;
        return;
    }
    record.cause = firstBad->cause;
    record.message = firstBad->message;
    record.plugin = int(firstBad - record.jobs.begin());
    if (has(Status::Ok, Status::Partial))
        record.status = Status::Partial;
    else if (has(Status::Cancelled))
        record.status = Status::Cancelled;
    else if (has(Status::Failed))
        record.status = Status::Failed;
    else if (has(Status::Unreachable))
        record.status = Status::Unreachable;
    else
        record.status = Status::Skipped;
}

} // namespace collector
