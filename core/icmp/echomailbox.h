// EchoMailbox: one worker's side of the ping thread. What goes in and out is batched; either lock is held for the move of a
// few words or the swap of a vector. Handed out by EchoService; the worker keeps it as long as it likes, the service may be gone before.

#pragma once

#include "icmp/echo.h"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace collector {

class EchoDoorbell;

class EchoMailbox
{
public:
    // `onResults` is called on the ping thread when the first result after a takeResults() is there; it must only wake the worker.
    EchoMailbox(std::shared_ptr<EchoDoorbell> doorbell, std::function<void()> onResults);

    // For the worker. A series begins as soon as the rate allows; each submitted one has exactly one result, unless it is
    // withdrawn or the mailbox closed. What is queued is what the worker has in flight: that is its bound.
    void submit(const EchoRequest &request);
    // No more packets for that token, please. Its result may still come, and may be on its way already: the worker
    // tells by the token, which it must not use again (put a generation into it).
    void withdraw(uint64_t token);
    // Swaps `results`, whose content is dropped, with what has come.
    void takeResults(std::vector<EchoResult> &results);
    // Ends everything of this mailbox; after it onResults is not called and does not run.
    void close();

    // For the ping thread.
    [[nodiscard]] bool collect(std::vector<EchoRequest> &requests, std::vector<uint64_t> &withdrawn); // false: closed
    void deliver(const std::vector<EchoResult> &results);

private:
    const std::shared_ptr<EchoDoorbell> m_doorbell;

    std::mutex m_inLock;
    std::vector<EchoRequest> m_requests;
    std::vector<uint64_t> m_withdrawn;
    bool m_isClosed = false;

    std::mutex m_outLock;
    std::vector<EchoResult> m_results;
    std::function<void()> m_onResults;
};

} // namespace collector
