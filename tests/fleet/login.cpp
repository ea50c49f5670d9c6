#include "login.h"

#include <utility>

namespace collector::fleet {

namespace {

// Marked as deprecated in favour of server callbacks, which cannot leave a request without an answer.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
const char *passwordOf(ssh_message message)
{
    const char *text = ssh_message_auth_password(message);
    return text ? text : "";
}

ssh_key keyOf(ssh_message message)
{
    return ssh_message_auth_pubkey(message);
}

std::string userOf(ssh_message message)
{
    const char *user = ssh_message_auth_user(message);
    return user ? user : "";
}

ssh_publickey_state_e signatureOf(ssh_message message)
{
    return ssh_message_auth_publickey_state(message);
}
#pragma GCC diagnostic pop

int methodsOf(LoginRule rule, bool hasPassword)
{
    constexpr int key = SSH_AUTH_METHOD_PUBLICKEY;
    constexpr int password = SSH_AUTH_METHOD_PASSWORD;
    constexpr int prompt = SSH_AUTH_METHOD_INTERACTIVE;
    switch (rule) {
    case LoginRule::PasswordOnly:
    case LoginRule::PasswordExpired:
        return password;
    case LoginRule::PromptOnly:
    case LoginRule::OneTimePassword:
    case LoginRule::PromptsForEver:
        return prompt;
    case LoginRule::DeniesAll:
        return key | password | prompt;
    default:
        return hasPassword ? key | password : key;
    }
}

// PASSWD_CHANGEREQ (RFC 4252, section 8) has the number and the shape of PK_OK, two strings; libssh sends the latter.
void askForNewPassword(ssh_message message)
{
    ssh_string prompt = ssh_string_from_char("Your password has expired. Choose a new one.");
    ssh_string language = ssh_string_from_char("en");
    ssh_message_auth_reply_pk_ok(message, prompt, language);
    ssh_string_free(prompt);
    ssh_string_free(language);
}

void sendBanner(ssh_session session)
{
    std::string text = "\x1b]0;owned\x07\x1b[2J\x1b[31mAuthorised use only\r";
    while (text.size() < 60'000)
        text += "All that you do here is recorded.\n";
    ssh_string banner = ssh_string_new(text.size());
    ssh_string_fill(banner, text.data(), text.size());
    ssh_send_issue_banner(session, banner);
    ssh_string_free(banner);
}

void ask(ssh_message message, const char *prompt, bool echoed)
{
    const char *prompts[] = {prompt};
    char echo[] = {static_cast<char>(echoed)};
    ssh_message_auth_interactive_request(message, "", "", 1, prompts, echo);
}

} // namespace

Login::Login(Fleet &fleet, const std::string &host, LoginRule rule) : m_fleet(fleet), m_host(host), m_rule(rule) {}

void Login::begin(ssh_session session)
{
    ssh_set_auth_methods(session, methodsOf(m_rule, m_fleet.options.password.has_value()));
}

Login::Outcome Login::answer(ssh_session session, ssh_message message)
{
    if (m_rule == LoginRule::Stalls)
        return Outcome::Answered;
    if (m_rule == LoginRule::Closes)
        return Outcome::Close;
    if (m_rule == LoginRule::Banner && !std::exchange(m_bannerSent, true))
        sendBanner(session);
    if (const std::string user = userOf(message); !user.empty()) // an answer to a prompt names none
        m_user = user;
    const int method = ssh_message_subtype(message);
    if (method == SSH_AUTH_METHOD_NONE) { // how a client asks for the methods; sshd does not count it either
        ssh_message_reply_default(message);
        return Outcome::Answered;
    }
    const bool isStranger = m_fleet.options.user && *m_fleet.options.user != m_user;
    if (m_rule == LoginRule::DeniesAll || m_rule == LoginRule::OneTry || isStranger)
        return deny(message, "any", m_user);
    if (method == SSH_AUTH_METHOD_PUBLICKEY)
        return answerKey(session, message);
    if (method == SSH_AUTH_METHOD_PASSWORD)
        return answerPassword(message);
    if (method == SSH_AUTH_METHOD_INTERACTIVE)
        return answerPrompt(session, message);
    return deny(message, "other", {});
}

Login::Outcome Login::answerKey(ssh_session session, ssh_message message)
{
    ssh_key key = keyOf(message);
    const std::string detail = m_user + ' ' + HostKeys::fingerprintOf(key);
    const bool offered = m_rule == LoginRule::Normal || m_rule == LoginRule::Banner || (m_rule == LoginRule::KeyThenCode && !m_keyAccepted);
    if (!offered || !m_fleet.keys.mayLogIn(key))
        return deny(message, "publickey", detail);
    if (signatureOf(message) == SSH_PUBLICKEY_STATE_NONE) {
        ssh_message_auth_reply_pk_ok_simple(message);
        return Outcome::Answered;
    }
    if (signatureOf(message) != SSH_PUBLICKEY_STATE_VALID)
        return deny(message, "publickey", detail + " bad signature");
    if (m_rule != LoginRule::KeyThenCode)
        return accept(message, "publickey", detail);
    m_keyAccepted = true;
    m_fleet.journal.note(m_host, "auth", "publickey partial " + detail);
    ssh_set_auth_methods(session, SSH_AUTH_METHOD_INTERACTIVE);
    ssh_message_auth_reply_success(message, 1);
    return Outcome::Answered;
}

Login::Outcome Login::answerPassword(ssh_message message)
{
    if (m_rule == LoginRule::PasswordExpired) {
        m_fleet.journal.note(m_host, "auth", "password expired " + m_user);
        askForNewPassword(message);
        return Outcome::Answered;
    }
    const bool offered =
        m_rule == LoginRule::PasswordOnly || ((m_rule == LoginRule::Normal || m_rule == LoginRule::Banner) && m_fleet.options.password);
    return offered && password() == passwordOf(message) ? accept(message, "password", m_user) : deny(message, "password", m_user);
}

Login::Outcome Login::answerPrompt(ssh_session session, ssh_message message)
{
    const bool isCode = m_rule == LoginRule::OneTimePassword || (m_rule == LoginRule::KeyThenCode && m_keyAccepted);
    if (!isCode && m_rule != LoginRule::PromptOnly && m_rule != LoginRule::PromptsForEver)
        return deny(message, "keyboard-interactive", m_user);
    if (ssh_message_auth_kbdint_is_response(message) <= 0 || m_rule == LoginRule::PromptsForEver) {
        ask(message, isCode ? "Verification code: " : "Password: ", isCode);
        return Outcome::Answered;
    }
    const char *answer = ssh_userauth_kbdint_getnanswers(session) == 1 ? ssh_userauth_kbdint_getanswer(session, 0) : nullptr;
    const std::string right = isCode ? "314159" : password();
    return answer && right == answer ? accept(message, "keyboard-interactive", m_user) : deny(message, "keyboard-interactive", m_user);
}

Login::Outcome Login::accept(ssh_message message, std::string_view method, std::string_view detail)
{
    m_fleet.journal.authenticated(m_host, method, detail, true);
    ssh_message_auth_reply_success(message, 0);
    return Outcome::Answered;
}

Login::Outcome Login::deny(ssh_message message, std::string_view method, std::string_view detail)
{
    m_fleet.journal.authenticated(m_host, method, detail, false);
    const int limit = m_rule == LoginRule::OneTry ? 1 : m_fleet.options.maxAuthTries;
    if (++m_refused >= limit)
        return Outcome::Disconnect;
    ssh_message_reply_default(message);
    return Outcome::Answered;
}

std::string Login::password() const
{
    return m_fleet.options.password.value_or("secret");
}

} // namespace collector::fleet
