#include "ssh/sshtokens.h"

#include <QCryptographicHash>
#include <QList>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

namespace collector {

namespace {

constexpr qsizetype longestResult = 64 * 1024;

std::nullopt_t fail(QString *error, const QString &what)
{
    *error = what;
    return std::nullopt;
}

QByteArray homeOf(const QByteArray &user)
{
    passwd entry = {};
    passwd *found = nullptr;
    std::vector<char> buffer(16384);
    const int result = user.isEmpty() ? getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found)
                                      : getpwnam_r(user.constData(), &entry, buffer.data(), buffer.size(), &found);
    return result == 0 && found ? QByteArray(found->pw_dir) : QByteArray();
}

std::optional<QByteArray> expandTilde(const QByteArray &text, const SshLocal &local, QString *error)
{
    if (!text.startsWith('~'))
        return text;
    qsizetype slash = text.indexOf('/');
    slash = slash < 0 ? text.size() : slash;
    const QByteArray user = text.mid(1, slash - 1);
    QByteArray home = user.isEmpty() ? local.home : homeOf(user);
    if (home.isEmpty())
        return fail(error, QStringLiteral("~%1: no such user").arg(QString::fromUtf8(user)));
    while (slash < text.size() && text[slash] == '/')
        ++slash;
    return (home.endsWith('/') ? home : home + '/') + text.mid(slash);
}

using Lookup = std::function<std::optional<QByteArray>(char)>;

std::optional<QByteArray> expand(const QByteArray &text, bool withVariables, const Lookup &token, QString *error)
{
    QByteArray result;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (withVariables && text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') {
            const qsizetype end = text.indexOf('}', i);
            if (end < 0)
                return fail(error, QStringLiteral("${ without }"));
            const QByteArray name = text.mid(i + 2, end - i - 2);
            const char *const value = name.isEmpty() ? nullptr : std::getenv(name.constData());
            if (!value)
                return fail(error, QStringLiteral("the environment has no ${%1}").arg(QString::fromUtf8(name)));
            result += value;
            i = end;
        } else if (text[i] != '%') {
            result += text[i];
        } else {
            const auto value = ++i < text.size() ? token(text[i]) : std::nullopt;
            if (!value)
                return fail(error, QStringLiteral("unknown token %%1").arg(i < text.size() ? QString(QLatin1Char(text[i])) : QString()));
            result += *value;
        }
        if (result.size() > longestResult)
            return fail(error, QStringLiteral("too long when its tokens are replaced"));
    }
    return result;
}

// As OpenSSH 9.6 and later judge names that a shell will see.
bool isHarmless(const QByteArray &text)
{
    constexpr QByteArrayView dangerous = "'`\"$\\;&<>|(){}#*?[]!~";
    return !text.startsWith('-') && std::none_of(text.begin(), text.end(), [&](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 127 || dangerous.contains(c);
    });
}

} // namespace

SshLocal SshLocal::ofProcess()
{
    SshLocal result;
    passwd entry = {};
    passwd *found = nullptr;
    std::vector<char> buffer(16384);
    if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found) {
        result.user = found->pw_name;
        result.home = found->pw_dir;
    } else { // a container's user without an entry
        result.user = qgetenv("USER");
        result.home = qgetenv("HOME");
    }
    result.uid = QByteArray::number(getuid());
    char name[256] = {};
    if (gethostname(name, sizeof(name) - 1) == 0)
        result.hostName = name;
    return result;
}

std::optional<QByteArray> SshTokens::value(char token) const
{
    switch (token) {
    case '%':
        return QByteArray("%");
    case 'C':
        return QCryptographicHash::hash(local->hostName + host + port + user + jump, QCryptographicHash::Sha1).toHex();
    case 'L':
        return local->hostName.split('.').first();
    case 'd':
        return local->home;
    case 'h':
        return host;
    case 'i':
        return local->uid;
    case 'j':
        return jump;
    case 'k':
        return keyAlias;
    case 'l':
        return local->hostName;
    case 'n':
        return original;
    case 'p':
        return port;
    case 'r':
        return user;
    case 'u':
        return local->user;
    default:
        return {};
    }
}

std::optional<QByteArray> expandPath(const QByteArray &text, const SshTokens &tokens, QString *error)
{
    const auto path = expandTilde(text, *tokens.local, error);
    return path ? expand(
                      *path, true, [&](char token) { return tokens.value(token); }, error)
                : std::nullopt;
}

std::optional<QByteArray> expandHostName(const QByteArray &text, const QByteArray &host, QString *error)
{
    const auto value = [&](char token) -> std::optional<QByteArray> {
        return token == 'h' ? std::optional(host) : token == '%' ? std::optional(QByteArray("%")) : std::nullopt;
    };
    return expand(text, false, value, error);
}

std::optional<QByteArray> expandCommand(const QByteArray &text, const SshTokens &tokens, QString *error)
{
    const auto value = [&](char token) -> std::optional<QByteArray> {
        auto result = QByteArrayView("hknpr%").contains(token) ? tokens.value(token) : std::nullopt;
        if (result && token != '%' && !isHarmless(*result)) {
            *error = QStringLiteral("%%1 holds characters that a shell would interpret").arg(QLatin1Char(token));
            return {};
        }
        return result;
    };
    QString ours;
    const auto result = expand(text, false, value, &ours);
    if (!result && error->isEmpty())
        *error = ours;
    return result;
}

} // namespace collector
