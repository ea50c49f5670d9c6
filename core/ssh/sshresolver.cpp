#include "ssh/sshresolver.h"

#include "ssh/namepattern.h"

#include <QFile>

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

namespace collector {

namespace {

constexpr qsizetype mostFiles = 100; // SSH_MAX_IDENTITY_FILES, SSH_MAX_CERTIFICATE_FILES

std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), size_t(bytes.size())};
}

bool isNone(const QByteArray &value)
{
    return value.compare("none", Qt::CaseInsensitive) == 0;
}

// "127.1", "0x7f.1" and "2001:DB8::1" as they are usually written; nothing for a name. Asks no resolver.
std::optional<QByteArray> usualAddress(const QByteArray &host)
{
    const bool mayBeOne = !host.isEmpty() && ((host.front() >= '0' && host.front() <= '9') || host.contains(':'));
    if (!mayBeOne)
        return {};
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo *found = nullptr;
    if (getaddrinfo(host.constData(), "22", &hints, &found) != 0 || !found)
        return {};
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner(found, freeaddrinfo);
    char text[NI_MAXHOST];
    if (found->ai_next || getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) != 0)
        return {};
    return QByteArray(text);
}

bool looksLikeAddress(const QByteArray &host)
{
    return host.contains('%') || host.contains(':') ||
           std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

} // namespace

SshResolver::SshResolver(const SshConfigTree &tree, const SshLocal &local, const QByteArray &host)
    : m_tree(tree),
      m_local(local),
      m_host(host),
      m_hostName(host)
{
    m_config.originalHost = host;
}

QByteArray SshResolver::value(SshWord word) const
{
    return m_config.setting(word).values.value(0);
}

bool SshResolver::isYes(SshWord word, bool otherwise) const
{
    return isSet(word) ? value(word) == "yes" : otherwise;
}

QByteArray SshResolver::user() const
{
    return isSet(SshWord::User) ? value(SshWord::User) : m_local.user;
}

void SshResolver::apply(const SshStatement &statement)
{
    SshSetting &setting = m_config.settings[size_t(statement.word)];
    switch (statement.word) {
    case SshWord::IdentityFile:
    case SshWord::CertificateFile:
        if (setting.values.contains(statement.values.first()))
            return;
        if (setting.values.size() >= mostFiles) {
            complain(statement.word, QStringLiteral("more than %1 files").arg(mostFiles));
            return;
        }
        break;
    case SshWord::ProxyCommand: // whichever of the two comes first; but "ProxyJump none" leaves room for a command
        if (isSet(SshWord::ProxyCommand) || (isSet(SshWord::ProxyJump) && !isNone(value(SshWord::ProxyJump))))
            return;
        break;
    case SshWord::ProxyJump:
        if (isSet(SshWord::ProxyCommand) || isSet(SshWord::ProxyJump))
            return;
        break;
    default:
        if (!setting.values.isEmpty())
            return;
    }
    for (const QByteArray &text : statement.values) {
        setting.values.append(text);
        setting.origins.append(statement.origin);
    }
}

QByteArray SshResolver::matchedHost(bool isFinal) const
{
    if (isFinal || !isSet(SshWord::HostName))
        return m_hostName;
    QString ignored;
    return expandHostName(value(SshWord::HostName), m_hostName, &ignored).value_or(QByteArray());
}

bool SshResolver::meets(const SshCriterion &criterion, bool isFinal) const
{
    using Kind = SshCriterion::Kind;
    const auto isHost = [&](const QByteArray &host) {
        return matchHostList(asciiLower(view(host)), view(criterion.patterns)) == PatternMatch::Positive;
    };
    const auto isUser = [&](const QByteArray &name) {
        return matchPatternList(view(name), view(criterion.patterns)) == PatternMatch::Positive;
    };
    switch (criterion.kind) {
    case Kind::All:
        return true;
    case Kind::Final:
        return isFinal;
    case Kind::Host:
        return isHost(matchedHost(isFinal));
    case Kind::OriginalHost:
        return isHost(m_host);
    case Kind::User:
        return isUser(user());
    case Kind::LocalUser:
        return isUser(m_local.user);
    }
    return false;
}

