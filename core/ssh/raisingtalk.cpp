#include "ssh/raisingtalk.h"

#include <collector/joberror.h>

#include <QRandomGenerator>

#include <algorithm>

namespace collector {

namespace {

constexpr qsizetype longestQuestion = 200; // of su, with a name in it
constexpr qsizetype mostShown = 2000;      // bytes of each stream that a refusal is made of

QByteArray nonce(const char *prefix)
{
    const auto half = [] { return QByteArray::number(quint64(QRandomGenerator::system()->generate64()), 16); };
    return prefix + half() + half();
}

// From where a mark may stand whose beginning came before.
qsizetype from(qsizetype searched, const QByteArray &mark)
{
    return std::max<qsizetype>(searched - mark.size(), 0);
}

// "Password: ", at the end of what there is.
bool endsInQuestion(QByteArrayView said)
{
    const QByteArray tail = said.last(std::min(said.size(), longestQuestion)).trimmed().toByteArray().toLower();
    return tail.endsWith(':') && tail.mid(tail.lastIndexOf('\n') + 1).contains("assword");
}

} // namespace

RaisingTalk::RaisingTalk(const Become &become) : RaisingTalk(become, become.password ? nonce("password") : QByteArray(), nonce("begun")) {}

RaisingTalk::RaisingTalk(const Become &become, QByteArray prompt, QByteArray begun)
    : m_become(become),
      m_prompt(std::move(prompt)),
      m_begun(std::move(begun))
{
}

RaisingTalk::Turn RaisingTalk::next(const QByteArray &output, const QByteArray &error)
{
    // What came before the mark is the login shell's noise.
    const bool hasBegun = output.indexOf(m_begun + '\n', from(m_searched, m_begun)) >= 0;
    m_searched = output.size();
    if (hasBegun)
        return Turn::Begun;
    m_hasAsked = m_hasAsked || isQuestion(output, error);
    m_errorSearched = error.size();
    return m_hasAsked ? Turn::Question : Turn::Wait;
}

bool RaisingTalk::isQuestion(const QByteArray &output, const QByteArray &error) const
{
    if (m_become.method == Become::Method::Sudo)
        return !m_prompt.isEmpty() && error.indexOf(m_prompt, from(m_errorSearched, m_prompt)) >= 0;
    // su names its own prompt, and asks whether there is a password or not; where it asks depends on its make.
    return m_become.method == Become::Method::Su &&
           (endsInQuestion(error) || endsInQuestion(QByteArrayView(output).sliced(std::min(m_answered, output.size()))));
}

void RaisingTalk::answered(const QByteArray &output)
{
    m_hasAsked = false;
    m_isAnswered = true;
    m_answered = output.size();
    m_errorSearched = 0;
}

QString RaisingTalk::refusal(const QByteArray &user, const QByteArray &output, const QByteArray &error) const
{
    const auto shown = [this](QByteArray said) { return (m_prompt.isEmpty() ? said : said.replace(m_prompt, "")).left(mostShown); };
    const QByteArray said = (shown(error) + ' ' + shown(output)).trimmed();
    return QStringLiteral("%1 does not let %2 become %3: %4%5")
        .arg(QLatin1StringView(methodName(m_become.method)), printable(user, 64), printable(m_become.user, 64),
             said.isEmpty() ? QStringLiteral("it says nothing; its log on the host may say why") : printable(said), remedy(user, said));
}

QString RaisingTalk::remedy(const QByteArray &user, const QByteArray &said) const
{
    if (m_become.isPasswordWithheld)
        return whyWithheld();
    const QByteArray lower = said.toLower();
    const bool isSudo = m_become.method == Become::Method::Sudo;
    if (!m_become.password) {
        if (lower.contains("password") || lower.contains("authentication is required")) // sudo; sudo-rs
            return QStringLiteral("; give --ask-become-pass");
        // It may speak any language.
        return isSudo && (lower.startsWith("sudo:") || lower.contains("\nsudo:"))
                   ? QStringLiteral("; if it wants a password, give --ask-become-pass")
                   : QString();
    }
    // Asked again it was not content, whatever it says: in another language, or an insult. What su asks further is a new password.
    const bool isAskedAgain = isSudo && m_hasAsked && m_isAnswered;
    if (!isAskedAgain && !lower.contains("try again") && !lower.contains("incorrect password") && !lower.contains("authentication fail"))
        return {};
    const QString whose = printable(m_become.method == Become::Method::Su ? m_become.user : user, 64);
    const QString check =
        QStringLiteral("; check the password for it: %1 asks for that of %2").arg(QLatin1StringView(methodName(m_become.method)), whose);
    return isSudo ? check + QStringLiteral(", or of %1 where sudoers has targetpw or rootpw").arg(printable(m_become.user, 64)) : check;
}

QString RaisingTalk::whyWithheld()
{
    return QStringLiteral("; no password is sent to a host whose key is not checked (--host-keys off): have its key in known_hosts, or use "
                          "--host-keys accept-new");
}

const char *RaisingTalk::methodName(Become::Method method)
{
    switch (method) {
    case Become::Method::Sudo:
        return "sudo";
    case Become::Method::Doas:
        return "doas";
    case Become::Method::Su:
        return "su";
    }
    Q_UNREACHABLE();
}

} // namespace collector
