// WriterSetup: what the writer of a run is to write, and whom it tells. Made by the command line.

#pragma once

#include "output/outputspec.h"

#include "model/runinfo.h"

#include <sys/types.h>

#include <functional>
#include <memory>

namespace collector {

struct WriterSetup
{
    enum class Resume : quint8 { No, Yes, RetryFailed };

    std::shared_ptr<const RunInfo> run; // with Resume: id and start are those of findInterruptedRun()
    QList<OutputSpec> outputs;
    quint64 seed = 0;
    Resume resume = Resume::No;
    // With Resume: gives each selected host's name. Empty: they are the same as when the run began.
    std::function<void(const std::function<void(QByteArrayView)> &)> eachSelected;
    QString columns;                                               // --columns; empty: the usual ones
    bool guardsFormulas = true;                                    // --csv-guard
    mode_t newFileMode = 0600;                                     // --output-mode
    int tableWidth = 0;                                            // of the terminal; 0: no limit
    QByteArray summaryPath;                                        // --summary; empty: none
    std::function<void(const QString &)> warn;                     // main thread, during open()
    std::function<void()> onRoom;                                  // writer's thread
    std::function<void(const QString &)> onFailure;                // writer's thread, once
    std::function<void(const std::function<void()> &)> onTerminal; // wraps each write to a terminal: clear the progress line first
};

} // namespace collector
