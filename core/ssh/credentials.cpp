#include "ssh/credentials.h"

#include "ssh/keyfile.h"
#include "ssh/secretsource.h"

#include <QDir>

#include <algorithm>
#include <stdexcept>

namespace collector {

using State = LoadedKey::State;

QStringList Credentials::defaultIdentities(const QString &home)
{
    QStringList result;
    if (home.isEmpty()) // a container's user without an entry, and without HOME
        return result;
    for (const char *name : {"id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk"})
        result.append(QDir(home).filePath(QStringLiteral(".ssh/") + QLatin1String(name)));
    return result;
}

void Credentials::setPassword(Secret password, SettingPlace place)
{
    m_password = std::make_shared<const Secret>(std::move(password));
    m_passwordPlace = std::move(place);
}

void Credentials::setBecomePassword(Secret password, SettingPlace place)
{
    m_becomePassword = std::make_shared<const Secret>(std::move(password));
    m_becomePasswordPlace = std::move(place);
}

std::shared_ptr<Credentials> Credentials::gather(Sources sources)
{
    auto result = std::make_shared<Credentials>();
    if (sources.passphraseFile) {
        try {
            result->m_keys.addPassphrase(readSecretFile(*sources.passphraseFile));
        } catch (const std::runtime_error &error) {
            throw std::runtime_error(std::string("--passphrase-file: ") + error.what());
        }
    }
    result->m_keys.setQuestion(sources.question);
    if (sources.areIdentitiesFixed)
        result->m_explicit = sources.identities;
    result->m_defaults = defaultIdentities(sources.home);
    result->preload(sources);
    result->m_keys.seal();
    return result;
}

void Credentials::preload(const Sources &sources)
{
    const auto isInAgent = [&](const LoadedKey &loaded) {
        return !loaded.publicKey.isEmpty() && std::count(sources.agentKeys.begin(), sources.agentKeys.end(), loaded.publicKey) > 0;
    };
    const auto loadOrAsk = [&](const QString &path) {
        LoadedKey loaded = m_keys.load(path);
        return loaded.state == State::Locked && !isInAgent(loaded) && sources.question ? m_keys.unlock(path) : loaded;
    };

    bool anyUsable = sources.hasOtherWay || !sources.agentKeys.empty();
    for (const QString &path : sources.identities) {
        const LoadedKey loaded = loadOrAsk(path);
        if (loaded.state == State::Missing || loaded.state == State::Refused || (loaded.state == State::Locked && !isInAgent(loaded)))
            throw std::runtime_error(loaded.problem.toStdString());
        if (!loaded.problem.isEmpty())
            m_warnings.append(loaded.problem);
        anyUsable = true;
    }
    for (const QString &path : sources.expected) {
        const LoadedKey loaded = loadOrAsk(path);
        if (!loaded.problem.isEmpty() && loaded.state != State::Missing && !isInAgent(loaded))
            m_warnings.append(loaded.problem);
        anyUsable = anyUsable || loaded.state == State::Ready;
    }
    if (!sources.identities.isEmpty())
        return; // they imply IdentitiesOnly

    QStringList locked;
    for (const QString &path : std::as_const(m_defaults)) {
        const LoadedKey loaded = m_keys.load(path);
        anyUsable = anyUsable || loaded.state == State::Ready;
        if (loaded.state == State::Locked && !isInAgent(loaded))
            locked.append(path);
        else if (!loaded.problem.isEmpty() && loaded.state != State::Missing && !isInAgent(loaded))
            m_warnings.append(loaded.problem);
    }
    for (const QString &path : std::as_const(locked)) {
        // A question for a key that nobody may need is a nuisance: only when there is nothing else to log in with.
        const LoadedKey loaded = anyUsable || !sources.question ? m_keys.load(path) : m_keys.unlock(path);
        anyUsable = anyUsable || loaded.state == State::Ready;
        if (loaded.state == State::Locked)
            m_warnings.append(loaded.problem);
    }
}

std::shared_ptr<const Credentials::Offers> Credentials::offers(const QStringList &identityFiles, const QStringList &certificateFiles,
                                                               bool identitiesOnly, bool mayUseDefaults)
{
    const QStringList named = !identityFiles.isEmpty() || !mayUseDefaults ? identityFiles : m_defaults;
    const QStringList &files = m_explicit.isEmpty() ? named : m_explicit;
    const std::lock_guard lock(m_mutex);
    auto &cached = m_offers[{files + QStringList{QString()} + certificateFiles, identitiesOnly, mayUseDefaults}];
    if (cached)
        return cached;

    auto result = std::make_shared<Offers>();
    result->anyAgentKey = !identitiesOnly && m_explicit.isEmpty();
    std::vector<SharedIdentity> keys;
    for (const QString &path : files) {
        const LoadedKey loaded = m_keys.load(path);
        if (loaded.certificate)
            result->identities.push_back(loaded.certificate);
        if (loaded.key)
            keys.push_back(loaded.key);
        else if (!loaded.publicKey.isEmpty())
            result->agentOnly.push_back(loaded.publicKey);
        if (!loaded.agentCertificate.isEmpty())
            result->agentCertificates.push_back({path + QStringLiteral("-cert.pub"), loaded.agentCertificate});
        // Of the defaults most are missing, and nobody has named them.
        if (!loaded.problem.isEmpty() && (loaded.state != State::Missing || !m_defaults.contains(path)))
            result->problems.push_back({loaded.problem, loaded.publicKey});
    }
    const auto addForAgent = [&result](AgentCertificate added) {
        auto &all = result->agentCertificates;
        if (std::none_of(all.begin(), all.end(), [&](const AgentCertificate &other) { return other.blob == added.blob; }))
            all.push_back(std::move(added));
    };
    // Of which no file holds the key: an agent may. Its own fault is told before that.
    const auto isForAgent = [&](const QString &path, QString *problem) {
        const auto certificate = Certificate::fromBlob(readPublicLine(path));
        if (!certificate)
            return false;
        const QString objection = certificate->objection(QDateTime::currentDateTimeUtc());
        if (!objection.isEmpty())
            *problem = path + QStringLiteral(": certificate ") + objection;
        return objection.isEmpty() && std::none_of(keys.begin(), keys.end(),
                                                   [&](const SharedIdentity &key) { return key->publicKey() == certificate->publicKey; });
    };
    for (const QString &path : certificateFiles) {
        QString problem;
        SharedIdentity certificate = m_keys.certify(path, keys, &problem);
        const auto isSame = [&](const SharedIdentity &other) { return other->certificate()->blob == certificate->certificate()->blob; };
        if (certificate &&
            std::none_of(result->identities.begin(), result->identities.end(), isSame)) // it may stand beside its key as well
            result->identities.push_back(std::move(certificate));
        else if (!certificate && isForAgent(path, &problem))
            addForAgent({path, readPublicLine(path)});
        else if (!certificate)
            result->problems.push_back({problem, {}});
    }
    result->identities.insert(result->identities.end(), keys.begin(), keys.end());
    cached = std::move(result);
    return cached;
}

} // namespace collector
