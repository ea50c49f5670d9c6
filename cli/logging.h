// Where messages go: stderr or --log-file, how many of them: warnings, with -v also what is done, with -vv each host's phases.
// Set up once, before threads are started; messages may then come from any of them.

#pragma once

#include "cli/runoptions.h"

#include <QLoggingCategory>

#include <functional>

namespace collector {

Q_DECLARE_LOGGING_CATEGORY(hostLog) // each host's phases and their times

void setUpLogging(const RunOptions &options);

// Until then messages go to stderr: the file may turn out to be one that the run reads, and is not touched before that is known. Throws
// UsageError where it cannot be written.
void openLogFile(const RunOptions &options);

// While `write` is not empty, what would go to stderr goes to it, line by line, from any thread: somebody draws on that terminal.
void logThrough(std::function<void(const QByteArray &line)> write);

} // namespace collector
