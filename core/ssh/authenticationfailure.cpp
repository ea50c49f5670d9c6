// The ends of a login that is none, as causes and sentences.

#include "ssh/authentication.h"

#include <algorithm>

namespace collector {

namespace {

struct Method
{
    int bit;
    const char *name;
};
constexpr Method methods[] = {
    {SSH_AUTH_METHOD_PUBLICKEY, "publickey"},
    {SSH_AUTH_METHOD_PASSWORD, "password"},
    {SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive"},
    {SSH_AUTH_METHOD_GSSAPI_MIC, "gssapi-with-mic"},
    {SSH_AUTH_METHOD_HOSTBASED, "hostbased"},
};

constexpr QLatin1StringView tooMany("Too many authentication failures"); // beyond MaxAuthTries, each key is one

} // namespace

JobError Authentication::timeout() const
{
    const QString remedy = m_verdictEnd < m_deadline
                               ? QStringLiteral("; others wait while one host is asked with a password that none has accepted yet")
                               : howToWiden(m_limit);
    return JobError(
        Cause::AuthTimeout,
        QStringLiteral("the host did not answer the login of %1 in time; its directory or PAM may hang%2").arg(account(), remedy));
}

JobError Authentication::lost() const
{
    const QString said = m_session.errorText();
    if (said.contains(tooMany))
        return denied(said);
    if (said.contains(QLatin1StringView("rejected packet (type 60)"))) // SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
        return expired(said);
    // sshd hangs up on an account that PAM lets in nowhere.
    return JobError(Cause::ConnectionLost, QStringLiteral("the connection was lost during the login of %1: %2%3%4")
                                               .arg(account(), said, whatItSaid(), howAccountsAreShutOut()));
}

JobError Authentication::expired(const QString &said) const
{
    return JobError(Cause::PasswordExpired,
                    QStringLiteral("the password of %1 has expired and must be changed by hand: %2").arg(account(), said));
}

JobError Authentication::denied(const QString &said) const
{
    QString message = QStringLiteral("%1 was refused").arg(account());
    if (!m_refused.isEmpty())
        message += QStringLiteral(" with %1").arg(m_refused.join(QStringLiteral(", ")));
    if (const QStringList others = problems(); !others.isEmpty())
        message += QStringLiteral(", and without what could not be used (%1)").arg(others.join(QStringLiteral("; ")));
    message += QStringLiteral(": %1%2; %3%4").arg(said, whatItSaid(), whatToCheck(said), whatIsKeptBack());
    return JobError(Cause::AuthDenied, message);
}

// Where the right key may not have been offered at all, that is the first thing to look at.
QString Authentication::whatToCheck(const QString &said) const
{
    const auto how = QStringLiteral("name the right one with --identity FILE (of a key in the agent, its .pub)");
    if (m_keptBack > 0)
        return QStringLiteral("%1 further %2 not offered, as sshd counts each as a try (MaxAuthTries): %3")
            .arg(m_keptBack)
            .arg(m_keptBack == 1 ? QStringLiteral("key was") : QStringLiteral("keys were"), how);
    if (said.contains(tooMany) && m_offered + int(m_agentOffered.size()) > 1)
        return QStringLiteral("sshd counts each key as a try (MaxAuthTries): %1").arg(how);
    return QStringLiteral("check user, keys and authorized_keys");
}

// Of keys, certificates and the agent: why they were not offered.
QStringList Authentication::problems() const
{
    constexpr qsizetype mostShown = 5;
    const auto wasOffered = [this](const QByteArray &key) {
        return std::find(m_agentOffered.begin(), m_agentOffered.end(), key) != m_agentOffered.end();
    };
    QStringList result;
    if (m_offers) {
        for (const Credentials::Problem &problem : m_offers->problems) {
            if (!wasOffered(problem.publicKey))
                result.append(problem.text);
        }
        for (const Credentials::AgentCertificate &certificate : m_offers->agentCertificates) {
            if (!wasOffered(certificate.blob))
                result.append(certificate.path + QStringLiteral(": no file and no agent that was asked has the key that it certifies"));
        }
    }
    if (!m_agentProblem.isEmpty())
        result.append(m_agentProblem);
    return result.first(std::min(result.size(), mostShown));
}

JobError Authentication::failure() const
{
    if (m_isPartial && m_refused.isEmpty())
        return JobError(
            Cause::MfaRequired,
            QStringLiteral("the host wants a second factor of %1 (%2) that we do not have%3").arg(account(), methodsText(), whatWouldDo()));
    if (!m_refused.isEmpty())
        return denied(QStringLiteral("the host accepts %1").arg(methodsText()));
    if (const QString leftOut = whatIsLeftOut(); !leftOut.isEmpty())
        return JobError(Cause::NoCredentials,
                        QStringLiteral("nothing to log in with as %1, the host accepts %2: %3").arg(account(), methodsText(), leftOut));
    QString have = QStringLiteral("there is no key");
    if (!m_tooShort.isEmpty())
        have = m_tooShort.join(QStringLiteral("; "));
    else if (m_offers && !m_offers->identities.empty())
        have = QStringLiteral("it does not take keys");
    else if (const QStringList others = problems(); !others.isEmpty())
        have = others.join(QStringLiteral("; "));
    if (m_needsPassword && m_settings.password)
        have += QStringLiteral(", and no password is sent to a host whose key is not checked (--host-keys off)");
    return JobError(Cause::NoCredentials, QStringLiteral("nothing to log in with as %1, the host accepts %2: %3; give --identity, or "
                                                         "--ask-pass%4%5")
                                              .arg(account(), methodsText(), have, whatIsKeptBack(), whoCouldAnswer()));
}

// As a second factor.
QString Authentication::whatWouldDo() const
{
    if (const QString who = whoCouldAnswer() + whatIsKeptBack(); !who.isEmpty())
        return who;
    if (m_needsPassword && !m_settings.password)
        return QStringLiteral("; it asks for the password: give --ask-pass");
    if (const QString leftOut = whatIsLeftOut(); !leftOut.isEmpty())
        return QStringLiteral("; ") + leftOut;
    if (m_methods != SSH_AUTH_METHOD_PUBLICKEY)
        return {};
    return m_info.auth == "publickey" ? QStringLiteral("; it has accepted one key and wants another: give both (--identity FILE)")
                                      : QStringLiteral("; it wants a key: give --identity FILE");
}

// Of methods that the host takes, and that we have something for.
QString Authentication::whatIsLeftOut() const
{
    QStringList names;
    for (const Method &method : methods) {
        const bool isKey = method.bit == SSH_AUTH_METHOD_PUBLICKEY;
        const bool isPassword = method.bit == SSH_AUTH_METHOD_PASSWORD || method.bit == SSH_AUTH_METHOD_INTERACTIVE;
        const bool isHad = (isKey && m_offers && !m_offers->identities.empty()) || (isPassword && m_settings.password);
        if (isHad && (m_methods & method.bit) && std::count(order().begin(), order().end(), method.name) == 0)
            names.append(QString::fromLatin1(method.name));
    }
    return names.isEmpty() ? QString()
                           : QStringLiteral("the configuration of ssh leaves out %1 (PreferredAuthentications, PasswordAuthentication and "
                                            "the like)")
                                 .arg(names.join(QStringLiteral(", ")));
}

// The remedy, where there is one.
QString Authentication::whoCouldAnswer() const
{
    if (!m_person || mayAsk())
        return {};
    return m_person->terminal ? QStringLiteral("; nobody is asked for a host whose key is not checked (--host-keys off)")
                              : QStringLiteral("; a run on a terminal asks for it there");
}

// Of a password that there is, and that is not for this jump host.
QString Authentication::whatIsKeptBack() const
{
    if (m_settings.passwordUser.isEmpty() || !(m_methods & (SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_INTERACTIVE)))
        return {};
    return QStringLiteral("; the password is %1's, and is offered to a jump host only where its user is the same")
        .arg(printable(m_settings.passwordUser, 64));
}

QByteArray Authentication::banner() const
{
    const std::unique_ptr<char, decltype(&ssh_string_free_char)> text(ssh_get_issue_banner(m_session.handle()), ssh_string_free_char);
    return QByteArray(text.get()).trimmed();
}

// PAM's words on this account, which sshd sends as a banner behind the one that all are shown, or in place of a further question.
QString Authentication::whatItSaid() const
{
    const QByteArray last = banner();
    const QByteArray words = (m_instruction + ' ' + (last == m_greeting ? QByteArray() : last)).trimmed();
    return words.isEmpty() ? QString() : QStringLiteral("; it says: %1").arg(printable(words));
}

QString Authentication::account() const
{
    return printable(m_settings.user, 64);
}

QString Authentication::methodsText() const
{
    QStringList names;
    for (const Method &method : methods) {
        if (m_methods & method.bit)
            names.append(QString::fromLatin1(method.name));
    }
    return names.isEmpty() ? QStringLiteral("no method that we know") : names.join(u',');
}

} // namespace collector
