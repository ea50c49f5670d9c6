// ChildProcess: a process of ours with sockets for its standard streams.
//
// start() and wait() block: on the offload pool. Nothing is inherited but the streams and an environment without our secrets; it leads a
// process group of its own, which kill() ends whole.

#pragma once

#include <QStringList>

#include <sys/types.h>

#include <span>

namespace collector {

class ChildProcess
{
public:
    enum class Environment {
        Short, // what a program needs to run, and nothing that may hold a secret
        Whole, // all but COLLECTOR_*: what ssh(1) would give it. A ProxyCommand may log in to a cloud, or go through a proxy
    };

    // `streams`: what becomes its descriptors 0, 1, 2 …. Throws std::runtime_error with a message for a person.
    [[nodiscard]] static pid_t start(const QStringList &command, std::span<const int> streams,
                                     Environment environment = Environment::Short);

    // Kills its group. Thread-safe, any number of times before wait().
    static void kill(pid_t process);

    // Until it has ended, KILLed at last. Its status as of waitpid().
    static int wait(pid_t process);
};

} // namespace collector
