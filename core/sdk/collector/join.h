// all() and first(): several tasks at once, on one thread, owned by the awaiting coroutine. Nothing is ever detached.
//
//     auto [a, b] = co_await all(job.shell().run("uname"), job.shell().run("id"));
//     const auto outputs = co_await all(std::move(vectorOfTasks));
//     const auto ended = co_await first(work(job), job.sleep(5s));      // a variant: ended.index() says which; the others are destroyed

#pragma once

#include "task.h"

#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace collector {

namespace detail {

// A task whose end is counted: the last one to end (or the first, as asked) resumes the waiter.
class Countdown
{
public:
    explicit Countdown(size_t count) : m_left(count) {}

    // Called by each child as it ends: what is to be resumed now.
    std::coroutine_handle<> childEnded() noexcept
    {
        if (m_left == 0 || --m_left > 0 || !m_waiter)
            return std::noop_coroutine();
        return std::exchange(m_waiter, {});
    }
    [[nodiscard]] bool isOver() const { return m_left == 0; }
    void wait(std::coroutine_handle<> waiter) { m_waiter = waiter; }

private:
    size_t m_left;
    std::coroutine_handle<> m_waiter;
};

// The coroutine that stands between a child task and the countdown.
class Child
{
public:
    struct promise_type
    {
        Countdown *countdown = nullptr;

        struct Final
        {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept
            {
                return self.promise().countdown->childEnded();
            }
            void await_resume() noexcept {}
        };
        Child get_return_object() { return Child(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        Final final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); } // the task keeps what it threw
    };

    Child(Child &&other) noexcept : m_frame(std::exchange(other.m_frame, {})) {}
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;
    Child &operator=(Child &&) = delete;
    ~Child()
    {
        if (m_frame)
            m_frame.destroy();
    }
    void start(Countdown &countdown)
    {
        m_frame.promise().countdown = &countdown;
        m_frame.resume();
    }

private:
    explicit Child(std::coroutine_handle<promise_type> frame) : m_frame(frame) {}
    std::coroutine_handle<promise_type> m_frame;
};

// Awaits the end of a task without taking its result.
template<typename T>
struct Ended
{
    Task<T> &task;
    bool await_ready() noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) { return task.await_suspend(waiter); }
    void await_resume() noexcept {}
};

template<typename T>
Child watch(Task<T> &task)
{
    co_await Ended<T>{task};
}

// Starts the children when awaited; resumes its waiter when the countdown is over.
struct Joined
{
    std::vector<Child> &children;
    Countdown &countdown;
    bool await_ready() noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter)
    {
        for (Child &child : children) {
            child.start(countdown);
            if (countdown.isOver())
                return false;
        }
        countdown.wait(waiter);
        return true;
    }
    void await_resume() noexcept {}
};

template<typename T>
using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template<typename T>
Stored<T> resultOf(Task<T> &task)
{
    if constexpr (std::is_void_v<T>) {
        task.result();
        return {};
    } else {
        return task.result();
    }
}

} // namespace detail

// Every result, in order (std::monostate for a Task<>). All run to their end; then the first failure, if any, is thrown.
template<typename... T>
Task<std::tuple<detail::Stored<T>...>> all(Task<T>... tasks)
{
    std::vector<detail::Child> children;
    children.reserve(sizeof...(T));
    (children.push_back(detail::watch(tasks)), ...);
    detail::Countdown countdown(sizeof...(T));
    if (sizeof...(T) > 0)
        co_await detail::Joined{children, countdown};
    co_return std::tuple<detail::Stored<T>...>{detail::resultOf(tasks)...};
}

template<typename T>
Task<std::vector<detail::Stored<T>>> all(std::vector<Task<T>> tasks)
{
    std::vector<detail::Child> children;
    children.reserve(tasks.size());
    for (Task<T> &task : tasks)
        children.push_back(detail::watch(task));
    detail::Countdown countdown(tasks.size());
    if (!tasks.empty())
        co_await detail::Joined{children, countdown};
    std::vector<detail::Stored<T>> results;
    results.reserve(tasks.size());
    for (Task<T> &task : tasks)
        results.push_back(detail::resultOf(task));
    co_return results;
}

// The result of whichever ends first, as the variant's alternative of that index; the others are destroyed. Throws what
// that one threw.
template<typename... T>
Task<std::variant<detail::Stored<T>...>> first(Task<T>... tasks)
{
    static_assert(sizeof...(T) > 0);
    std::tuple<Task<T>...> owned(std::move(tasks)...); // locals go before the result is seen, parameters only with the frame
    std::vector<detail::Child> children;
    children.reserve(sizeof...(T));
    std::apply([&children](auto &...task) { (children.push_back(detail::watch(task)), ...); }, owned);
    detail::Countdown countdown(1);
    co_await detail::Joined{children, countdown};

    std::optional<std::variant<detail::Stored<T>...>> result;
    const auto take = [&result]<size_t I>(auto &task, std::integral_constant<size_t, I>) {
        if (!result && task.isDone())
            result.emplace(std::in_place_index<I>, detail::resultOf(task));
    };
    [&]<size_t... I>(std::index_sequence<I...>)
    {
        (take(std::get<I>(owned), std::integral_constant<size_t, I>{}), ...);
    }
    (std::index_sequence_for<T...>{});
    co_return std::move(*result);
}

} // namespace collector
