// Where messages go: stderr or --log-file, how many of them: warnings, with -v also what is done, with -vv each host's phases.
// Set up once, before threads are started; messages may then come from any of them.

#pragma once

#include "cli/runoptions.h"

#include <QLoggingCategory>

namespace collector {

Q_DECLARE_LOGGING_CATEGORY(hostLog) // each host's phases and their times

// Throws UsageError where the log file cannot be written.
void setUpLogging(const RunOptions &options);

} // namespace collector
