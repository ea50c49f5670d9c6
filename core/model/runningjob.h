// RunningJob: which job, on which host, this thread is carrying out just now. For whoever has to say so when the process dies
// of it (output/crashnotes.h): a signal handler can read nothing but a plain variable of its thread.
//
// The engine sets it as a job begins; a wait keeps it, and who is resumed from a wait has it back (net/waiter.h). Null: none,
// or nobody's in particular. The object belongs to the host's run, and outlives all its waits.

#pragma once

#include <QByteArray>

#include <utility>

namespace collector {

struct RunningJob
{
    QByteArray host;
    QByteArray plugin;
    quint64 place = 0;   // for the watchdog, which may read no more than a number of another thread: Reactor::runningPlace()
    int waits = 0;       // coroutines of it that wait: none may be left once it has ended
    bool isOver = false; // whoever waits still is never resumed
};

inline thread_local constinit RunningJob *runningJob = nullptr;

// What is started while it lives is nobody's job: a jump session, which serves many hosts and outlives the one that opened it.
class NobodysJob
{
public:
    NobodysJob() : m_before(std::exchange(runningJob, nullptr)) {}
    ~NobodysJob() { runningJob = m_before; }
    NobodysJob(const NobodysJob &) = delete;
    NobodysJob &operator=(const NobodysJob &) = delete;

private:
    RunningJob *const m_before;
};

} // namespace collector
