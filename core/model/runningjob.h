// RunningJob: which job, on which host, this thread is carrying out just now. For whoever has to say so when the process dies
// of it (output/crashnotes.h): a signal handler can read nothing but a plain variable of its thread.
//
// The engine sets it as a job begins; a wait keeps it, and who is resumed from a wait has it back (net/waiter.h). Null: none,
// or nobody's in particular. The object belongs to the host's run, and outlives all its waits.

#pragma once

#include <QByteArray>

namespace collector {

struct RunningJob
{
    QByteArray host;
    QByteArray plugin;
};

inline thread_local constinit const RunningJob *runningJob = nullptr;

} // namespace collector
