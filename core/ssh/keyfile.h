// One private key file (OpenSSH's own form or PEM), and the public key that stands beside it or in it.
//
// Reading costs a passphrase's key derivation (129 ms with OpenSSH's 16 rounds): before the run or on the offload pool, never on a worker.

#pragma once

#include "ssh/identity.h"
#include "ssh/secret.h"

#include <QByteArray>
#include <QString>

namespace collector {

class KeyFile
{
public:
    // Reads the file; nothing is decrypted yet. Throws std::runtime_error if it is there and cannot be used: readable by others, no key,
    // larger than 64 KiB.
    explicit KeyFile(QString path);

    [[nodiscard]] bool exists() const { return !m_text.isEmpty() || !m_publicKey.isEmpty(); }
    [[nodiscard]] bool hasPrivateKey() const { return !m_text.isEmpty(); }
    [[nodiscard]] bool isEncrypted() const { return m_isEncrypted; }

    // The public key, known without a passphrase: from OpenSSH's private form, from FILE.pub, or because FILE is itself a public key.
    // With it an agent's key can be recognised. May be empty.
    [[nodiscard]] const QByteArray &publicKey() const { return m_publicKey; }

    // The private key; null if the passphrase is wrong (or, for one that needs none, the file is damaged). `passphrase` may be null.
    [[nodiscard]] OwnedKey import(const Secret *passphrase) const;

private:
    void readPrivate();

    const QString m_path;
    Secret m_text;
    bool m_isEncrypted = false;
    QByteArray m_publicKey;
};

// The blob in the first line of a public key file (`type base64 comment`); empty if there is none. Reads at most 64 KiB.
[[nodiscard]] QByteArray readPublicLine(const QString &path);

} // namespace collector
