// RunCounts: how many records there are of each status and cause. The statuses add up to the hosts, the causes to the hosts
// that are not ok; skipped hosts have a cause too. A value.

#pragma once

#include "model/status.h"

#include <collector/cause.h>

#include <array>

namespace collector {

struct RunCounts
{
    std::array<quint64, statusCount> byStatus{};
    std::array<quint64, causeCount> byCause{}; // Cause::None stays 0
    quint64 cutShort = 0;                      // hosts with a job that was interrupted, whatever their cause

    void add(Status status, Cause cause, bool isCutShort = false);
    [[nodiscard]] quint64 of(Status status) const { return byStatus[size_t(status)]; }
    [[nodiscard]] quint64 of(Cause cause) const { return byCause[size_t(cause)]; }
    [[nodiscard]] quint64 hosts() const;
    [[nodiscard]] quint64 notSkipped() const { return hosts() - of(Status::Skipped); }
    [[nodiscard]] quint64 notOk() const { return hosts() - of(Status::Ok); }
};

} // namespace collector
