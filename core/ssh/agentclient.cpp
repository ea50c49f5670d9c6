#include "ssh/agentclient.h"

#include "net/offload.h"
#include "ssh/agentanswer.h"
#include "ssh/certificate.h"
#include "ssh/wirereader.h"

#include <collector/joberror.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace collector {

namespace {

// draft-miller-ssh-agent, 6.1
constexpr char failure = 5;
constexpr char requestIdentities = 11;
constexpr char signRequest = 13;

std::chrono::steady_clock::time_point farAway()
{
    return std::chrono::steady_clock::now() + std::chrono::hours(24 * 365);
}

QByteArray plainKey(const QByteArray &blob)
{
    const auto certificate = Certificate::fromBlob(blob);
    return certificate ? certificate->publicKey : blob;
}

} // namespace

AgentClient::AgentClient(QString socket, AgentPatience patience) : m_patience(patience), m_agent(std::move(socket))
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::runtime_error("no descriptors are left for talking with the agent");
    m_ours = ends[0];
    m_libsshs = ends[1];
}

AgentClient::~AgentClient()
{
    m_agent.cancel(); // a step that waits for an answer gets a refusal
    m_thread.reset();
    shutdown(m_ours, SHUT_RDWR);
    if (m_server.joinable())
        m_server.join();
    close(m_ours);
    close(m_libsshs);
}

std::vector<QByteArray> AgentClient::load(QString *problem)
{
    const auto answered = m_agent.ask(QByteArray(1, requestIdentities), m_patience.list, problem);
    if (!answered)
        return {};
    auto keys = keysInAnswer(*answered);
    if (!keys) {
        *problem = QStringLiteral("the agent does not say which keys it holds");
        return {};
    }
    m_keys = std::move(*keys);
    return m_keys;
}

std::vector<QByteArray> AgentClient::offer(const QByteArray &proven, const std::vector<QByteArray> &wanted, bool any) const
{
    std::vector<QByteArray> result;
    const auto add = [&](const auto &isIt) {
        for (const QByteArray &key : m_keys) {
            if (result.size() < mostOffers && std::find(result.begin(), result.end(), key) == result.end() && isIt(key))
                result.push_back(key);
        }
    };
    const auto isWanted = [&](const QByteArray &key) {
        return any || std::find(wanted.begin(), wanted.end(), plainKey(key)) != wanted.end();
    };
    if (!proven.isEmpty())
        add([&](const QByteArray &key) { return key == proven && isWanted(key); });
    for (const QByteArray &plain : wanted)
        add([&](const QByteArray &key) { return plainKey(key) == plain; });
    if (any)
        add([](const QByteArray &) { return true; });
    return result;
}

bool AgentClient::canSignFor(const QByteArray &certificate) const
{
    return std::find(m_keys.begin(), m_keys.end(), plainKey(certificate)) != m_keys.end();
}

void AgentClient::step(ssh_session session, const QByteArray &user, AgentLogin &login)
{
    {
        const std::lock_guard guard(m_mutex);
        m_offered.assign(login.offered.begin(), login.offered.begin() + qsizetype(std::min(login.offered.size(), mostOffers)));
        m_signedWith.clear();
        m_problem.clear();
        if (std::chrono::steady_clock::now() < m_silentUntil)
            m_problem = QStringLiteral("the agent did not answer a moment ago");
    }
    try {
        if (!m_server.joinable())
            m_server = std::thread([this] { serve(); });
    } catch (const std::system_error &) {
        throw noThreadLeft();
    }
    login.result = SSH_AUTH_ERROR;
    if (ssh_set_agent_socket(session, m_libsshs) == SSH_OK) {
        login.result = ssh_userauth_agent(session, user.constData());
        (void)ssh_set_agent_socket(session, -1); // or the session would close it
    }
    const std::lock_guard guard(m_mutex);
    if (!m_signedWith.isEmpty())
        login.key = m_signedWith;
    if (!m_problem.isEmpty())
        login.problem = m_problem;
}

void AgentClient::serve()
{
    QByteArray question;
    while (readMessage(m_ours, &question, farAway())) {
        if (!writeMessage(m_ours, answer(question), farAway()))
            return;
    }
}

QByteArray AgentClient::answer(const QByteArray &question)
{
    const char type = question.front();
    if (type == signRequest)
        return sign(question);
    if (type != requestIdentities)
        return QByteArray(1, failure);
    const std::lock_guard guard(m_mutex);
    return answerWithKeys(m_offered);
}

QByteArray AgentClient::sign(const QByteArray &question)
{
    WireReader reader(question);
    (void)reader.byte();
    const QByteArray key = reader.string().toByteArray();
    {
        const std::lock_guard guard(m_mutex);
        if (std::find(m_offered.begin(), m_offered.end(), key) == m_offered.end() || !m_problem.isEmpty())
            return QByteArray(1, failure);
        m_signedWith = key;
    }
    // Of a certificate that it does not hold itself it is asked for its key's signature, which is the same.
    const bool isHeld = std::find(m_keys.begin(), m_keys.end(), key) != m_keys.end();
    const QByteArray asked =
        isHeld ? question : QByteArray(1, signRequest) + WireReader::asString(plainKey(key)) + reader.rest().toByteArray();
    QString problem;
    const auto answered = m_agent.ask(asked, m_patience.signature, &problem);
    if (answered)
        return *answered;
    const std::lock_guard guard(m_mutex);
    m_problem = problem;
    m_silentUntil = std::chrono::steady_clock::now() + m_patience.afterSilence;
    return QByteArray(1, failure);
}

} // namespace collector
