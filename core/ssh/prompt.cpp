#include "ssh/prompt.h"

#include <collector/joberror.h>

#include <QByteArray>

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr std::array secondFactorWords{"verification", "one-time",  "one time", "otp",  "token", "passcode", "authenticator", "duo", "mfa",
                                       "2fa",          "challenge", "yubikey",  "code", "pin:",  "pin for",  "response"};
constexpr std::array newPasswordWords{"new password", "new unix password", "(current)",           "current password", "old password",
                                      "retype",       "expired",           "change your password"};

template<typename Words>
bool hasAnyOf(const QByteArray &text, const Words &words)
{
    return std::any_of(words.begin(), words.end(), [&text](const char *word) { return text.contains(word); });
}

} // namespace

Prompt::Kind Prompt::classify(QByteArrayView question, bool isShown)
{
    const QByteArray text = question.toByteArray().toLower();
    if (hasAnyOf(text, newPasswordWords))
        return Kind::NewPassword;
    if (isShown || hasAnyOf(text, secondFactorWords))
        return Kind::SecondFactor;
    return Kind::Password;
}

Prompt Prompt::of(ssh_session session)
{
    const int questions = ssh_userauth_kbdint_getnprompts(session);
    const char *instruction = ssh_userauth_kbdint_getinstruction(session);
    if (questions <= 0)
        return {Kind::None, printable(QByteArrayView(instruction ? instruction : ""))};
    char isShown = 0;
    const char *question = ssh_userauth_kbdint_getprompt(session, 0, &isShown);
    const QByteArrayView bytes(question ? question : "");
    const Kind kind = classify(bytes, isShown);
    return {questions > 1 && kind == Kind::Password ? Kind::SecondFactor : kind, printable(bytes)};
}

} // namespace collector
