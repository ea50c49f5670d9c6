// EchoDesk: a worker's way to the ping thread, for coroutines. Made, used and destroyed on the worker's thread, before its reactor
// goes; the service outlives it.
//
//     const PingReply reply = co_await desk.series(address, request);

#pragma once

#include "icmp/echoservice.h"
#include "net/reactor.h"

#include <collector/pinger.h>

namespace collector {

class EchoDesk
{
public:
    // `onRoom` is called from the reactor's loop when there is room again after hasRoom() said no.
    EchoDesk(EchoService &service, Reactor &reactor, std::function<void()> onRoom = {});
    ~EchoDesk();
    EchoDesk(const EchoDesk &) = delete;
    EchoDesk &operator=(const EchoDesk &) = delete;

    class SeriesWait;

    // Awaitable: one series, to its end. Destroying the waiting coroutine withdraws it: nothing more is sent, and an answer that is
    // on its way finds nobody.
    [[nodiscard]] SeriesWait series(const EchoAddress &address, const PingRequest &request);

    // Whether a series that is started now would leave soon (EchoMailbox).
    [[nodiscard]] bool hasRoom() { return !m_mailbox || m_mailbox->hasRoom(); }

private:
    // The series that are awaited, by the lower half of their token; the upper one is the place's generation.
    struct Place
    {
        SeriesWait *wait = nullptr;
        uint32_t generation = 0;
    };

    void takeResults();
    void roomAgain() { m_onRoom(); }
    uint64_t enter(SeriesWait &wait);
    void leave(uint64_t token);

    Reactor &m_reactor;
    std::shared_ptr<EchoDesk *> m_self; // nulled when we go: a message may still be in the reactor's inbox
    const std::function<void()> m_onRoom;
    std::shared_ptr<EchoMailbox> m_mailbox;
    std::vector<EchoResult> m_results;
    std::vector<Place> m_places;
    std::vector<uint32_t> m_free;
};

class EchoDesk::SeriesWait
{
public:
    SeriesWait(EchoDesk &desk, const EchoAddress &address, const PingRequest &request);
    ~SeriesWait();
    SeriesWait(const SeriesWait &) = delete;
    SeriesWait &operator=(const SeriesWait &) = delete;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    PingReply await_resume() const;

private:
    friend class EchoDesk;

    EchoDesk &m_desk;
    Waiter m_waiter;
    EchoRequest m_request;
    EchoResult m_result;
    bool m_isEntered = false;
};

inline EchoDesk::SeriesWait EchoDesk::series(const EchoAddress &address, const PingRequest &request)
{
    return {*this, address, request};
}

// The reply that a result stands for, as a plugin sees it.
[[nodiscard]] PingReply pingReply(const EchoResult &result);

} // namespace collector
