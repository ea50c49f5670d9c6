// The objects `run` and `summary` of the outputs. Pure functions.

#pragma once

#include "output/runcounts.h"

#include "model/runinfo.h"
#include "model/slowdowns.h"

#include <QJsonObject>

#include <optional>

namespace collector {

// Without `host_keys_added`, which is known at the end; as text in the order in which a person reads it.
[[nodiscard]] QByteArray runText(const RunInfo &run);
[[nodiscard]] QJsonObject runJson(const RunInfo &run);

struct RunSummary
{
    RunCounts counts;
    qint64 startedMs = 0;
    qint64 finishedMs = 0;
    int exitStatus = 0;
    quint64 hostKeysAdded = 0;
    Slowdowns slowdowns{};
};

// As JSON, in the order in which a person reads it: `hosts`, statuses, `causes` (those that occurred), times, `slowdowns`
// (where there were any), `exit_status`.
[[nodiscard]] QByteArray summaryJson(const RunSummary &summary);

// As a textfile for node_exporter (Prometheus' text format, version 0.0.4).
[[nodiscard]] QByteArray summaryProm(const RunInfo &run, const RunSummary &summary);

} // namespace collector
