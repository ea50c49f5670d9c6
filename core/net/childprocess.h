// ChildProcess: a process of ours with sockets for its standard streams.
//
// start() and wait() block: on the offload pool. Nothing is inherited but the streams and an environment without secrets; it leads a
// process group of its own, which kill() ends whole.

#pragma once

#include <QStringList>

#include <sys/types.h>

#include <span>

namespace collector {

class ChildProcess
{
public:
    // `streams`: what becomes its descriptors 0, 1, 2 …. Throws std::runtime_error with a message for a person.
    [[nodiscard]] static pid_t start(const QStringList &command, std::span<const int> streams);

    // Kills its group. Thread-safe, any number of times before wait().
    static void kill(pid_t process);

    // Until it has ended, KILLed at last. Its status as of waitpid().
    static int wait(pid_t process);
};

} // namespace collector
