#include "ssh/sshsettingssource.h"

#include "ssh/algorithms.h"
#include "ssh/opensshwords.h"

#include <collector/joberror.h>

#include <algorithm>
#include <stdexcept>

namespace collector {

namespace {

constexpr int mostJumps = 8;

QByteArray asText(const JumpHop &hop)
{
    return hop.user + '@' + hop.host + ':' + QByteArray::number(hop.port);
}

AddressFamily familyOf(const SshHostConfig &host)
{
    switch (host.addressFamily) {
    case SshHostConfig::AddressFamily::Inet:
        return AddressFamily::IPv4;
    case SshHostConfig::AddressFamily::Inet6:
        return AddressFamily::IPv6;
    case SshHostConfig::AddressFamily::Any:
        break;
    }
    return AddressFamily::Any;
}

// Whether what was given for all counts for a host of such overrides.
template<typename Value>
bool counts(const std::optional<StandingValue<Value>> &given, SshWord word, const SshOverrides &overrides)
{
    return given && (given->isFixed || !overrides.has(word));
}

void set(SshHostConfig &host, SshWord word, const QList<QByteArray> &values, const QByteArray &origin)
{
    host.settings[size_t(word)] = {values, QList<QByteArray>(values.size(), origin)};
}

// What ssh is told of a jump host, beside its name.
SshOverrides overridesOf(const JumpHop &hop, bool hasHopsBefore)
{
    SshOverrides overrides;
    QString error;
    bool isGood = true;
    if (!hop.user.isEmpty())
        isGood = overrides.add(SshWord::User, hop.user, "ProxyJump", &error);
    if (isGood && hop.port != 0)
        isGood = overrides.add(SshWord::Port, QByteArray::number(hop.port), "ProxyJump", &error);
    if (isGood && hasHopsBefore) // they are the way to it; its own is not asked for
        isGood = overrides.add(SshWord::ProxyJump, "none", "ProxyJump", &error) &&
                 overrides.add(SshWord::ProxyCommand, "none", "ProxyJump", &error);
    if (!isGood)
        throw JobError(Cause::BadVariable, QStringLiteral("ProxyJump to %1: %2").arg(printable(hop.host), error));
    return overrides;
}

QByteArray written(HostKeyPolicy policy)
{
    return policy == HostKeyPolicy::Off ? "off" : policy == HostKeyPolicy::AcceptNew ? "accept-new" : "yes";
}

} // namespace

SshSettingsSource::SshSettingsSource(SshConfig config, Standing standing)
    : m_config(std::move(config)),
      m_standing(std::move(standing)),
      m_ownAlgorithms(proposedAlgorithms({}, m_standing.base.legacy))
{
}

std::shared_ptr<const SshSettings> SshSettingsSource::settings(const QByteArray &host, const SshOverrides &overrides,
                                                               const CanonicalNames &known) const
{
    return make(host, overrides, {known});
}

std::optional<SshSettingsSource::Lookup> SshSettingsSource::lookup(const QByteArray &host, const SshOverrides &overrides,
                                                                   const CanonicalNames &known) const
{
    return lookup(host, overrides, Place{known});
}

// The target's first: what it is called may decide how it is reached.
std::optional<SshSettingsSource::Lookup> SshSettingsSource::lookup(const QByteArray &name, const SshOverrides &overrides,
                                                                   const Place &place) const
{
    const SshHostConfig host = resolve(name, overrides, place);
    if (!host.canonicalCandidates.isEmpty())
        return Lookup{name, host.canonicalCandidates, !host.mayStayUncanonical, place.depth > 0};
    if (place.depth == mostJumps) // make() says that it is too far
        return {};
    bool hasHopsBefore = false;
    for (const JumpHop &hop : host.jumps) {
        if (auto found = lookup(hop.host, overridesOf(hop, hasHopsBefore), Place{place.known, place.depth + 1, hasHopsBefore}))
            return found;
        hasHopsBefore = true;
    }
    return {};
}

SshHostConfig SshSettingsSource::resolve(const QByteArray &name, const SshOverrides &overrides, const Place &place) const
{
    SshHostConfig host = resolve(name, overrides);
    // For ssh, those before it are its ProxyJump: then `yes` means none.
    if (place.hasHopsBefore && host.setting(SshWord::CanonicalizeHostname).values.value(0) != "always")
        host.canonicalCandidates.clear();
    if (host.canonicalCandidates.isEmpty())
        return host;
    const auto known = place.known.find(host.canonicalCandidates);
    return known == place.known.end() ? host : resolve(name, overrides, known->second);
}

SshHostConfig SshSettingsSource::resolve(const QByteArray &name, const SshOverrides &overrides,
                                         const std::optional<QByteArray> &canonical) const
{
    SshHostConfig host = m_config.resolve(name, overrides, canonical);
    if (const auto &given = m_standing.identities; counts(given, SshWord::IdentityFile, overrides)) { // these alone
        QList<QByteArray> files;
        for (const QString &file : given->value)
            files.append(file.toUtf8());
        host.identityFiles = given->value;
        set(host, SshWord::IdentityFile, files, given->origin);
        if (counts(given, SshWord::IdentitiesOnly, overrides)) {
            host.identitiesOnly = true;
            set(host, SshWord::IdentitiesOnly, {"yes"}, given->origin);
        }
    }
    if (const auto &given = m_standing.knownHosts; counts(given, SshWord::UserKnownHostsFile, overrides)) {
        host.userKnownHostsFiles = {given->value};
        set(host, SshWord::UserKnownHostsFile, {given->value.toUtf8()}, given->origin);
        if (counts(given, SshWord::GlobalKnownHostsFile, overrides)) {
            host.globalKnownHostsFiles.clear();
            set(host, SshWord::GlobalKnownHostsFile, {"none"}, given->origin);
        }
    }
    if (const auto &given = m_standing.connectTimeout; counts(given, SshWord::ConnectTimeout, overrides))
        set(host, SshWord::ConnectTimeout, {QByteArray::number(double(given->value.count()) / 1000)}, given->origin);
    if (const auto &given = m_standing.hostKeyPolicy; counts(given, SshWord::StrictHostKeyChecking, overrides))
        set(host, SshWord::StrictHostKeyChecking, {written(given->value)}, given->origin);
    return host;
}

std::shared_ptr<const SshSettings> SshSettingsSource::make(const QByteArray &name, const SshOverrides &overrides, Place place) const
{
    const SshHostConfig host = resolve(name, overrides, place);
    if (!host.problem.isEmpty())
        throw JobError(Cause::BadVariable, printable(host.problem.toUtf8(), 1000));
    if (host.hostName.isEmpty())
        throw JobError(Cause::BadVariable, QStringLiteral("there is no name to connect to"));

    auto result = std::make_shared<SshSettings>(m_standing.base);
    result->host = host.hostName;
    result->port = host.port;
    result->family = familyOf(host);
    result->bindAddress = host.bindAddress;
    result->user = host.user;
    if (place.depth == 0) {
        place.targetUser = host.user;
        for (const auto &[names, canonical] : place.known) {
            if (canonical != host.hostName) // or no two targets would share a jump host
                place.names += '\n' + canonical;
        }
    } else if (result->password && host.user != place.targetUser) { // ssh asks for each; one account here and there is likely one word
        result->password.reset();
        result->passwordUser = place.targetUser;
    }
    if (counts(m_standing.connectTimeout, SshWord::ConnectTimeout, overrides))
        result->timeouts.connect = m_standing.connectTimeout->value;
    else if (host.connectTimeout)
        result->timeouts.connect = *host.connectTimeout;
    result->serverAliveInterval = host.serverAliveInterval.value_or(std::chrono::seconds(0));
    result->serverAliveCountMax = host.serverAliveCountMax;
    result->jumps = jumpsOf(host, place);
    if (!host.proxyCommand.isEmpty())
        result->proxyCommand = {QStringLiteral("/bin/sh"), QStringLiteral("-c"),
                                QStringLiteral("exec ") + QString::fromUtf8(host.proxyCommand)};

    result->hostKeyAlias = host.hostKeyAlias;
    result->hostKeyPolicy = policy(host, overrides);
    try {
        result->knownHosts = m_knownHosts.open(host.userKnownHostsFiles + host.globalKnownHostsFiles);
    } catch (const std::runtime_error &failure) {
        throw JobError(Cause::BadVariable, QString::fromUtf8(failure.what()));
    }
    result->knownHostsFile = host.userKnownHostsFiles.value(0);
    result->userKnownHostsFiles = host.userKnownHostsFiles;
    result->globalKnownHostsFiles = host.globalKnownHostsFiles;
    result->hashKnownHosts = host.hashKnownHosts;
    result->revokedKeys = m_revokedKeys.open(host.revokedHostKeysFile);

    result->identityFiles = host.identityFiles;
    result->certificateFiles = host.certificateFiles;
    result->identitiesOnly = host.identitiesOnly;
    result->mayUseDefaultKeys = host.mayUseDefaultKeys;
    result->mayUseAgent = !host.identityAgent || !host.identityAgent->isEmpty();
    result->agentSocket = host.identityAgent.value_or(QString());
    result->credentialsGroup = host.user + '\n' + host.identityFiles.join(u'\n').toUtf8();
    fillInMethods(host, *result);
    fillInAlgorithms(host, *result);
    result->environment.assign(host.environment.begin(), host.environment.end());

    result->writtenHost = host.originalHost;
    result->openSshOptions = opensshOptions(withIdentities(overrides));
    if (const QByteArray mode = host.setting(SshWord::CanonicalizeHostname).values.value(0); !mode.isEmpty() && mode != "no")
        result->openSshOptions << QStringLiteral("CanonicalizeMaxDots=0"); // the name that was found is looked up once
    return result;
}

// For ssh(1), which has to be told of those that are given for all hosts.
SshOverrides SshSettingsSource::withIdentities(const SshOverrides &overrides) const
{
    const auto &given = m_standing.identities;
    if (!counts(given, SshWord::IdentityFile, overrides))
        return overrides;
    SshOverrides result;
    QString error;
    bool isGood = true;
    for (const QString &file : given->value)
        isGood = isGood && result.add(SshWord::IdentityFile, file.toUtf8().replace('%', "%%"), given->origin, &error);
    if (isGood && counts(given, SshWord::IdentitiesOnly, overrides))
        isGood = result.add(SshWord::IdentitiesOnly, "yes", given->origin, &error);
    if (!isGood)
        throw JobError(Cause::BadVariable, error);
    for (const SshStatement &statement : overrides.statements()) {
        if (statement.word != SshWord::IdentityFile)
            result.add(statement);
    }
    return result;
}

void SshSettingsSource::readKnownHosts() const
{
    if (m_standing.knownHosts)
        (void)m_knownHosts.open({m_standing.knownHosts->value});
}

HostKeyPolicy SshSettingsSource::policy(const SshHostConfig &host, const SshOverrides &overrides) const
{
    if (counts(m_standing.hostKeyPolicy, SshWord::StrictHostKeyChecking, overrides))
        return m_standing.hostKeyPolicy->value;
    using Checking = SshHostConfig::HostKeyChecking;
    if (host.hostKeyChecking == Checking::Off)
        warn(QStringLiteral("StrictHostKeyChecking off (%1) is taken as accept-new: a changed key is still refused")
                 .arg(QString::fromUtf8(host.setting(SshWord::StrictHostKeyChecking).origins.value(0))));
    return host.hostKeyChecking == Checking::Off || host.hostKeyChecking == Checking::AcceptNew ? HostKeyPolicy::AcceptNew
                                                                                                : HostKeyPolicy::Strict;
}

void SshSettingsSource::fillInMethods(const SshHostConfig &host, SshSettings &settings) const
{
    QList<QByteArray> methods = host.preferredAuthentications;
    const bool isRestricted = !host.publicKeyAuthentication || !host.passwordAuthentication || !host.keyboardInteractiveAuthentication;
    if (methods.isEmpty() && isRestricted)
        methods = {"publickey", "password", "keyboard-interactive"};
    methods.removeIf([&](const QByteArray &method) {
        return (method == "publickey" && !host.publicKeyAuthentication) || (method == "password" && !host.passwordAuthentication) ||
               (method == "keyboard-interactive" && !host.keyboardInteractiveAuthentication);
    });
    if (methods.isEmpty() && isRestricted)
        throw JobError(Cause::NoCredentials, QStringLiteral("ssh_config forbids every way to log in that there is"));
    settings.preferredAuthentications.assign(methods.begin(), methods.end());
}

void SshSettingsSource::fillInAlgorithms(const SshHostConfig &host, SshSettings &settings) const
{
    const auto list = [](const QByteArray &spec, const QByteArray &own, const QByteArray &all = {}) {
        const QByteArray result = spec.isEmpty() ? QByteArray() : withAlgorithms(spec, own, all);
        return result.isEmpty() ? spec : result; // where nothing is left: as it was written, for an empty one says nothing
    };
    static const SshAlgorithms all = proposedAlgorithms({}, true);
    settings.algorithms.kex = list(host.kexAlgorithms, m_ownAlgorithms.kex);
    settings.algorithms.hostKeys = list(host.hostKeyAlgorithms, m_ownAlgorithms.hostKeys, all.hostKeys);
    settings.mayOrderHostKeys = host.hostKeyAlgorithms.startsWith('+') || host.hostKeyAlgorithms.startsWith('-'); // as in sshconnect2.c
    settings.algorithms.ciphers = list(host.ciphers, m_ownAlgorithms.ciphers);
    settings.algorithms.macs = list(host.macs, m_ownAlgorithms.macs);
    settings.requiredRsaSize = std::max(host.requiredRsaSize, smallestRsaSize);
    settings.algorithms.publicKeys = list(host.publicKeyAlgorithms, m_ownAlgorithms.publicKeys, all.publicKeys);
}

// As ssh -J does it: the last hop is reached through those before it, whatever its own ProxyJump says; the first by its own.
SshSettingsSource::Jumps SshSettingsSource::jumpsOf(const SshHostConfig &host, const Place &place) const
{
    Jumps result;
    QByteArray before;
    for (const JumpHop &hop : host.jumps) {
        const auto settings = jumpHost(hop, before, {place.known, place.depth + 1, !before.isEmpty(), place.targetUser, place.names});
        if (result.empty())
            result = settings->jumps;
        result.push_back(settings);
        before += asText(hop) + ',';
    }
    if (result.size() > mostJumps)
        throw JobError(Cause::BadVariable,
                       QStringLiteral("%1 would be reached over more than %2 hosts").arg(printable(host.hostName)).arg(mostJumps));
    return result;
}

std::shared_ptr<const SshSettings> SshSettingsSource::jumpHost(const JumpHop &hop, const QByteArray &before, const Place &place) const
{
    if (place.depth > mostJumps)
        throw JobError(
            Cause::BadVariable,
            QStringLiteral("ProxyJump of %1 leads back to itself, or over more than %2 hosts").arg(printable(hop.host)).arg(mostJumps));
    const QByteArray way = before + asText(hop) + (m_standing.base.password ? '\n' + place.targetUser : QByteArray()) + place.names;
    {
        const std::lock_guard guard(m_mutex);
        if (const auto found = m_jumpHosts.find(way); found != m_jumpHosts.end())
            return found->second;
    }
    auto made = make(hop.host, overridesOf(hop, place.hasHopsBefore), place);
    const std::lock_guard guard(m_mutex);
    return m_jumpHosts.try_emplace(way, std::move(made)).first->second;
}

void SshSettingsSource::warn(const QString &what) const
{
    const std::lock_guard guard(m_mutex);
    if (!m_warnings.contains(what) && m_warnings.size() < 100)
        m_warnings.append(what);
}

QStringList SshSettingsSource::warnings() const
{
    const std::lock_guard guard(m_mutex);
    return m_warnings;
}

} // namespace collector
