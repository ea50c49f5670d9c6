// The tokens of ssh_config: %h and its like, ${VARIABLE}, ~ (TOKENS and ENVIRONMENT VARIABLES in ssh_config(5)).
//
// Pure but for the environment, which must not change during a run. Any thread.

#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace collector {

// What belongs to whoever runs the collector, found once.
struct SshLocal
{
    QByteArray user;     // %u
    QByteArray home;     // %d, and ~
    QByteArray uid;      // %i
    QByteArray hostName; // %l

    [[nodiscard]] static SshLocal ofProcess();
};

struct SshTokens
{
    const SshLocal *local = nullptr;
    QByteArray host;     // %h: after HostName
    QByteArray original; // %n
    QByteArray port;     // %p
    QByteArray user;     // %r
    QByteArray keyAlias; // %k
    QByteArray jump;     // %j: ProxyJump, or nothing

    // One of them; nothing if `token` is none of "CLdhijklnpru%".
    [[nodiscard]] std::optional<QByteArray> value(char token) const;
};

// `text` with ~, %tokens and ${VARIABLES} replaced; nothing, with `error`, for a token or variable that there is not.
[[nodiscard]] std::optional<QByteArray> expandPath(const QByteArray &text, const SshTokens &tokens, QString *error);

// HostName: only %h and %%.
[[nodiscard]] std::optional<QByteArray> expandHostName(const QByteArray &text, const QByteArray &host, QString *error);

// ProxyCommand: %h %k %n %p %r %%. The text goes to a shell, so a name with characters that mean something there is refused.
[[nodiscard]] std::optional<QByteArray> expandCommand(const QByteArray &text, const SshTokens &tokens, QString *error);

} // namespace collector
