#include "ssh/keyfiles.h"

#include "ssh/keyblob.h"
#include "ssh/keyfile.h"

#include <QFileInfo>

#include <algorithm>
#include <stdexcept>

namespace collector {

namespace {

constexpr int mostQuestions = 3;

// The certificate of `path`, if it is one for that key, and valid now.
std::optional<Certificate> certificateFor(const QByteArray &publicKey, const QString &keyPath, const QString &path, QString *problem)
{
    auto certificate = Certificate::fromBlob(readPublicLine(path));
    const auto object = [&](const QString &what) {
        *problem = path + QStringLiteral(": ") + what;
        return std::nullopt;
    };
    if (!certificate)
        return object(QStringLiteral("is no certificate"));
    if (certificate->publicKey != publicKey)
        return object(QStringLiteral("certifies another key than %1").arg(keyPath));
    if (const QString objection = certificate->objection(QDateTime::currentDateTimeUtc()); !objection.isEmpty())
        return object(QStringLiteral("certificate %1").arg(objection));
    return certificate;
}

// `key` with the certificate of `path`, on a copy of its own.
SharedIdentity certified(const Identity &key, const QString &path, QString *problem)
{
    const auto certificate = certificateFor(key.publicKey(), key.path(), path, problem);
    if (!certificate)
        return nullptr;
    const auto object = [&](const QString &what) {
        *problem = path + QStringLiteral(": ") + what;
        return nullptr;
    };
    ssh_key imported = nullptr;
    if (ssh_pki_import_cert_base64(certificate->blob.toBase64().constData(), ssh_key_type_from_name(certificate->type.constData()),
                                   &imported) != SSH_OK)
        return object(QStringLiteral("this libssh cannot read a certificate of type %1").arg(QString::fromLatin1(certificate->type)));
    OwnedKey publicHalf(imported);
    OwnedKey copy(ssh_key_dup(key.key()));
    if (!copy || ssh_pki_copy_cert_to_privkey(imported, copy.get()) != SSH_OK)
        return object(QStringLiteral("cannot be joined with the key %1").arg(key.path()));
    return std::make_shared<const Identity>(path, std::move(copy), *certificate, std::move(publicHalf));
}

// What is beside a key that cannot sign here, for the agent that holds it.
QByteArray certificateBeside(const QString &path, const QByteArray &publicKey, QString *problem)
{
    const QString beside = path + QStringLiteral("-cert.pub");
    if (publicKey.isEmpty() || !QFileInfo::exists(beside))
        return {};
    const auto certificate = certificateFor(publicKey, path, beside, problem);
    return certificate ? certificate->blob : QByteArray();
}

bool needsAgent(ssh_key key)
{
    return ssh_key_type(key) == SSH_KEYTYPE_SK_ECDSA || ssh_key_type(key) == SSH_KEYTYPE_SK_ED25519;
}

} // namespace

void KeyFiles::addPassphrase(Secret passphrase)
{
    const std::lock_guard lock(m_mutex);
    m_passphrases.push_back(std::move(passphrase));
}

void KeyFiles::seal()
{
    const std::lock_guard lock(m_mutex);
    m_question = nullptr;
}

LoadedKey KeyFiles::load(const QString &path)
{
    const std::lock_guard lock(m_mutex);
    const auto [entry, isNew] = m_loaded.try_emplace(path);
    if (isNew)
        entry->second = read(path, false);
    return entry->second;
}

LoadedKey KeyFiles::unlock(const QString &path)
{
    const std::lock_guard lock(m_mutex);
    LoadedKey &entry = m_loaded[path];
    entry = read(path, true);
    return entry;
}

OwnedKey KeyFiles::decrypt(const KeyFile &file, const QString &path, bool mayAsk)
{
    if (!file.isEncrypted())
        return file.import(nullptr);
    for (const Secret &passphrase : m_passphrases) {
        if (OwnedKey key = file.import(&passphrase))
            return key;
    }
    for (int asked = 0; mayAsk && m_question && asked < mostQuestions; ++asked) {
        std::optional<Secret> answer = m_question(path);
        if (!answer)
            break;
        if (OwnedKey key = file.import(&*answer)) {
            m_passphrases.push_back(std::move(*answer)); // many have one passphrase for all their keys
            return key;
        }
    }
    return nullptr;
}

LoadedKey KeyFiles::read(const QString &path, bool mayAsk)
{
    using State = LoadedKey::State;
    LoadedKey result;
    try {
        const KeyFile file(path);
        result.publicKey = file.publicKey();
        if (!file.hasPrivateKey()) {
            result.state = file.exists() ? State::Public : State::Missing;
            if (!file.exists())
                result.problem = path + QStringLiteral(": no such file");
            result.agentCertificate = certificateBeside(path, result.publicKey, &result.problem);
            return result;
        }
        OwnedKey key = decrypt(file, path, mayAsk);
        if (!key) {
            result.state = file.isEncrypted() ? State::Locked : State::Refused;
            const auto locked =
                m_passphrases.empty()
                    ? QStringLiteral(": is encrypted; add it to an agent (ssh-add), or give --passphrase-file")
                    : QStringLiteral(": is encrypted, and no passphrase that was given opens it; correct it, or add the key "
                                     "to an agent (ssh-add)");
            result.problem = path + (file.isEncrypted() ? locked : QStringLiteral(": cannot be read"));
            result.agentCertificate = certificateBeside(path, result.publicKey, &result.problem);
            return result;
        }
        if (needsAgent(key.get())) {
            result.state = State::Public;
            result.problem = path + QStringLiteral(": a FIDO key can only sign through an agent, or with --transport openssh");
            result.agentCertificate = certificateBeside(path, result.publicKey, &result.problem);
            return result;
        }
        result.state = State::Ready;
        result.key = std::make_shared<const Identity>(path, std::move(key));
        result.publicKey = result.key->publicKey();
        if (const QString beside = path + QStringLiteral("-cert.pub"); QFileInfo::exists(beside))
            result.certificate = certified(*result.key, beside, &result.problem);
    } catch (const std::runtime_error &failure) {
        result.state = State::Refused;
        result.problem = QString::fromUtf8(failure.what());
    }
    return result;
}

SharedIdentity KeyFiles::certify(const QString &certificateFile, const std::vector<SharedIdentity> &keys, QString *problem)
{
    for (const SharedIdentity &key : keys) {
        if (SharedIdentity result = certified(*key, certificateFile, problem))
            return result;
    }
    if (keys.empty())
        *problem = certificateFile + QStringLiteral(": no private key for this certificate");
    return nullptr;
}

} // namespace collector
