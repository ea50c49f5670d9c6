#include "ssh/sshvalue.h"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace collector {

namespace {

using Values = QList<QByteArray>;
using Choices = std::initializer_list<std::pair<const char *, const char *>>;

constexpr qsizetype mostFiles = 32; // SSH_MAX_HOSTS_FILES

std::nullopt_t fail(QString *error, const QString &what)
{
    *error = what;
    return std::nullopt;
}

QString quoted(const QByteArray &value)
{
    return u'"' + QString::fromUtf8(value.left(100)) + u'"';
}

// Exactly one word, not empty.
std::optional<QByteArray> single(const Values &words, QString *error)
{
    if (words.isEmpty() || words.first().isEmpty())
        return fail(error, QStringLiteral("missing argument"));
    if (words.size() > 1)
        return fail(error, QStringLiteral("extra arguments at the end of the line"));
    return words.first();
}

std::optional<Values> choice(const Values &words, Choices choices, QString *error)
{
    const auto word = single(words, error);
    if (!word)
        return {};
    for (const auto &[from, to] : choices) {
        if (word->compare(from, Qt::CaseInsensitive) == 0)
            return Values{to};
    }
    return fail(error, QStringLiteral("unsupported value %1").arg(quoted(*word)));
}

std::optional<int> port(const QByteArray &text)
{
    bool isNumber = false;
    const uint number = text.toUInt(&isNumber);
    if (isNumber && !text.startsWith('+'))
        return number >= 1 && number <= 65535 ? std::optional(int(number)) : std::nullopt;
    // A service's name, as ssh takes one.
    servent entry = {};
    servent *found = nullptr;
    char buffer[4096];
    if (text.isEmpty() || getservbyname_r(text.constData(), "tcp", &entry, buffer, sizeof(buffer), &found) != 0 || !found)
        return {};
    return int(ntohs(uint16_t(found->s_port)));
}

// UserKnownHostsFile and its like: any number, "none" only alone.
std::optional<Values> list(const Values &words, qsizetype most, QString *error)
{
    for (const QByteArray &word : words) {
        if (word.isEmpty())
            return fail(error, QStringLiteral("empty argument"));
        if (words.size() > 1 && word.compare("none", Qt::CaseInsensitive) == 0)
            return fail(error, QStringLiteral("\"none\" must stand alone"));
    }
    if (words.size() > most)
        return fail(error, QStringLiteral("too many arguments"));
    return words;
}

bool isDomain(const QByteArray &name)
{
    const auto isAlphanumeric = [](char c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'); };
    return !name.isEmpty() && isAlphanumeric(name.front()) && !name.contains("..") &&
           std::all_of(name.begin(), name.end(), [&](char c) { return isAlphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

std::optional<Values> domains(const Values &words, QString *error)
{
    auto result = list(words, mostFiles, error);
    if (!result)
        return {};
    for (QByteArray &domain : *result) {
        if (!isDomain(domain))
            return fail(error, QStringLiteral("%1 is no domain").arg(quoted(domain)));
        domain = domain.toLower();
        if (domain.endsWith('.'))
            domain.chop(1);
    }
    return result;
}

std::optional<Values> assignments(const Values &words, QString *error)
{
    Values result;
    for (const QByteArray &word : words) {
        const qsizetype sign = word.indexOf('=');
        if (sign < 0)
            return fail(error, QStringLiteral("%1 assigns nothing: NAME=VALUE").arg(quoted(word)));
        const QByteArray name = word.left(sign + 1);
        if (std::none_of(result.begin(), result.end(), [&](const QByteArray &other) { return other.startsWith(name); }))
            result.append(word);
    }
    return result;
}

std::optional<Values> agentSocket(const Values &words, QString *error)
{
    const auto word = single(words, error);
    if (!word)
        return {};
    if (word->startsWith('$') && !word->startsWith("${")) {
        const QByteArray name = word->mid(1);
        if (name.isEmpty() ||
            !std::all_of(name.begin(), name.end(), [](char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_'; }))
            return fail(error, QStringLiteral("%1 is no name of a variable").arg(quoted(name)));
    }
    return Values{*word};
}

std::optional<Values> number(const Values &words, QString *error)
{
    const auto word = single(words, error);
    if (!word)
        return {};
    bool isNumber = false;
    const int value = word->toInt(&isNumber);
    return isNumber && value >= 0 ? std::optional(Values{QByteArray::number(value)})
                                  : fail(error, QStringLiteral("%1 is no number").arg(quoted(*word)));
}

std::optional<Values> time(const Values &words, QString *error)
{
    const auto word = single(words, error);
    if (!word)
        return {};
    if (*word == "none")
        return Values(); // as good as not written, to ssh: a later value counts
    const auto seconds = sshSeconds(*word);
    return seconds ? std::optional(Values{QByteArray::number(*seconds)}) : fail(error, QStringLiteral("%1 is no time").arg(quoted(*word)));
}

std::optional<Values> string(const Values &words, QString *error)
{
    const auto word = single(words, error);
    return word ? std::optional(Values{*word}) : std::nullopt;
}

std::optional<Values> command(const SshConfigLine &line, QString *error)
{
    const QByteArray rest = line.rest();
    return rest.isEmpty() ? fail(error, QStringLiteral("missing argument")) : std::optional(Values{rest});
}

std::optional<Values> jump(const SshConfigLine &line, QString *error)
{
    const QByteArray rest = line.rest();
    // To ssh it ends at a blank or a comment, whatever follows; its quotes are taken off by the shell that starts the ssh of the jump.
    const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == ' ' || c == '\t' || c == '#'; });
    QByteArray value = rest.left(end - rest.begin());
    if (value.size() > 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
        value = value.sliced(1).chopped(1);
    if (value.isEmpty() || !jumpHops(value))
        return fail(error, QStringLiteral("%1 is no list of [user@]host[:port], without blanks").arg(quoted(value)));
    return Values{value};
}

// `[host]:port`, `host:port`, `host`; more colons without brackets are no port, but an error, as for ssh.
std::optional<JumpHop> hop(QByteArray text, char portSign)
{
    JumpHop result;
    if (const qsizetype at = text.lastIndexOf('@'); at >= 0) {
        result.user = text.left(at);
        text = text.mid(at + 1);
        if (result.user.isEmpty())
            return {};
    }
    QByteArray rest;
    if (text.startsWith('[')) {
        const qsizetype end = text.indexOf(']');
        if (end < 0)
            return {};
        result.host = text.mid(1, end - 1);
        rest = text.mid(end + 1);
        if (!rest.isEmpty() && rest.front() != portSign)
            return {};
    } else {
        const qsizetype end = text.indexOf(portSign);
        result.host = text.left(end < 0 ? text.size() : end);
        rest = end < 0 ? QByteArray() : text.mid(end);
    }
    if (rest.size() > 1) {
        const auto value = port(rest.mid(1));
        if (!value)
            return {};
        result.port = quint16(*value);
    }
    return result.host.isEmpty() || result.host.contains('/') ? std::nullopt : std::optional(result);
}

} // namespace

std::optional<int> sshSeconds(const QByteArray &text)
{
    if (text.isEmpty())
        return {};
    qint64 total = 0;
    for (qsizetype i = 0; i < text.size();) {
        qint64 value = 0;
        const qsizetype begin = i;
        for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && value <= std::numeric_limits<int>::max(); ++i)
            value = value * 10 + (text[i] - '0');
        if (i == begin)
            return {};
        if (i < text.size()) {
            switch (text[i++] | 32) {
            case 's':
                break;
            case 'm':
                value *= 60;
                break;
            case 'h':
                value *= 3600;
                break;
            case 'd':
                value *= 86400;
                break;
            case 'w':
                value *= 604800;
                break;
            default:
                return {};
            }
        }
        total += value;
        if (total > std::numeric_limits<int>::max())
            return {};
    }
    return int(total);
}

std::optional<std::vector<JumpHop>> jumpHops(const QByteArray &value)
{
    std::vector<JumpHop> result;
    if (value.compare("none", Qt::CaseInsensitive) == 0)
        return result;
    const Values parts = value.split(',');
    for (QByteArray part : parts) {
        constexpr QByteArrayView scheme = "ssh://";
        const bool isUri = part.startsWith(scheme);
        if (isUri) {
            part = part.mid(scheme.size());
            if (part.endsWith('/'))
                part.chop(1);
        }
        auto parsed = hop(part, ':');
        if (!parsed)
            return {};
        if (isUri)
            parsed->user = QByteArray::fromPercentEncoding(parsed->user);
        result.push_back(std::move(*parsed));
    }
    return result;
}

std::optional<QList<QByteArray>> sshValues(SshWord word, const SshConfigLine &line, QString *error)
{
    if (word == SshWord::ProxyCommand)
        return command(line, error);
    if (word == SshWord::ProxyJump)
        return jump(line, error);
    const auto split = line.words();
    if (!split)
        return fail(error, QStringLiteral("a quote is not closed"));
    const Values &words = *split;
    switch (word) {
    case SshWord::AddressFamily:
        return choice(words, {{"any", "any"}, {"inet", "inet"}, {"inet6", "inet6"}}, error);
    case SshWord::CanonicalizeHostname:
        return choice(words, {{"yes", "yes"}, {"true", "yes"}, {"no", "no"}, {"false", "no"}, {"always", "always"}}, error);
    case SshWord::PubkeyAuthentication:
        return choice(words, {{"yes", "yes"}, {"true", "yes"}, {"no", "no"}, {"false", "no"}, {"unbound", "yes"}, {"host-bound", "yes"}},
                      error);
    case SshWord::StrictHostKeyChecking:
        return choice(words,
                      {{"yes", "yes"},
                       {"true", "yes"},
                       {"no", "off"},
                       {"false", "off"},
                       {"off", "off"},
                       {"ask", "ask"},
                       {"accept-new", "accept-new"}},
                      error);
    case SshWord::CanonicalizeFallbackLocal:
    case SshWord::HashKnownHosts:
    case SshWord::IdentitiesOnly:
    case SshWord::KbdInteractiveAuthentication:
    case SshWord::PasswordAuthentication:
        return choice(words, {{"yes", "yes"}, {"true", "yes"}, {"no", "no"}, {"false", "no"}}, error);
    case SshWord::CanonicalizeMaxDots:
    case SshWord::RequiredRsaSize:
    case SshWord::ServerAliveCountMax:
        return number(words, error);
    case SshWord::ConnectTimeout:
    case SshWord::ServerAliveInterval:
        return time(words, error);
    case SshWord::GlobalKnownHostsFile:
    case SshWord::UserKnownHostsFile:
        return list(words, mostFiles, error);
    case SshWord::CanonicalDomains:
        return domains(words, error);
    case SshWord::SetEnv:
        return assignments(words, error);
    case SshWord::IdentityAgent:
        return agentSocket(words, error);
    case SshWord::Port: {
        const auto text = single(words, error);
        if (!text)
            return {};
        const auto value = port(*text);
        return value ? std::optional(Values{QByteArray::number(*value)}) : fail(error, QStringLiteral("bad port %1").arg(quoted(*text)));
    }
    default:
        return string(words, error);
    }
}

} // namespace collector
