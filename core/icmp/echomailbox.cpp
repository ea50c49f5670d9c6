#include "icmp/echomailbox.h"

#include "icmp/echodoorbell.h"

namespace collector {

EchoMailbox::EchoMailbox(std::shared_ptr<EchoDoorbell> doorbell, Calls calls, uint64_t most)
    : m_doorbell(std::move(doorbell)),
      m_calls(std::move(calls)),
      m_most(most)
{
}

void EchoMailbox::submit(const EchoRequest &request)
{
    {
        const std::lock_guard lock(m_inLock);
        m_requests.push_back(request);
    }
    m_submitted.store(m_submitted.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); // nobody else adds
    m_doorbell->ring();
}

void EchoMailbox::withdraw(uint64_t token)
{
    {
        const std::lock_guard lock(m_inLock);
        m_withdrawn.push_back(token);
    }
    m_doorbell->ring();
}

bool EchoMailbox::hasRoom()
{
    if (m_submitted - m_left < m_most)
        return true;
    m_isRoomAwaited = true;
    return m_submitted - m_left < m_most; // once more: what left meanwhile may not have seen that we wait
}

void EchoMailbox::setLeft(uint64_t series)
{
    if (m_left.exchange(series) == series || !m_isRoomAwaited || m_submitted - series > m_most / 2 || !m_isRoomAwaited.exchange(false))
        return;
    const std::lock_guard lock(m_outLock);
    if (m_calls.onRoom)
        m_calls.onRoom();
}

void EchoMailbox::takeResults(std::vector<EchoResult> &results)
{
    results.clear();
    const std::lock_guard lock(m_outLock);
    results.swap(m_results);
}

void EchoMailbox::close()
{
    {
        const std::lock_guard lock(m_outLock);
        m_calls = {};
        m_results.clear();
    }
    {
        const std::lock_guard lock(m_inLock);
        m_isClosed = true;
    }
    m_doorbell->ring();
}

bool EchoMailbox::collect(std::vector<EchoRequest> &requests, std::vector<uint64_t> &withdrawn)
{
    requests.clear();
    withdrawn.clear();
    const std::lock_guard lock(m_inLock);
    requests.swap(m_requests);
    withdrawn.swap(m_withdrawn);
    return !m_isClosed;
}

void EchoMailbox::deliver(const std::vector<EchoResult> &results)
{
    // The call stays under the lock: close() then waits for it, and the worker may go.
    const std::lock_guard lock(m_outLock);
    if (!m_calls.onResults)
        return;
    const bool isFirst = m_results.empty();
    m_results.insert(m_results.end(), results.begin(), results.end());
    if (isFirst)
        m_calls.onResults();
}

} // namespace collector
