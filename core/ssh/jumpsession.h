// JumpSession: one connection to a jump host, which carries many targets over channels of its own.
//
// It is served by a task of its own, whoever waits; a tunnel tells it when there is something to send. What its login asks is put to a
// person, where there is one. Lost, it stays lost: tunnels end, and whoever asks for another is told why. On the jump service's thread;
// destroyed from the loop, after its tunnels.

#pragma once

#include "ssh/authentication.h"
#include "ssh/connection.h"
#include "ssh/jumpopenings.h"

#include <collector/task.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace collector {

class Tunnel;

class JumpSession
{
public:
    // libssh looks channels up in a list, and one TCP stream carries them all.
    static constexpr size_t mostTunnels = 100;

    // `chain`: under which its loss is counted. `whyAgain`: why the one before it was lost; empty: it is the first.
    JumpSession(SshWorker &worker, std::shared_ptr<const SshSettings> settings, QByteArray chain, const QString &whyAgain);
    ~JumpSession();
    JumpSession(const JumpSession &) = delete;
    JumpSession &operator=(const JumpSession &) = delete;

    void start();

    // Awaitable: something has happened: it is connected, or lost, or has had an answer of its host; or the deadline has come.
    class Event;
    [[nodiscard]] Event event(Deadline deadline = never);

    [[nodiscard]] bool isReady() const { return m_isReady && !m_failure; }
    [[nodiscard]] const std::optional<JobError> &failure() const { return m_failure; }
    [[nodiscard]] SshSession &session() { return m_connection.session(); }
    [[nodiscard]] size_t tunnels() const { return m_tunnels.size(); }
    [[nodiscard]] JumpOpenings &openings() { return m_openings; }
    // Whether its login has asked a person; then it alone carries all targets, and tunnels wait here for a place.
    [[nodiscard]] bool hasAsked() const { return m_person.wasAsked; }
    [[nodiscard]] Gate &places() { return m_places; }
    // Why it was lost; none while it is there. To be called on any thread, also when it is gone.
    [[nodiscard]] std::function<std::optional<QString>()> lossTeller() const;

    // For tunnels: to be called after each of their calls of libssh, which may have taken in what is meant for others.
    void moved();

private:
    friend class Tunnel;
    void add(Tunnel &tunnel) { m_tunnels.push_back(&tunnel); }
    void remove(Tunnel &tunnel) { std::erase(m_tunnels, &tunnel); }
    Task<> serve();
    void tell();
    void tellTunnels();
    void fail(const JobError &error);
    struct Loss
    {
        std::mutex mutex;
        std::optional<QString> why;
    };

    SshWorker &m_worker;
    const QByteArray m_chain;
    const JumpLosses::Clock::time_point m_begun = JumpLosses::Clock::now();
    LoginPerson m_person;
    ConnectionInfo m_info;
    SshProgress m_progress;
    SshConnection m_connection;
    JumpOpenings m_openings;
    Gate m_places{mostTunnels};
    const std::shared_ptr<Loss> m_loss;
    std::vector<Tunnel *> m_tunnels;
    std::vector<Waiter *> m_waiters;
    uint64_t m_received = 0; // bytes, when those who wait were last told
    std::optional<JobError> m_failure;
    bool m_isReady = false;
    Task<> m_task; // last: it uses all of the above
};

class JumpSession::Event : private Deadlines::Timer
{
public:
    Event(JumpSession &jump, Deadline deadline) : m_jump(jump), m_deadline(deadline) {}
    Event(const Event &) = delete;
    Event &operator=(const Event &) = delete;
    ~Event() override { std::erase(m_jump.m_waiters, &m_waiter); }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle)
    {
        m_waiter.suspend(handle);
        m_jump.m_waiters.push_back(&m_waiter);
        m_jump.m_worker.reactor.startTimer(*this, m_deadline);
    }
    void await_resume() const noexcept {}

private:
    void expired() override { m_jump.m_worker.reactor.schedule(m_waiter); }

    JumpSession &m_jump;
    const Deadline m_deadline;
    Waiter m_waiter;
};

inline JumpSession::Event JumpSession::event(Deadline deadline)
{
    return {*this, deadline};
}

} // namespace collector