bool SshResolver::holds(const SshCondition &condition, bool isFinal) const
{
    if (condition.parent >= 0 && !m_active[size_t(condition.parent)])
        return false;
    if (condition.kind == SshCondition::Kind::Match)
        return std::all_of(condition.criteria.begin(), condition.criteria.end(),
                           [&](const SshCriterion &criterion) { return meets(criterion, isFinal) != criterion.isNegated; });
    bool result = condition.kind == SshCondition::Kind::Always;
    const std::string_view host = view(m_hostName); // the canonical one in the final pass, as in OpenSSH; case counts
    for (const QByteArray &pattern : condition.patterns) {
        const bool isNegated = pattern.startsWith('!');
        if (matchesPattern(host, view(pattern).substr(isNegated ? 1 : 0))) {
            if (isNegated)
                return false;
            result = true;
        }
    }
    return result;
}

void SshResolver::pass(bool isFinal)
{
    m_active.assign(m_tree.conditions.size(), 0);
    m_active[0] = 1;
    const auto visit = [&](int index) {
        const SshSegment &segment = m_tree.segments[size_t(index)];
        char &isActive = m_active[size_t(segment.condition)];
        if (segment.isFirst)
            isActive = holds(m_tree.conditions[size_t(segment.condition)], isFinal);
        if (isActive) {
            for (const SshStatement &statement : segment.statements)
                apply(statement);
        }
    };
    // The segments that are tried for all, and between them, in their places, those that this name has for itself.
    static const std::vector<int> none;
    const auto found = m_tree.byName.empty() ? m_tree.byName.end() : m_tree.byName.find(m_hostName.toStdString());
    const std::vector<int> &named = found == m_tree.byName.end() ? none : found->second;
    auto next = named.begin();
    for (const int index : m_tree.tried) {
        for (; next != named.end() && *next < index; ++next)
            visit(*next);
        visit(index);
    }
    for (; next != named.end(); ++next)
        visit(*next);
}

void SshResolver::settleHostName()
{
    if (isSet(SshWord::HostName)) {
        QString error;
        const auto name = expandHostName(value(SshWord::HostName), m_hostName, &error);
        if (!name)
            complain(SshWord::HostName, error);
        m_hostName = name.value_or(QByteArray());
    }
    if (const auto address = usualAddress(m_hostName)) {
        if (m_hostName.compare(*address, Qt::CaseInsensitive) != 0)
            m_hostName = *address;
    } else if (!looksLikeAddress(m_hostName)) {
        m_hostName = QByteArray::fromStdString(asciiLower(view(m_hostName)));
    }
}

QList<QByteArray> SshResolver::canonicalCandidates() const
{
    const QByteArray mode = value(SshWord::CanonicalizeHostname);
    const bool isProxied = isSet(SshWord::ProxyJump) ? !isNone(value(SshWord::ProxyJump))
                                                     : isSet(SshWord::ProxyCommand) && !isNone(value(SshWord::ProxyCommand));
    if (mode.isEmpty() || mode == "no" || (isProxied && mode != "always") || m_hostName.isEmpty() || looksLikeAddress(m_hostName) ||
        usualAddress(m_hostName))
        return {};
    if (m_hostName.endsWith('.'))
        return {m_hostName.chopped(1)};
    const int mostDots = isSet(SshWord::CanonicalizeMaxDots) ? value(SshWord::CanonicalizeMaxDots).toInt() : 1;
    QList<QByteArray> result;
    if (m_hostName.count('.') > mostDots)
        return result;
    for (const QByteArray &domain : m_config.setting(SshWord::CanonicalDomains).values) {
        if (isNone(domain))
            break;
        result.append(m_hostName + '.' + domain);
    }
    return result;
}

