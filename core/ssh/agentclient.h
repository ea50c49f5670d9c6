// AgentClient: logging in with keys that an ssh-agent holds.
//
// An agent may stall: it waits for a touch, for a confirmation, or was stopped. So libssh's talk with it happens on one thread of this
// object's own, and a stalled agent costs those who need it and nobody else. libssh itself would open a connection to the agent for
// each session and offer all its keys, up to the server's MaxAuthTries; here all sessions share one, and each is shown the
// few keys that it may use.
//
// For a session's coroutine, each call of ssh_userauth_agent() becomes
//
//     co_await offload(reactor, agent->thread(), [agent, session, user, login] { agent->step(session.get(), user, *login); });
//
// where `session` and `login` are shared, and the session is lent: its descriptor is not watched meanwhile. As with any libssh call,
// login->result == SSH_AUTH_AGAIN means wait for the socket and come again, with the same `login`. If the coroutine is destroyed meanwhile,
// the step ends over there and frees the session with its last owner.

#pragma once

#include "net/offload.h"
#include "ssh/agentsocket.h"

#include <libssh/libssh.h>

#include <QByteArray>
#include <QString>

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace collector {

// Shorter ones are for tests.
struct AgentPatience
{
    std::chrono::milliseconds list{5'000};
    std::chrono::milliseconds signature{45'000};    // somebody may have to find the token
    std::chrono::milliseconds afterSilence{30'000}; // so long an agent that did not answer is asked nothing
};

// One session's way through the keys that it is offered, over as many steps as it takes.
struct AgentLogin
{
    std::vector<QByteArray> offered; // as AgentClient::offer() gives them, and certificates that it canSignFor()

    int result = SSH_AUTH_AGAIN; // SSH_AUTH_… of the last step
    QByteArray key;              // the one that was signed with last: upon SSH_AUTH_SUCCESS, the one that got in
    QString problem;             // of the agent, if it did not answer; for a person
};

class AgentClient
{
public:
    // `socket` as in SSH_AUTH_SOCK. Nothing is opened yet.
    explicit AgentClient(QString socket, AgentPatience patience = {});
    ~AgentClient();
    AgentClient(const AgentClient &) = delete;
    AgentClient &operator=(const AgentClient &) = delete;

    // The public keys and certificates that the agent holds, as blobs. Main thread, before the run; waits. Empty, with `problem`, if it
    // cannot be asked.
    [[nodiscard]] std::vector<QByteArray> load(QString *problem);
    [[nodiscard]] const std::vector<QByteArray> &keys() const { return m_keys; } // what load() found; any thread afterwards

    // Those of keys() to offer to one host: `proven` first, then `wanted` in their order, then, if `any`, the rest; a certificate counts as
    // its key. At most five, or the server hangs up before the right one.
    [[nodiscard]] std::vector<QByteArray> offer(const QByteArray &proven, const std::vector<QByteArray> &wanted, bool any) const;

    // Whether the agent holds the key of that certificate, a blob, and could sign for it.
    [[nodiscard]] bool canSignFor(const QByteArray &certificate) const;

    // One call of ssh_userauth_agent() that shows the server what is offered and nothing else. On thread() only. Throws JobError:
    // local_limit.
    void step(ssh_session session, const QByteArray &user, AgentLogin &login);

    [[nodiscard]] ThreadPool &thread() { return *m_thread; }

    static constexpr size_t mostOffers = 5;

private:
    void serve();
    [[nodiscard]] QByteArray answer(const QByteArray &question);
    [[nodiscard]] QByteArray sign(const QByteArray &question);

    const AgentPatience m_patience;
    std::vector<QByteArray> m_keys;

    // Between step(), which is libssh's end of a socket pair, and the thread that serves the other end.
    std::mutex m_mutex;
    std::vector<QByteArray> m_offered;
    QByteArray m_signedWith;
    QString m_problem;
    std::chrono::steady_clock::time_point m_silentUntil{};

    AgentSocket m_agent; // the serving thread's, once there is one
    int m_ours = -1;
    int m_libsshs = -1;
    std::thread m_server;
    std::unique_ptr<ThreadPool> m_thread = std::make_unique<ThreadPool>(1, "agent");
};

} // namespace collector
