#include "icmp/echomailbox.h"

#include "icmp/echodoorbell.h"

namespace collector {

EchoMailbox::EchoMailbox(std::shared_ptr<EchoDoorbell> doorbell, std::function<void()> onResults)
    : m_doorbell(std::move(doorbell)),
      m_onResults(std::move(onResults))
{
}

void EchoMailbox::submit(const EchoRequest &request)
{
    {
        const std::lock_guard lock(m_inLock);
        m_requests.push_back(request);
    }
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
        m_onResults = nullptr;
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
    if (!m_onResults)
        return;
    const bool isFirst = m_results.empty();
    m_results.insert(m_results.end(), results.begin(), results.end());
    if (isFirst)
        m_onResults();
}

} // namespace collector
