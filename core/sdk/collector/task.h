// Task<T>: a coroutine with one owner.
//
// Lazy: nothing runs until it is awaited, or started by whoever owns the root. Destroying a Task destroys its frame and,
// through the Tasks that live in that frame, everything below; awaitables withdraw in their destructors what they had
// registered. So to cancel is to destroy: there is no flag to check and no late callback to survive.
//
// A root may be destroyed only while none of its frames is running: from the loop, never from within a job.
// A coroutine takes its parameters by value, or by reference to what outlives its frame; a capturing lambda is no coroutine,
// and no co_await stands in an expression that also builds a capturing lambda (GCC 12 destroys the captures twice).

#pragma once

#include <QtGlobal> // first: moc of Qt 6.4 stumbles over libstdc++ otherwise

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace collector {

namespace detail {

struct PromiseBase
{
    std::coroutine_handle<> waiter; // resumed when this one ends; empty while it runs inside its waiter's await
    std::exception_ptr failure;

    struct Final
    {
        bool await_ready() noexcept { return false; }
        template<typename P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept
        {
            const auto waiter = self.promise().waiter;
            return waiter ? waiter : std::coroutine_handle<>(std::noop_coroutine());
        }
        void await_resume() noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() { failure = std::current_exception(); }
};

template<typename T>
struct ValuePromise : PromiseBase
{
    std::optional<T> value;
    template<typename U = T>
    void return_value(U &&result)
    {
        value.emplace(std::forward<U>(result));
    }
    T take()
    {
        if (failure)
            std::rethrow_exception(failure);
        return std::move(*value);
    }
};

template<>
struct ValuePromise<void> : PromiseBase
{
    void return_void() {}
    void take()
    {
        if (failure)
            std::rethrow_exception(failure);
    }
};

} // namespace detail

template<typename T = void>
class [[nodiscard]] Task
{
public:
    struct promise_type : detail::ValuePromise<T>
    {
        Task get_return_object() { return Task(Handle::from_promise(*this)); }
    };
    using Value = T;

    Task(Task &&other) noexcept : m_frame(std::exchange(other.m_frame, {})) {}
    Task &operator=(Task &&other) noexcept
    {
        Task moved(std::move(other));
        std::swap(m_frame, moved.m_frame);
        return *this;
    }
    Task(const Task &) = delete;
    Task &operator=(const Task &) = delete;
    ~Task()
    {
        if (m_frame)
            m_frame.destroy();
    }

    // For the owner of a root. `whenDone`, where given, is resumed when the task ends, unless it ends within this call.
    void start(std::coroutine_handle<> whenDone = {})
    {
        m_frame.resume();
        if (!m_frame.done())
            m_frame.promise().waiter = whenDone;
    }
    [[nodiscard]] bool isDone() const { return m_frame.done(); }
    // Of a task that is done: its value, or throws what it threw. Once.
    T result() { return m_frame.promise().take(); }

    // For co_await. A child that ends at once continues its waiter without growing the stack: GCC 12 makes no tail call of
    // a symmetric transfer at -O0 or under a sanitizer.
    bool await_ready() noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter)
    {
        m_frame.resume();
        if (m_frame.done())
            return false;
        m_frame.promise().waiter = waiter;
        return true;
    }
    T await_resume() { return m_frame.promise().take(); }

private:
    using Handle = std::coroutine_handle<promise_type>;
    explicit Task(Handle frame) : m_frame(frame) {}
    Handle m_frame;
};

} // namespace collector
