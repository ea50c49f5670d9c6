#include "ssh/identity.h"

#include "ssh/keyblob.h"

namespace collector {

Identity::Identity(QString path, OwnedKey key, std::optional<Certificate> certificate)
    : m_path(std::move(path)),
      m_key(std::move(key)),
      m_certificate(std::move(certificate)),
      m_publicKey(m_certificate ? m_certificate->publicKey : publicBlob(m_key.get()))
{
}

QByteArray Identity::fingerprint() const
{
    return collector::fingerprint(m_publicKey);
}

} // namespace collector
