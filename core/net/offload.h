// Offload: a blocking step lent to another thread. The step owns all that it uses; when the coroutine that waits for it is
// destroyed meanwhile, the step still runs to its end over there and is destroyed there with its result.

#pragma once

#include "net/reactor.h"

#include <collector/task.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace collector {

class JobError;

// A few threads for steps that may block. Thread-safe. Its destructor waits for the steps that run and drops those that
// have not begun; abandon() leaves those that hang behind instead.
class ThreadPool
{
public:
    // `mostLost`: of steps that may hang, so many at once have others in their threads' places, see giveUp(). Where one thread stands for
    // one thing at a time, there can be none.
    ThreadPool(int threads, const char *name, int mostLost = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool &) = delete;
    ThreadPool &operator=(const ThreadPool &) = delete;

    // Throws JobError (local_limit) where it has no thread, and none can be started.
    void run(std::function<void()> step);

    // A step that runs is waited for by nobody any more, for it may hang: until it has ended, and is taken off lost() again, another thread
    // has its thread's place, up to `mostLost`. Otherwise a handful of steps that hang would hold up all others.
    void giveUp();
    // How many of those there are; outlives the pool.
    [[nodiscard]] const std::shared_ptr<std::atomic<int>> &lost() const { return m_lost; }

    // At the end of a run, when a step may hang: a thread whose step does not end within `patience` is left behind, and what it uses must
    // not be destroyed afterwards; the others have ended.
    void abandon(std::chrono::milliseconds patience = std::chrono::milliseconds(100));

private:
    struct Shared
    {
        std::mutex mutex;
        std::condition_variable wakeUp;
        std::deque<std::function<void()>> steps;
        std::condition_variable hasEnded;
        std::vector<std::thread::id> ended; // there is nothing left to do for them
        int idle = 0;
        bool isOver = false;
    };
    void startThreads();
    [[nodiscard]] bool startThread();
    static void work(const std::shared_ptr<Shared> &shared);

    const int m_most;
    const int m_mostLost;
    const char *const m_name;
    std::shared_ptr<Shared> m_shared;
    const std::shared_ptr<std::atomic<int>> m_lost = std::make_shared<std::atomic<int>>(0);
    std::vector<std::thread> m_threads; // started as they are needed
};

// Why there is none: local_limit.
[[nodiscard]] JobError noThreadLeft();

// Has `step` run on the pool and resumes on the reactor's thread afterwards. What it throws is thrown here, as is what run() does.
Task<> offload(Reactor &reactor, ThreadPool &pool, std::function<void()> step);

} // namespace collector
