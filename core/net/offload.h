// Offload: a blocking step lent to another thread. The step owns all that it uses; when the coroutine that waits for it is
// destroyed meanwhile, the step still runs to its end over there and is destroyed there with its result.

#pragma once

#include "net/reactor.h"

#include <collector/task.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace collector {

// A few threads for steps that may block. Thread-safe. Its destructor waits for the steps that run and drops those that
// have not begun; abandon() leaves the threads behind instead.
class ThreadPool
{
public:
    explicit ThreadPool(int threads, const char *name);
    ~ThreadPool();
    ThreadPool(const ThreadPool &) = delete;
    ThreadPool &operator=(const ThreadPool &) = delete;

    void run(std::function<void()> step);

    // At the end of a run, when a step hangs: no thread is waited for. What they use must not be destroyed afterwards.
    void abandon();

private:
    struct Shared
    {
        std::mutex mutex;
        std::condition_variable wakeUp;
        std::deque<std::function<void()>> steps;
        int idle = 0;
        bool isOver = false;
    };
    static void work(const std::shared_ptr<Shared> &shared);

    const int m_most;
    const char *const m_name;
    std::shared_ptr<Shared> m_shared;
    std::vector<std::thread> m_threads; // started as they are needed
};

// Has `step` run on the pool and resumes on the reactor's thread afterwards. What it throws is thrown here.
Task<> offload(Reactor &reactor, ThreadPool &pool, std::function<void()> step);

} // namespace collector
