#include "net/offload.h"

#include <collector/joberror.h>

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace collector {

ThreadPool::ThreadPool(int threads, const char *name, int mostLost)
    : m_most(threads),
      m_mostLost(mostLost),
      m_name(name),
      m_shared(std::make_shared<Shared>())
{
}

ThreadPool::~ThreadPool()
{
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->isOver = true;
        m_shared->steps.clear();
    }
    m_shared->wakeUp.notify_all();
    for (std::thread &thread : m_threads)
        thread.join();
}

// A thread that is left to itself while the process ends still takes apart what Qt and libssh keep of it, beside the destructors of both.
void ThreadPool::abandon(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_shared->mutex);
    m_shared->isOver = true;
    m_shared->steps.clear();
    m_shared->wakeUp.notify_all();
    m_shared->hasEnded.wait_for(lock, patience, [this] { return m_shared->ended.size() == m_threads.size(); });
    const std::vector<std::thread::id> ended = m_shared->ended;
    lock.unlock();
    for (std::thread &thread : m_threads) {
        if (std::find(ended.begin(), ended.end(), thread.get_id()) != ended.end())
            thread.join();
        else
            thread.detach();
    }
    m_threads.clear();
}

void ThreadPool::run(std::function<void()> step)
{
    const std::lock_guard lock(m_shared->mutex);
    if (m_shared->isOver)
        return;
    m_shared->steps.push_back(std::move(step));
    startThreads();
    if (m_threads.empty()) {
        m_shared->steps.pop_back();
        throw noThreadLeft();
    }
    m_shared->wakeUp.notify_one();
}

// For steps that no thread is idle for.
void ThreadPool::startThreads()
{
    const int most = m_most + std::min(m_lost->load(), m_mostLost);
    for (auto missing = int(m_shared->steps.size()) - m_shared->idle; missing > 0 && int(m_threads.size()) < most; --missing) {
        if (!startThread())
            return;
    }
}

void ThreadPool::giveUp()
{
    const std::lock_guard lock(m_shared->mutex);
    ++*m_lost;
    if (!m_shared->isOver)
        startThreads();
}

// Where there are some already, those do it.
bool ThreadPool::startThread()
{
    try {
        m_threads.emplace_back(&ThreadPool::work, m_shared);
    } catch (const std::system_error &) {
        return false;
    }
    pthread_setname_np(m_threads.back().native_handle(), m_name);
    return true;
}

JobError noThreadLeft()
{
    return {Cause::LocalLimit,
            QStringLiteral("this machine starts no further thread; raise the limit of processes (ulimit -u, TasksMax= of a "
                           "systemd unit, pids.max of a container)")};
}

void ThreadPool::work(const std::shared_ptr<Shared> &shared)
{
    std::unique_lock lock(shared->mutex);
    for (;;) {
        ++shared->idle;
        shared->wakeUp.wait(lock, [&] { return shared->isOver || !shared->steps.empty(); });
        --shared->idle;
        if (shared->steps.empty()) {
            shared->ended.push_back(std::this_thread::get_id());
            shared->hasEnded.notify_all();
            return;
        }
        std::function<void()> step = std::move(shared->steps.front());
        shared->steps.pop_front();
        lock.unlock();
        step();
        step = nullptr; // destroyed here, not under the lock
        lock.lock();
    }
}

namespace {

// What the waiting coroutine and the step share. `waiter` belongs to the reactor's thread, the rest to the pool until the
// completion has been sent.
struct Lent
{
    enum class Stage : quint8 { Queued, Running, Forsaken, Lost, Over }; // Forsaken: it has not begun; Lost: it has

    std::atomic<Stage> stage = Stage::Queued;
    std::function<void()> step;
    std::optional<RunningJob> job; // whose step it is: a copy, for it may outlive that host's run
    std::exception_ptr failure;
    Waiter *waiter = nullptr;
};

class Returned
{
public:
    Returned(Reactor &reactor, ThreadPool &pool, std::shared_ptr<Lent> lent) : m_reactor(reactor), m_pool(pool), m_lent(std::move(lent)) {}
    Returned(const Returned &) = delete;
    Returned &operator=(const Returned &) = delete;
    ~Returned()
    {
        m_lent->waiter = nullptr;
        auto stage = Lent::Stage::Queued;
        if (m_lent->stage.compare_exchange_strong(stage, Lent::Stage::Forsaken))
            return;
        stage = Lent::Stage::Running;
        if (m_lent->stage.compare_exchange_strong(stage, Lent::Stage::Lost))
            m_pool.giveUp();
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle)
    {
        m_waiter.suspend(handle);
        m_lent->waiter = &m_waiter;
        if (runningJob) {
            m_lent->job = *runningJob;
            m_lent->job->plugin.detach(); // those bytes are the manifest's
        }
        const auto step = [lent = m_lent, lost = m_pool.lost(), inbox = m_reactor.inbox(), reactor = &m_reactor] {
            auto stage = Lent::Stage::Queued;
            if (!lent->stage.compare_exchange_strong(stage, Lent::Stage::Running)) {
                lent->stage = Lent::Stage::Lost;
                ++*lost;
            }
            runningJob = lent->job ? &*lent->job : nullptr;
            try {
                lent->step();
            } catch (...) {
                lent->failure = std::current_exception();
            }
            lent->step = nullptr;
            runningJob = nullptr;
            if (lent->stage.exchange(Lent::Stage::Over) == Lent::Stage::Lost)
                --*lost;
            inbox->send([lent, reactor] { // read only while the reactor lives
                if (lent->waiter)
                    reactor->schedule(*lent->waiter);
            });
        };
        try {
            m_pool.run(step);
        } catch (const JobError &) {
            m_lent->failure = std::current_exception();
            return false;
        }
        return true;
    }
    void await_resume()
    {
        if (m_lent->failure)
            std::rethrow_exception(m_lent->failure);
    }

private:
    Reactor &m_reactor;
    ThreadPool &m_pool;
    std::shared_ptr<Lent> m_lent;
    Waiter m_waiter;
};

} // namespace

Task<> offload(Reactor &reactor, ThreadPool &pool, std::function<void()> step)
{
    auto lent = std::make_shared<Lent>();
    lent->step = std::move(step);
    co_await Returned(reactor, pool, std::move(lent));
}

} // namespace collector
