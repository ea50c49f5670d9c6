#include "net/gate.h"

namespace collector {

bool Gate::tryEnter()
{
    const std::lock_guard lock(m_mutex);
    if (m_taken >= m_slots)
        return false; // whoever waits already comes first: while there are free slots, nobody waits
    ++m_taken;
    return true;
}

void Gate::leave()
{
    const std::lock_guard lock(m_mutex);
    --m_taken;
    admitNext();
}

bool Gate::isUsed() const
{
    const std::lock_guard lock(m_mutex);
    return m_taken > 0;
}

void Gate::setSlots(int slots)
{
    const std::lock_guard lock(m_mutex);
    m_slots = slots;
    admitNext();
}

// With the mutex held. A waiter of this thread is scheduled at once, one of another hears of it through its inbox.
void Gate::admitNext()
{
    while (m_taken < m_slots && !m_queue.empty()) {
        const std::shared_ptr<Waiting> next = std::move(m_queue.front());
        m_queue.pop_front();
        next->isAdmitted = true;
        ++m_taken;
        if (next->thread == std::this_thread::get_id()) {
            next->reactor->schedule(*next->waiter);
            continue;
        }
        next->inbox->send([next] {
            if (next->waiter)
                next->reactor->schedule(*next->waiter);
        });
    }
}

Gate::Entrance::~Entrance()
{
    if (!m_waiting)
        return;
    m_waiting->waiter = nullptr;
    const std::lock_guard lock(m_gate.m_mutex);
    if (!m_waiting->isAdmitted) {
        m_gate.m_queue.erase(m_place);
    } else if (!m_isIn) {
        --m_gate.m_taken;
        m_gate.admitNext();
    }
}

bool Gate::Entrance::await_suspend(std::coroutine_handle<> handle)
{
    m_waiter.suspend(handle);
    const std::lock_guard lock(m_gate.m_mutex);
    if (m_gate.m_taken < m_gate.m_slots) { // freed since await_ready()
        ++m_gate.m_taken;
        m_isIn = true;
        return false;
    }
    m_waiting = std::make_shared<Waiting>(Waiting{std::this_thread::get_id(), &m_reactor, m_reactor.inbox(), &m_waiter});
    m_place = m_gate.m_queue.insert(m_gate.m_queue.end(), m_waiting);
    return true;
}

Gate::Pass Gate::Entrance::await_resume()
{
    m_isIn = true;
    return Pass(m_gate);
}

} // namespace collector
