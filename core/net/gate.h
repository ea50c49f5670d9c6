// Gate: a number of slots that coroutines of any reactor wait for, first come first served.
//
// Thread-safe. A Pass is given back when it is destroyed, on whatever thread; a coroutine that is destroyed while it waits gives up its
// place. The gate outlives passes and waits.

#pragma once

#include "net/reactor.h"

#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace collector {

class Gate
{
public:
    explicit Gate(int slots) : m_slots(slots) {}
    Gate(const Gate &) = delete;
    Gate &operator=(const Gate &) = delete;

    class Pass
    {
    public:
        Pass() = default;
        explicit Pass(Gate &gate) : m_gate(&gate) {}
        Pass(Pass &&other) noexcept : m_gate(std::exchange(other.m_gate, nullptr)) {}
        Pass &operator=(Pass &&other) noexcept
        {
            release();
            m_gate = std::exchange(other.m_gate, nullptr);
            return *this;
        }
        ~Pass() { release(); }

        [[nodiscard]] bool isHeld() const { return m_gate; }
        void release()
        {
            if (Gate *gate = std::exchange(m_gate, nullptr))
                gate->leave();
        }

    private:
        Gate *m_gate = nullptr;
    };

    class Entrance;

    // Awaitable: until a slot is free; gives the Pass. Does not suspend where one is free now.
    [[nodiscard]] Entrance enter(Reactor &reactor);

    void setSlots(int slots);

    // Whether anybody is in.
    [[nodiscard]] bool isUsed() const;

private:
    struct Waiting
    {
        std::thread::id thread;
        Reactor *reactor; // on its own thread only
        std::shared_ptr<Inbox> inbox;
        Waiter *waiter;          // on the reactor's thread only; null: destroyed
        bool isAdmitted = false; // under the gate's mutex
    };
    using Queue = std::list<std::shared_ptr<Waiting>>;

    [[nodiscard]] bool tryEnter();
    void leave();
    void admitNext();

    mutable std::mutex m_mutex;
    int m_slots;
    int m_taken = 0;
    Queue m_queue;
};

class Gate::Entrance
{
public:
    Entrance(Gate &gate, Reactor &reactor) : m_gate(gate), m_reactor(reactor) {}
    Entrance(const Entrance &) = delete;
    Entrance &operator=(const Entrance &) = delete;
    ~Entrance();

    bool await_ready() { return m_isIn = m_gate.tryEnter(); }
    bool await_suspend(std::coroutine_handle<> handle);
    Pass await_resume();

private:
    Gate &m_gate;
    Reactor &m_reactor;
    Waiter m_waiter;
    std::shared_ptr<Waiting> m_waiting;
    Queue::iterator m_place;
    bool m_isIn = false;
};

inline Gate::Entrance Gate::enter(Reactor &reactor)
{
    return {*this, reactor};
}

} // namespace collector
