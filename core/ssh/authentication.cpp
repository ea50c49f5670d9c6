#include "ssh/authentication.h"

#include "net/offload.h"
#include "ssh/agentclient.h"
#include "ssh/keyblob.h"

#include <algorithm>

namespace collector {

namespace {

constexpr int mostOffers = 5;              // of MaxAuthTries 6: one is left for a password
constexpr uint64_t mayReceive = 64 * 1024; // bytes, for a whole login

} // namespace

Authentication::Authentication(SshWorker &worker, SshSession &session, const SshSettings &settings, ConnectionInfo &info, LoginTurn &turn,
                               bool mayUsePassword, LoginPerson *person)
    : m_worker(worker),
      m_session(session),
      m_settings(settings),
      m_info(info),
      m_turn(turn),
      m_mayUsePassword(mayUsePassword),
      m_person(person),
      m_deadline(worker.reactor.after(settings.timeouts.authentication)),
      m_limit(settings.timeouts.authentication)
{
    session.allowToReceive(mayReceive);
}

const std::vector<QByteArray> &Authentication::order() const
{
    static const std::vector<QByteArray> own{"publickey", "password", "keyboard-interactive"};
    return m_settings.preferredAuthentications.empty() ? own : m_settings.preferredAuthentications;
}

Task<> Authentication::run()
{
    Result result = co_await none();
    if (result == Result::LoggedIn)
        co_return;
    m_offers = co_await m_worker.offersFor(m_settings);

    for (size_t next = 0; next < order().size();) {
        const QByteArray &method = order()[next++];
        if (method == "publickey" && (m_methods & SSH_AUTH_METHOD_PUBLICKEY))
            result = co_await publicKeys();
        else if (method == "password" && (m_methods & SSH_AUTH_METHOD_PASSWORD))
            result = co_await password();
        else if (method == "keyboard-interactive" && (m_methods & SSH_AUTH_METHOD_INTERACTIVE))
            result = co_await prompts();
        else
            continue;
        if (result == Result::LoggedIn)
            co_return;
        if (result == Result::Partial) {
            m_isPartial = true;
            next = 0; // the host wants something else as well, and has said what
        }
    }
    co_await countKeptBack();
    throw failure();
}

// It costs a round trip, which sshd does not count; the answer lists the methods, and by then the host has said which RSA signatures
// it takes.
Task<Authentication::Result> Authentication::none()
{
    auto request = [session = m_session.handle(), user = m_settings.user.constData()] { return ssh_userauth_none(session, user); };
    const int status = co_await call(request);
    m_session.setGathering(false);
    m_greeting = banner();
    const Result result = resultOf(status);
    if (result == Result::LoggedIn)
        m_info.auth = QByteArrayLiteral("none");
    co_return result;
}

// As ssh has it: RSA keys shorter than RequiredRSASize are left out.
bool Authentication::isLongEnough(const QByteArray &key)
{
    const int bits = rsaBits(key);
    if (bits == 0 || bits >= m_settings.requiredRsaSize)
        return true;
    const QString what = QStringLiteral("key %1 is RSA with %2 bits, fewer than RequiredRSASize %3")
                             .arg(QString::fromLatin1(collector::fingerprint(key)))
                             .arg(bits)
                             .arg(m_settings.requiredRsaSize);
    if (!m_tooShort.contains(what))
        m_tooShort.append(what);
    return false;
}

std::vector<SharedIdentity> Authentication::keysInOrder()
{
    std::vector<SharedIdentity> keys;
    if (!m_offers)
        return keys;
    keys = m_offers->identities;
    // sshd takes no key twice, where it wants two of them.
    std::erase_if(keys, [this](const SharedIdentity &key) {
        return !isLongEnough(key->publicKey()) || std::count(m_accepted.begin(), m_accepted.end(), key->publicKey()) > 0;
    });
    if (keys.size() < 2)
        return keys;
    const QByteArray proven = m_worker.run.provenKeys.of(m_settings.credentialsGroup);
    std::stable_partition(keys.begin(), keys.end(),
                          [&](const SharedIdentity &key) { return key->isCertificate() || key->publicKey() == proven; });
    return keys;
}

// Keys that were not offered since there are so many: the right one may be among them.
Task<> Authentication::countKeptBack()
{
    if (m_offered < mostOffers)
        co_return;
    const std::vector<SharedIdentity> files = keysInOrder();
    int all = int(files.size());
    const std::shared_ptr<AgentClient> agent = co_await this->agent();
    for (const QByteArray &key : agent ? agent->keys() : std::vector<QByteArray>()) {
        const bool isWanted =
            !m_offers || m_offers->anyAgentKey || std::count(m_offers->agentOnly.begin(), m_offers->agentOnly.end(), key) > 0;
        const bool isInFile =
            std::any_of(files.begin(), files.end(), [&key](const SharedIdentity &identity) { return identity->publicKey() == key; });
        all += isWanted && !isInFile && isLongEnough(key);
    }
    m_keptBack = std::max(all - m_offered, 0);
}

Task<Authentication::Result> Authentication::publicKeys()
{
    const std::vector<SharedIdentity> keys = keysInOrder();
    bool isAgentAsked = keys.empty();
    for (const SharedIdentity &key : keys) {
        if (!key->isCertificate() && !std::exchange(isAgentAsked, true)) {
            const Result best = co_await agentKeys(AgentKeys::Best);
            if (best != Result::Refused || !(m_methods & SSH_AUTH_METHOD_PUBLICKEY))
                co_return best;
        }
        if (m_offered >= mostOffers)
            break;
        const Result result = co_await offerKey(key, keys.size() == 1);
        if (result != Result::Refused)
            co_return result;
        if (!(m_methods & SSH_AUTH_METHOD_PUBLICKEY))
            co_return Result::Refused;
    }
    co_return co_await agentKeys(AgentKeys::Rest);
}

// IdentityAgent, or that of SSH_AUTH_SOCK; null: there is none.
Task<std::shared_ptr<AgentClient>> Authentication::agent()
{
    if (!m_settings.mayUseAgent)
        co_return nullptr;
    if (m_settings.agentSocket.isEmpty())
        co_return m_worker.run.agent;
    const Agents::Found found = co_await m_worker.run.agents.at(m_worker.reactor, m_settings.agentSocket);
    m_agentProblem = found.problem;
    co_return std::shared_ptr<AgentClient>(std::shared_ptr<void>(), found.agent); // whose owner outlives this
}

std::vector<QByteArray> Authentication::agentOffers(const AgentClient &agent, AgentKeys which)
{
    const QByteArray proven = m_worker.run.provenKeys.of(m_settings.credentialsGroup);
    std::vector<QByteArray> offered =
        agent.offer(proven, m_offers ? m_offers->agentOnly : std::vector<QByteArray>(), !m_offers || m_offers->anyAgentKey);
    if (m_offers) {
        std::erase_if(offered, [this](const QByteArray &key) { // not twice
            const auto &own = m_offers->identities;
            return std::any_of(own.begin(), own.end(), [&key](const SharedIdentity &identity) { return identity->publicKey() == key; });
        });
        auto place = offered.begin();
        for (const Credentials::AgentCertificate &certificate : m_offers->agentCertificates) {
            if (std::count(offered.begin(), offered.end(), certificate.blob) == 0 && agent.canSignFor(certificate.blob))
                place = offered.insert(place, certificate.blob) + 1;
        }
    }
    std::erase_if(offered, [&](const QByteArray &key) {
        const bool isBest = key == proven || Certificate::fromBlob(key).has_value();
        return (which == AgentKeys::Best && !isBest) || std::count(m_agentOffered.begin(), m_agentOffered.end(), key) > 0;
    });
    std::erase_if(offered, [this](const QByteArray &key) { return !isLongEnough(key); });
    if (int(offered.size()) > mostOffers - m_offered)
        offered.resize(size_t(mostOffers - m_offered));
    return offered;
}

// On the agent's own thread, which may have to wait for somebody's finger: the session is lent to it.
Task<Authentication::Result> Authentication::agentKeys(AgentKeys which)
{
    if (m_offered >= mostOffers)
        co_return Result::Refused;
    const std::shared_ptr<AgentClient> agent = co_await this->agent();
    if (!agent)
        co_return Result::Refused;
    const auto login = std::make_shared<AgentLogin>();
    login->offered = agentOffers(*agent, which);
    if (login->offered.empty())
        co_return Result::Refused;
    m_agentOffered.insert(m_agentOffered.end(), login->offered.begin(), login->offered.end());

    isSlow();
    for (;;) {
        std::function<void()> step = [agent, session = m_session.lend(), user = m_settings.user, login] {
            agent->step(session->session, user, *login);
        };
        co_await offload(m_worker.reactor, agent->thread(), std::move(step));
        const bool isOver = m_session.isDead();
        if (login->result != SSH_AUTH_AGAIN)
            break;
        if (isOver)
            throw lost();
        const Reactor::Wake wake = co_await m_session.progress(m_deadline);
        if (wake == Reactor::Wake::Expired)
            throw timeout();
    }
    m_offered += int(login->offered.size());
    const Result result = resultOf(login->result == SSH_AUTH_ERROR && !m_session.isDead() ? int(SSH_AUTH_DENIED) : login->result);
    if (result == Result::Refused) {
        m_refused.append(login->problem.isEmpty() ? QStringLiteral("%1 keys of the agent").arg(login->offered.size()) : login->problem);
        co_return result;
    }
    m_info.auth = QByteArrayLiteral("publickey");
    const auto certificate = Certificate::fromBlob(login->key);
    m_info.key = collector::fingerprint(certificate ? certificate->publicKey : login->key);
    if (!m_settings.credentialsGroup.isEmpty())
        m_worker.run.provenKeys.set(m_settings.credentialsGroup, login->key);
    co_return result;
}

// The first call signs. With RSA that takes so long that it is not for the worker's loop.
class Authentication::Signing
{
public:
    Signing(Authentication &authentication, SharedIdentity identity) : m_authentication(authentication), m_identity(std::move(identity))
    {
        const ssh_keytypes_e type = ssh_key_type(m_identity->key());
        m_isLong = type == SSH_KEYTYPE_RSA || type == SSH_KEYTYPE_RSA_CERT01;
    }
    int operator()() { return step()(m_authentication.m_session.handle()); }
    ThreadPool *pool()
    {
        if (!std::exchange(m_isLong, false))
            return nullptr;
        m_authentication.m_turn.pauseHandshakeLease(true);
        return &m_authentication.m_worker.run.calculations;
    }
    [[nodiscard]] std::function<int(ssh_session)> step() const
    {
        return [user = m_authentication.m_settings.user, identity = m_identity](ssh_session session) {
            return ssh_userauth_publickey(session, user.constData(), identity->key());
        };
    }
    void waited(std::chrono::nanoseconds time)
    {
        m_authentication.extend(time);
        m_authentication.m_turn.pauseHandshakeLease(false);
    }

private:
    Authentication &m_authentication;
    const SharedIdentity m_identity;
    bool m_isLong = false;
};

Task<Authentication::Result> Authentication::offerKey(SharedIdentity identity, bool isOnlyOne)
{
    ++m_offered;
    const char *user = m_settings.user.constData();
    ssh_session session = m_session.handle();
    if (!isOnlyOne) { // whether the host would take it: no signature is made for one that it refuses
        auto ask = [session, user, half = identity->publicHalf()] { return ssh_userauth_try_publickey(session, user, half); };
        const int status = co_await call(ask);
        if (resultOf(status) == Result::Refused) {
            m_refused.append(QStringLiteral("key %1").arg(QString::fromLatin1(identity->fingerprint())));
            co_return Result::Refused;
        }
    }
    Signing sign(*this, identity);
    const int signedStatus = co_await call(sign);
    const Result result = resultOf(signedStatus);
    if (result == Result::Refused) {
        QString what = QStringLiteral("key %1").arg(QString::fromLatin1(identity->fingerprint()));
        if (m_session.errorText().contains(QLatin1StringView("PUBLICKEY_ACCEPTED_TYPES")))
            what += QStringLiteral(" (the host takes RSA with SHA-1 only: --legacy)");
        m_refused.append(what);
        co_return result;
    }
    if (result == Result::Partial)
        m_accepted.push_back(identity->publicKey());
    m_info.auth = QByteArrayLiteral("publickey");
    m_info.key = identity->fingerprint();
    if (!isOnlyOne && !m_settings.credentialsGroup.isEmpty())
        m_worker.run.provenKeys.set(m_settings.credentialsGroup, identity->publicKey());
    co_return result;
}

Task<Authentication::Result> Authentication::password()
{
    const std::shared_ptr<const Secret> secret = m_settings.password;
    if (!secret || !m_mayUsePassword) {
        m_needsPassword = true;
        // A person is rather asked the host's own questions, where it has some: it may want a code.
        const bool isToPrompt =
            m_methods & SSH_AUTH_METHOD_INTERACTIVE && std::count(order().begin(), order().end(), "keyboard-interactive");
        if (secret || !mayAsk() || isToPrompt)
            co_return Result::Refused;
        const Result typed = co_await askForPassword();
        co_return typed;
    }
    const Deadline before = m_worker.reactor.now();
    PasswordBrake::Attempt attempt = co_await m_worker.run.passwords.attempt(m_worker.reactor, m_settings.user, secret);
    extend(m_worker.reactor.now() - before);
    beginAttempt(attempt, SshTimeouts().authentication);
    auto request = [session = m_session.handle(), user = m_settings.user.constData(), text = secret->cString()] {
        return ssh_userauth_password(session, user, text);
    };
    const int status = co_await call(request);
    m_verdictEnd = never;
    if (status == SSH_AUTH_ERROR) { // alive, and no answer to a password that libssh knows
        attempt.accepted();
        throw expired(m_session.errorText());
    }
    const Result result = resultOf(status);
    if (result == Result::Refused) {
        attempt.refused();
        m_refused.append(QStringLiteral("password"));
        co_return result;
    }
    attempt.accepted();
    m_info.auth = QByteArrayLiteral("password");
    co_return result;
}

void Authentication::isSlow()
{
    m_limit = m_settings.timeouts.slowAuthentication;
    m_deadline = std::max(m_deadline, m_worker.reactor.after(m_limit));
}

void Authentication::beginAttempt(const PasswordBrake::Attempt &attempt, std::chrono::milliseconds limit)
{
    m_verdictEnd = attempt.isAwaited() ? m_worker.reactor.after(limit) : never;
}

Authentication::Result Authentication::resultOf(int status)
{
    switch (status) {
    case SSH_AUTH_SUCCESS:
        return Result::LoggedIn;
    case SSH_AUTH_PARTIAL:
    case SSH_AUTH_DENIED:
        m_methods = ssh_userauth_list(m_session.handle(), nullptr);
        return status == SSH_AUTH_PARTIAL ? Result::Partial : Result::Refused;
    default:
        throw lost();
    }
}

} // namespace collector
