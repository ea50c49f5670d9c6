#include "output/runcounts.h"

#include <numeric>

namespace collector {

void RunCounts::add(Status status, Cause cause, bool isCutShort)
{
    cutShort += isCutShort ? 1 : 0;
    ++byStatus[size_t(status)];
    if (status != Status::Ok)
        ++byCause[size_t(cause == Cause::None ? Cause::Internal : cause)];
}

quint64 RunCounts::hosts() const
{
    return std::accumulate(byStatus.begin(), byStatus.end(), quint64(0));
}

} // namespace collector
