// What a host asks in keyboard-interactive (RFC 4256), and whether a password is the answer.

#pragma once

#include <QByteArrayView>
#include <QString>

#include <libssh/libssh.h>

namespace collector {

struct Prompt
{
    enum class Kind {
        None,         // a message without a question
        Password,     // one hidden question
        NewPassword,  // the old one has expired
        SecondFactor, // a code, several questions, or one whose answer would be shown: never answered with the password
    };

    Kind kind = Kind::None;
    QString text; // fit to be shown

    // Of a session whose ssh_userauth_kbdint() has just returned SSH_AUTH_INFO.
    [[nodiscard]] static Prompt of(ssh_session session);

    [[nodiscard]] static Kind classify(QByteArrayView question, bool isShown);
};

} // namespace collector
