// runLocalProgram(): a program of this machine, from its start to its end, as a job asks for it (collector/localprogram.h). On the
// reactor's thread; starting and reaping are lent to the pool.

#pragma once

#include "net/gate.h"
#include "net/offload.h"

#include <collector/localprogram.h>
#include <collector/remoteshell.h>

namespace collector {

inline constexpr int mostLocalPrograms = 64; // at once, in a run

// Waits for its turn at the gate first. When the task is destroyed, the program is killed with all of its group. Throws JobError:
// local_limit, exec_timeout.
Task<ShellReply> runLocalProgram(Reactor &reactor, ThreadPool &pool, Gate &gate, LocalProgram program);

} // namespace collector
