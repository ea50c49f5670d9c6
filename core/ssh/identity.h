// Identity: a private key, alone or with its certificate, ready to log in with.
//
// Immutable and shared by all sessions on all threads: libssh only reads a key when it signs (tried with sessions on several threads that
// share one). The certificate has a private key of its own: ssh_key_dup() would lose it.

#pragma once

#include "ssh/certificate.h"

#include <libssh/libssh.h>

#include <QByteArray>
#include <QString>

#include <memory>
#include <optional>

namespace collector {

struct FreeKey
{
    void operator()(ssh_key key) const { ssh_key_free(key); }
};
using OwnedKey = std::unique_ptr<std::remove_pointer_t<ssh_key>, FreeKey>;

class Identity
{
public:
    Identity(QString path, OwnedKey key);
    // `certificate` must have been attached to `key`; `publicHalf` is the same one, imported by libssh.
    Identity(QString path, OwnedKey key, Certificate certificate, OwnedKey publicHalf);

    // For ssh_userauth_publickey(); never changed, never freed by the caller.
    [[nodiscard]] ssh_key key() const { return m_key.get(); }

    // For ssh_userauth_try_publickey(), which of a private key with a certificate would send the one's type and the other's bytes: every
    // server refuses that.
    [[nodiscard]] ssh_key publicHalf() const { return m_publicHalf ? m_publicHalf.get() : m_key.get(); }

    // Of the plain key.
    [[nodiscard]] const QByteArray &publicKey() const { return m_publicKey; } // blob
    [[nodiscard]] const QByteArray &fingerprint() const { return m_fingerprint; }
    [[nodiscard]] const std::optional<Certificate> &certificate() const { return m_certificate; }
    [[nodiscard]] bool isCertificate() const { return m_certificate.has_value(); }
    [[nodiscard]] const QString &path() const { return m_path; }

private:
    const QString m_path;
    const OwnedKey m_key;
    const OwnedKey m_publicHalf; // of a certificate
    const std::optional<Certificate> m_certificate;
    const QByteArray m_publicKey;
    const QByteArray m_fingerprint;
};

using SharedIdentity = std::shared_ptr<const Identity>;

} // namespace collector
