// Authentication: one login, from "none" to success.
//
// Order: what the host lists, of it in the order of the settings; keys first: certificates, the key that opened hosts of the same group,
// the others, of each kind files before the agent's; then the password, then keyboard-interactive with its one hidden prompt. At most five
// keys, since each refused one counts against MaxAuthTries. What a jump host asks beyond that is put to a person, where there is one; what
// they type serves this login alone. Throws JobError: auth_denied, auth_timeout, auth_stopped, no_credentials, mfa_required,
// password_expired, connection_lost, output_limit. On the worker's thread.

#pragma once

#include "model/record.h"
#include "ssh/credentials.h"
#include "ssh/failure.h"
#include "ssh/loginturn.h"
#include "ssh/session.h"
#include "ssh/sshsettings.h"
#include "ssh/sshworker.h"

#include <QStringList>

namespace collector {

class AgentClient;
class TerminalQuestions;

// Whom a jump host's login may ask.
struct LoginPerson
{
    TerminalQuestions *terminal = nullptr; // null: there is nobody
    QString host;                          // that asks, fit to be shown
    QStringList before;                    // to be said before the next question
    bool wasAsked = false;
};

class Authentication
{
public:
    // All of it outlives the task. `mayUsePassword`: not with a host whose key nobody has checked. `person`: null: the host is none that
    // may ask.
    Authentication(SshWorker &worker, SshSession &session, const SshSettings &settings, ConnectionInfo &info, LoginTurn &turn,
                   bool mayUsePassword, LoginPerson *person = nullptr);

    Task<> run();

private:
    class Signing;
    enum class Result { LoggedIn, Partial, Refused };
    enum class AgentKeys {
        Best, // certificates, and the key that opened hosts of the same group
        Rest, // what has not been offered yet
    };

    [[nodiscard]] const std::vector<QByteArray> &order() const; // of the methods
    Task<Result> none();
    Task<Result> publicKeys();
    Task<Result> agentKeys(AgentKeys which);
    Task<std::shared_ptr<AgentClient>> agent();
    [[nodiscard]] std::vector<QByteArray> agentOffers(const AgentClient &agent, AgentKeys which);
    Task<Result> password();
    Task<Result> prompts();

    Task<Result> offerKey(SharedIdentity identity, bool isOnlyOne);
    Task<Result> answerPrompts(std::shared_ptr<const Secret> secret);

    [[nodiscard]] bool mayAsk() const { return m_person && m_person->terminal && m_mayUsePassword; }
    Task<Result> askForPassword();
    Task<> askWhatIsPrompted();
    Task<Secret> ask(QByteArray text, bool isShown);
    Task<> watchWhileAsking();
    void sayBefore(QByteArrayView text);
    void wasNotAccepted();

    [[nodiscard]] std::vector<SharedIdentity> keysInOrder();
    Task<> countKeptBack();
    [[nodiscard]] bool isLongEnough(const QByteArray &key); // a blob
    [[nodiscard]] Result resultOf(int status);

    template<typename Call>
    Task<int> call(Call &request);
    // From now on others are kept waiting by this attempt with a password, if they are; --timeout does not have them wait for longer.
    void beginAttempt(const PasswordBrake::Attempt &attempt, std::chrono::milliseconds limit);
    void isSlow(); // what is done now
    void extend(std::chrono::nanoseconds pause) { m_deadline += pause; }

    [[nodiscard]] JobError failure() const;
    [[nodiscard]] JobError denied(const QString &said) const;
    [[nodiscard]] JobError lost() const;
    [[nodiscard]] JobError expired(const QString &said) const;
    [[nodiscard]] JobError timeout() const;
    [[nodiscard]] QString account() const;
    [[nodiscard]] QByteArray banner() const;
    [[nodiscard]] QString whatItSaid() const;
    [[nodiscard]] QString whatWouldDo() const;
    [[nodiscard]] QString whatIsLeftOut() const;
    [[nodiscard]] QString whoCouldAnswer() const;
    [[nodiscard]] QString whatIsKeptBack() const;
    [[nodiscard]] QString whatToCheck(const QString &said) const;
    [[nodiscard]] QString methodsText() const;
    [[nodiscard]] QStringList problems() const;

    SshWorker &m_worker;
    SshSession &m_session;
    const SshSettings &m_settings;
    ConnectionInfo &m_info;
    LoginTurn &m_turn;
    const bool m_mayUsePassword;
    LoginPerson *const m_person;
    std::shared_ptr<const Credentials::Offers> m_offers;
    Deadline m_deadline;
    std::chrono::milliseconds m_limit; // that m_deadline is made of
    Deadline m_verdictEnd = never;     // while others wait to hear whether this host takes a password
    int m_methods = 0;                 // that the host lists
    int m_offered = 0;                 // keys
    int m_keptBack = 0;                // further ones
    bool m_isPartial = false;
    bool m_needsPassword = false; // it was asked for, and there is none
    bool m_isTyped = false;       // by a person, what was answered last
    std::vector<QByteArray> m_agentOffered;
    QString m_agentProblem;
    QByteArray m_instruction;           // that came last without a question
    QByteArray m_greeting;              // the banner that everybody is shown
    std::vector<QByteArray> m_accepted; // keys, where the host wants something else as well
    QStringList m_refused;              // what was offered, for the message
    QStringList m_tooShort;             // RSA keys that were not
};

// One request, until it is answered: none can be abandoned for another, so a deadline ends the connection.
template<typename Call>
Task<int> Authentication::call(Call &request)
{
    const SshSession::Outcome outcome = co_await m_session.finish(request, SSH_AUTH_AGAIN, std::min(m_deadline, m_verdictEnd));
    switch (outcome.end) {
    case SshSession::End::Done:
        if (outcome.status == SSH_AUTH_ERROR && m_session.isDead())
            throw lost();
        co_return outcome.status;
    case SshSession::End::Expired:
        throw timeout();
    case SshSession::End::Died:
        throw lost();
    case SshSession::End::Flooded:
        throw flooded(QStringLiteral("during the login"));
    }
    Q_UNREACHABLE();
}

} // namespace collector
