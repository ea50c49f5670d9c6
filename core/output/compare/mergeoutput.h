// MergeOutput: the outputs of a merge, in every format that a run has and as atomically: all are written beside their places, and
// take their names when the last record is in. Their locks are the caller's to take, before it reads. One thread; blocking.

#pragma once

#include "output/compare/merge.h"
#include "output/outputspec.h"

#include <sys/types.h>

#include <functional>

namespace collector {

struct MergeOutputSetup
{
    QList<OutputSpec> outputs;
    QStringList columns; // --columns; empty: the usual ones
    bool guardsFormulas = true;
    mode_t newFileMode = 0600;
    int tableWidth = 0;
    std::function<void(const QString &)> warn;
    std::function<bool(QByteArrayView line)> alsoTake; // every record as well; empty: nobody
    std::function<bool(QString *error)> beforeNaming;  // when all outputs are written and none has its name; empty: nothing
};

// How it went; `error` says why.
enum class MergeWritten { Yes, BadColumns, Failed };

// Writes what a concluded merge has. `manifests`: of all plugins, for the columns of CSV and table.
[[nodiscard]] MergeWritten writeMerged(Merge &merge, const Manifests &manifests, const MergeOutputSetup &setup, QString *error);

} // namespace collector
