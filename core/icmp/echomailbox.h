// EchoMailbox: one worker's side of the ping thread. What goes in and out is batched; either lock is held for the move of a
// few words or the swap of a vector. Handed out by EchoService; the worker keeps it as long as it likes, the service may be gone before.

#pragma once

#include "icmp/echo.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace collector {

class EchoDoorbell;

class EchoMailbox
{
public:
    struct Calls // on the ping thread; they must only wake the worker
    {
        std::function<void()> onResults; // the first result after a takeResults() is there
        std::function<void()> onRoom;    // there is room again, after hasRoom() said no
    };
    // `most`: how many series may wait for their first packet before hasRoom() says no.
    EchoMailbox(std::shared_ptr<EchoDoorbell> doorbell, Calls calls, uint64_t most);

    // For the worker. A series begins as soon as the rate allows; each submitted one has exactly one result, unless it is
    // withdrawn or the mailbox closed. What is queued is what the worker has in flight: that is its bound.
    void submit(const EchoRequest &request);
    // No more packets for that token, please. Its result may still come, and may be on its way already: the worker
    // tells by the token, which it must not use again (put a generation into it).
    void withdraw(uint64_t token);
    // Whether further series would leave soon: false while many wait for their first packet, because of the rate or because packets take
    // their time. What is started all the same is not refused, it waits.
    [[nodiscard]] bool hasRoom();
    // Swaps `results`, whose content is dropped, with what has come.
    void takeResults(std::vector<EchoResult> &results);
    // Ends everything of this mailbox; after it no call is made and none runs.
    void close();

    // For the ping thread.
    [[nodiscard]] bool collect(std::vector<EchoRequest> &requests, std::vector<uint64_t> &withdrawn); // false: closed
    void deliver(const std::vector<EchoResult> &results);
    void setLeft(uint64_t series); // so many have sent their first packet, or ended before, since the mailbox was opened

private:
    const std::shared_ptr<EchoDoorbell> m_doorbell;

    std::mutex m_inLock;
    std::vector<EchoRequest> m_requests;
    std::vector<uint64_t> m_withdrawn;
    bool m_isClosed = false;

    std::mutex m_outLock;
    std::vector<EchoResult> m_results;
    Calls m_calls;

    const uint64_t m_most;
    std::atomic<uint64_t> m_submitted = 0; // by the worker
    std::atomic<uint64_t> m_left = 0;      // by the ping thread
    std::atomic<bool> m_isRoomAwaited = false;
};

} // namespace collector
