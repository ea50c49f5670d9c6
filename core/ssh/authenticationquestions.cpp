// Keyboard-interactive (RFC 4256): the password where it is the answer, and what a person types where a jump host may ask one.

#include "ssh/authentication.h"

#include "ssh/prompt.h"
#include "ssh/terminalquestions.h"

#include <collector/join.h>

#include <algorithm>

namespace collector {

namespace {

constexpr int mostRounds = 8;
constexpr int mostTypings = 3;   // of a whole answer, as NumberOfPasswordPrompts of ssh has it
constexpr int mostQuestions = 8; // in one round
constexpr int mostLines = 24;    // said before a question: a menu
constexpr qsizetype longestLine = 160;

} // namespace

Task<Authentication::Result> Authentication::prompts()
{
    isSlow();
    std::shared_ptr<const Secret> secret; // not a conditional expression within co_await: GCC 12 destroys its temporary twice
    if (m_mayUsePassword)
        secret = m_settings.password;
    for (int typing = 1;; ++typing) {
        Result result = co_await answerPrompts(secret);
        if (result != Result::Refused || !m_isTyped)
            co_return result;
        wasNotAccepted();
        if (typing == mostTypings || !(m_methods & SSH_AUTH_METHOD_INTERACTIVE))
            co_return result;
    }
}

Task<Authentication::Result> Authentication::answerPrompts(std::shared_ptr<const Secret> secret)
{
    ssh_session session = m_session.handle();
    auto request = [session, user = m_settings.user.constData()] { return ssh_userauth_kbdint(session, user, nullptr); };
    PasswordBrake::Attempt attempt;
    bool isAnswered = false;
    m_isTyped = false;
    for (int round = 0; round < mostRounds; ++round) {
        const int status = co_await call(request);
        if (status != SSH_AUTH_INFO) {
            m_verdictEnd = never;
            const Result result = resultOf(status);
            if (result == Result::Refused) {
                attempt.refused();
                if (isAnswered)
                    m_refused.append(QStringLiteral("password (keyboard-interactive)"));
            } else {
                attempt.accepted();
                m_info.auth = QByteArrayLiteral("keyboard-interactive");
            }
            co_return result;
        }
        const Prompt prompt = Prompt::of(session);
        if (prompt.kind == Prompt::Kind::None) {
            const QByteArray instruction = ssh_userauth_kbdint_getinstruction(session);
            sayBefore(instruction); // it may tell why it asks once more
            if (!instruction.trimmed().isEmpty())
                m_instruction = instruction.trimmed();
            continue;
        }
        if (prompt.kind == Prompt::Kind::NewPassword) {
            attempt.accepted();
            throw expired(prompt.text);
        }
        if (mayAsk() && (prompt.kind == Prompt::Kind::SecondFactor || !secret)) {
            m_verdictEnd = never;
            attempt = PasswordBrake::Attempt(); // without a verdict: others may go on with the password, and what was typed may be wrong
            co_await askWhatIsPrompted();
            continue;
        }
        if (prompt.kind == Prompt::Kind::SecondFactor)
            throw JobError(Cause::MfaRequired, QStringLiteral("the host asks %1 for a second factor: %2; nobody is there to give it%3")
                                                   .arg(account(), prompt.text, whoCouldAnswer()));
        if (!secret) {
            m_needsPassword = true;
            throw failure();
        }
        if (isAnswered) { // it asks once more: the answer was wrong
            attempt.refused();
            m_refused.append(QStringLiteral("password (keyboard-interactive)"));
            throw failure();
        }
        const Deadline before = m_worker.reactor.now();
        attempt = co_await m_worker.run.passwords.attempt(m_worker.reactor, m_settings.user, secret);
        extend(m_worker.reactor.now() - before);
        beginAttempt(attempt, SshTimeouts().slowAuthentication);
        ssh_userauth_kbdint_setanswer(session, 0, secret->cString());
        isAnswered = true;
    }
    throw denied(QStringLiteral("the host goes on asking"));
}

Task<Authentication::Result> Authentication::askForPassword()
{
    for (int typing = 1;; ++typing) {
        const Secret typed = co_await ask("password:", false);
        auto request = [session = m_session.handle(), user = m_settings.user.constData(), text = typed.cString()] {
            return ssh_userauth_password(session, user, text);
        };
        const int status = co_await call(request);
        if (status == SSH_AUTH_ERROR)
            throw expired(m_session.errorText());
        const Result result = resultOf(status);
        if (result != Result::Refused) {
            m_info.auth = QByteArrayLiteral("password");
            co_return result;
        }
        wasNotAccepted();
        if (typing == mostTypings || !(m_methods & SSH_AUTH_METHOD_PASSWORD))
            co_return result;
    }
}

// All questions of this round, one after the other. Their texts first: what is taken in meanwhile may replace them.
Task<> Authentication::askWhatIsPrompted()
{
    struct Asked
    {
        QByteArray text;
        char isShown = 0;
    };
    ssh_session session = m_session.handle();
    const int count = ssh_userauth_kbdint_getnprompts(session);
    if (count > mostQuestions)
        throw denied(QStringLiteral("the host asks %1 questions at once").arg(count));
    sayBefore(ssh_userauth_kbdint_getname(session));
    sayBefore(ssh_userauth_kbdint_getinstruction(session));
    std::vector<Asked> questions{size_t(count)};
    for (int i = 0; i < count; ++i)
        questions[size_t(i)].text = ssh_userauth_kbdint_getprompt(session, uint(i), &questions[size_t(i)].isShown);
    for (int i = 0; i < count; ++i) {
        const Asked &question = questions[size_t(i)];
        const Secret typed = co_await ask(question.text, question.isShown);
        ssh_userauth_kbdint_setanswer(session, uint(i), typed.cString());
    }
    m_isTyped = true;
}

// The person's time is not the host's, which may go away meanwhile.
Task<Secret> Authentication::ask(QByteArray text, bool isShown)
{
    const qsizetype lastLine = text.trimmed().lastIndexOf('\n') + 1;
    sayBefore(QByteArrayView(text).first(lastLine));
    const QString who = account() + u'@' + m_person->host + QStringLiteral(": ");
    TerminalQuestions::Question question;
    for (const QString &line : std::exchange(m_person->before, {}))
        question.before.append(who + line);
    question.text = who + printable(QByteArrayView(text).sliced(lastLine), longestLine) + u' ';
    question.isShown = isShown;
    m_person->wasAsked = true;
    auto answered = co_await first(m_person->terminal->ask(m_worker.reactor, std::move(question)), watchWhileAsking());
    m_deadline = m_worker.reactor.after(m_settings.timeouts.slowAuthentication); // a telephone may ring next
    co_return std::move(std::get<0>(answered));
}

// Never ends but by throwing.
Task<> Authentication::watchWhileAsking()
{
    for (;;) {
        const Reactor::Wake wake = co_await m_session.progress(never);
        Q_UNUSED(wake)
        m_session.pump();
        if (m_session.isDead())
            throw JobError(Cause::ConnectionLost,
                           QStringLiteral("the host did not wait for the answer of %1: %2").arg(account(), m_session.errorText()));
        if (m_session.isFlooded())
            throw flooded(QStringLiteral("during the login"));
    }
}

void Authentication::sayBefore(QByteArrayView text)
{
    if (!m_person)
        return;
    for (const QByteArray &line : text.toByteArray().split('\n')) {
        const QString shown = printable(line, longestLine);
        if (!shown.isEmpty() && m_person->before.size() < mostLines)
            m_person->before.append(shown);
    }
}

void Authentication::wasNotAccepted()
{
    const QString what = QStringLiteral("what was typed");
    if (!m_refused.contains(what))
        m_refused.append(what);
    m_person->before.append(QStringLiteral("that was not accepted"));
}

} // namespace collector
