#include "ssh/identity.h"

#include "ssh/keyblob.h"

namespace collector {

Identity::Identity(QString path, OwnedKey key)
    : m_path(std::move(path)),
      m_key(std::move(key)),
      m_publicKey(publicBlob(m_key.get())),
      m_fingerprint(collector::fingerprint(m_publicKey))
{
}

Identity::Identity(QString path, OwnedKey key, Certificate certificate, OwnedKey publicHalf)
    : m_path(std::move(path)),
      m_key(std::move(key)),
      m_publicHalf(std::move(publicHalf)),
      m_certificate(std::move(certificate)),
      m_publicKey(m_certificate->publicKey),
      m_fingerprint(collector::fingerprint(m_publicKey))
{
}

} // namespace collector