void SshResolver::complain(SshWord word, const QString &what)
{
    if (!m_config.problem.isEmpty())
        return;
    const SshSetting &setting = m_config.setting(word);
    m_config.problem = QStringLiteral("%1 (%2): %3")
                           .arg(QString::fromLatin1(sshWordName(word)), QString::fromUtf8(setting.origins.value(0, "default")), what);
}

SshHostConfig SshResolver::take()
{
    fillIn();
    return std::move(m_config);
}

void SshResolver::fillIn()
{
    using Config = SshHostConfig;
    m_config.hostName = m_hostName;
    m_config.user = user();
    m_config.port = isSet(SshWord::Port) ? quint16(value(SshWord::Port).toUShort()) : quint16(22);
    m_config.hostKeyAlias = value(SshWord::HostKeyAlias);
    m_config.bindAddress = value(SshWord::BindAddress);

    const QByteArray family = value(SshWord::AddressFamily);
    m_config.addressFamily = family == "inet"    ? Config::AddressFamily::Inet
                             : family == "inet6" ? Config::AddressFamily::Inet6
                                                 : Config::AddressFamily::Any;
    const auto seconds = [&](SshWord word) {
        const int number = value(word).toInt(); // "none" and nothing are 0
        return number > 0 ? std::optional(std::chrono::seconds(number)) : std::nullopt;
    };
    m_config.connectTimeout = seconds(SshWord::ConnectTimeout);
    m_config.serverAliveInterval = seconds(SshWord::ServerAliveInterval);
    if (isSet(SshWord::ServerAliveCountMax))
        m_config.serverAliveCountMax = value(SshWord::ServerAliveCountMax).toInt();

    const QByteArray checking = value(SshWord::StrictHostKeyChecking);
    m_config.hostKeyChecking = checking == "yes"          ? Config::HostKeyChecking::Yes
                               : checking == "accept-new" ? Config::HostKeyChecking::AcceptNew
                               : checking == "off"        ? Config::HostKeyChecking::Off
                                                          : Config::HostKeyChecking::Ask;
    m_config.hashKnownHosts = isYes(SshWord::HashKnownHosts, false);
    m_config.identitiesOnly = isYes(SshWord::IdentitiesOnly, false);
    m_config.publicKeyAuthentication = isYes(SshWord::PubkeyAuthentication, true);
    m_config.passwordAuthentication = isYes(SshWord::PasswordAuthentication, true);
    m_config.keyboardInteractiveAuthentication = isYes(SshWord::KbdInteractiveAuthentication, true);
    if (isSet(SshWord::PreferredAuthentications))
        m_config.preferredAuthentications = value(SshWord::PreferredAuthentications).split(',');
    m_config.hostKeyAlgorithms = value(SshWord::HostKeyAlgorithms);
    m_config.kexAlgorithms = value(SshWord::KexAlgorithms);
    m_config.ciphers = value(SshWord::Ciphers);
    m_config.macs = value(SshWord::Macs);
    m_config.publicKeyAlgorithms = value(SshWord::PubkeyAcceptedAlgorithms);
    if (isSet(SshWord::RequiredRsaSize))
        m_config.requiredRsaSize = value(SshWord::RequiredRsaSize).toInt();
    m_config.mayStayUncanonical = isYes(SshWord::CanonicalizeFallbackLocal, true);
    for (const QByteArray &assignment : m_config.setting(SshWord::SetEnv).values) {
        const qsizetype sign = assignment.indexOf('=');
        m_config.environment.append({assignment.left(sign), assignment.mid(sign + 1)});
    }

    const QByteArray jump = isSet(SshWord::ProxyJump) && !isNone(value(SshWord::ProxyJump)) ? value(SshWord::ProxyJump) : QByteArray();
    if (!jump.isEmpty())
        m_config.jumps = jumpHops(jump).value_or(std::vector<JumpHop>());

    SshTokens tokens;
    tokens.local = &m_local;
    tokens.host = m_hostName;
    tokens.original = m_host;
    tokens.port = QByteArray::number(m_config.port);
    tokens.user = m_config.user;
    tokens.keyAlias = m_config.hostKeyAlias.isEmpty() ? m_host : m_config.hostKeyAlias;
    tokens.jump = jump;
    settleJumps(tokens);
    fillInFiles(tokens);

    if (isSet(SshWord::ProxyCommand) && !isNone(value(SshWord::ProxyCommand))) {
        QString error;
        const auto command = expandCommand(value(SshWord::ProxyCommand), tokens, &error);
        if (!command)
            complain(SshWord::ProxyCommand, error);
        m_config.proxyCommand = command.value_or(QByteArray());
    }
}

