// ChildStart: a process that the pool is starting for a coroutine, and the ends of its streams meanwhile.
//
// Shared by the coroutine and the pool's step: whoever lets go last closes the ends and kills what nobody took over (`process` set to -1).
// Blocks there, as ChildProcess::wait() does.

#pragma once

#include "net/childprocess.h"

#include <unistd.h>

#include <array>
#include <utility>

namespace collector {

struct ChildStart
{
    ~ChildStart()
    {
        closeEnds();
        if (process > 0) {
            ChildProcess::kill(process);
            ChildProcess::wait(process);
        }
    }
    void closeEnds()
    {
        for (int &end : ends) {
            if (end >= 0)
                ::close(std::exchange(end, -1));
        }
    }
    QStringList command;
    ChildProcess::Environment environment = ChildProcess::Environment::Short;
    std::array<int, 3> ends{-1, -1, -1};
    pid_t process = -1;
};

} // namespace collector
