#include "output/exitstatus.h"

namespace collector {

namespace {

bool hasEnough(const RunEnd &end, const RunCounts &counts)
{
    const auto ok = double(counts.of(Status::Ok));
    return ok * 100 >= end.minimumOkPercent * double(counts.notSkipped());
}

} // namespace

bool wasEveryHostTried(const RunCounts &counts)
{
    return counts.of(Cause::NotAttempted) == 0 && counts.of(Cause::Interrupted) == 0 && counts.cutShort == 0;
}

int exitStatus(const RunEnd &end, const RunCounts &counts)
{
    if (end.hasInternalError || end.missing > 0)
        return 1;
    if (end.signal != 0)
        return 128 + end.signal;
    if (end.deadlinePassed && !wasEveryHostTried(counts))
        return 5;
    if (!hasEnough(end, counts))
        return 6;
    if (counts.notSkipped() > 0 && counts.of(Status::Ok) == 0)
        return 4;
    return counts.of(Status::Ok) == counts.notSkipped() ? 0 : 3;
}

bool isComplete(const RunEnd &end, const RunCounts &counts)
{
    return end.missing == 0 && wasEveryHostTried(counts) && hasEnough(end, counts);
}

} // namespace collector