// To ssh a jump is a ProxyCommand that it makes itself, with a ProxyCommand's tokens.
void SshResolver::settleJumps(const SshTokens &tokens)
{
    for (JumpHop &hop : m_config.jumps) {
        for (QByteArray *part : {&hop.user, &hop.host}) {
            QString error;
            const auto text = expandCommand(*part, tokens, &error);
            if (!text)
                complain(SshWord::ProxyJump, error);
            *part = text.value_or(QByteArray());
        }
    }
    if (m_config.jumps.empty())
        return;
    const JumpHop &last = m_config.jumps.back();
    if (last.host == m_hostName && (last.port == 0 ? 22 : last.port) == m_config.port &&
        (last.user.isEmpty() || last.user == m_config.user))
        complain(SshWord::ProxyJump, QStringLiteral("%1 would be reached through itself").arg(QString::fromUtf8(m_hostName)));
}

void SshResolver::fillInFiles(const SshTokens &tokens)
{
    m_config.identityFiles = paths(SshWord::IdentityFile, tokens);
    m_config.mayUseDefaultKeys = !isSet(SshWord::IdentityFile);
    m_config.certificateFiles = paths(SshWord::CertificateFile, tokens);
    m_config.userKnownHostsFiles = paths(SshWord::UserKnownHostsFile, tokens);
    if (!isSet(SshWord::UserKnownHostsFile)) {
        for (const char *name : {"/.ssh/known_hosts", "/.ssh/known_hosts2"})
            m_config.userKnownHostsFiles.append(QFile::decodeName(m_local.home + name));
    }
    m_config.globalKnownHostsFiles = paths(SshWord::GlobalKnownHostsFile, tokens, false);
    if (!isSet(SshWord::GlobalKnownHostsFile))
        m_config.globalKnownHostsFiles = {QStringLiteral("/etc/ssh/ssh_known_hosts"), QStringLiteral("/etc/ssh/ssh_known_hosts2")};

    m_config.revokedHostKeysFile = paths(SshWord::RevokedHostKeys, tokens).value(0);

    if (isSet(SshWord::IdentityAgent)) {
        const QByteArray agent = value(SshWord::IdentityAgent);
        if (isNone(agent)) {
            m_config.identityAgent = QString();
        } else if (agent.startsWith('$') && !agent.startsWith("${")) {
            m_config.identityAgent = qEnvironmentVariable(agent.mid(1).constData());
        } else if (agent != "SSH_AUTH_SOCK") {
            QString error;
            const auto path = expandPath(agent, tokens, &error);
            if (!path)
                complain(SshWord::IdentityAgent, error);
            m_config.identityAgent = QFile::decodeName(path.value_or(QByteArray()));
        }
    }
}

QStringList SshResolver::paths(SshWord word, const SshTokens &tokens, bool withTokens)
{
    QStringList result;
    for (const QByteArray &text : m_config.setting(word).values) {
        if (isNone(text))
            continue;
        QString error;
        const auto path = withTokens || text.startsWith('~') ? expandPath(text, tokens, &error) : std::optional(text);
        if (!path)
            complain(word, error);
        else
            result.append(QFile::decodeName(*path));
    }
    return result;
}

} // namespace collector
