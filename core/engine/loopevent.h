// LoopEvent: JobContext's event, as a worker has it. On the reactor's thread.

#pragma once

#include "net/reactor.h"

#include <collector/event.h>

namespace collector {

class LoopEvent final : public Event
{
public:
    explicit LoopEvent(Reactor &reactor) : m_reactor(reactor) {}

    void set() override
    {
        m_isSet = true;
        if (m_waiter)
            m_reactor.schedule(*m_waiter);
    }
    Task<> wait() override
    {
        if (m_waiter && !m_isSet) // who came first would never be resumed
            throw waitedForTwice();
        co_await Happened(*this);
    }

private:
    class Happened
    {
    public:
        explicit Happened(LoopEvent &event) : m_event(event) {}
        Happened(const Happened &) = delete;
        Happened &operator=(const Happened &) = delete;
        ~Happened() { m_event.m_waiter = nullptr; }

        bool await_ready() const noexcept { return m_event.m_isSet; }
        void await_suspend(std::coroutine_handle<> handle)
        {
            m_waiter.suspend(handle);
            m_event.m_waiter = &m_waiter;
        }
        void await_resume() const noexcept {}

    private:
        LoopEvent &m_event;
        Waiter m_waiter;
    };

    Reactor &m_reactor;
    Waiter *m_waiter = nullptr;
    bool m_isSet = false;
};

} // namespace collector
