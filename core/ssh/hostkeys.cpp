#include "ssh/hostkeys.h"

#include "ssh/keyblob.h"
#include "ssh/namelist.h"
#include "ssh/wirereader.h"

#include <algorithm>

namespace collector {

namespace {

QByteArrayView typeOfAlgorithm(QByteArrayView algorithm)
{
    return algorithm.startsWith("rsa-sha2-") ? QByteArrayView("ssh-rsa") : algorithm;
}

} // namespace

QByteArray KnownKey::type() const
{
    return keyType(blob);
}

QString KnownKey::place() const
{
    return file + u':' + QString::number(line);
}

bool HostKeys::hasCertAuthority() const
{
    return std::any_of(m_keys.begin(), m_keys.end(),
                       [](const KnownKey &key) { return key.marker == KnownKey::Marker::CertAuthority && !key.isWithoutPort; });
}

HostKeyVerdict HostKeys::classify(const QByteArray &blob) const
{
    using Kind = HostKeyVerdict::Kind;
    HostKeyVerdict verdict;
    const QByteArray type = keyType(blob);
    for (const KnownKey &key : m_keys) {
        const bool isSame = key.blob == blob;
        if (key.marker == KnownKey::Marker::Revoked) {
            if (isSame)
                return {Kind::Revoked, key};
            continue;
        }
        if (key.marker != KnownKey::Marker::None || verdict.kind == Kind::Match)
            continue;
        if (isSame)
            verdict = {Kind::Match, key};
        else if (key.isWithoutPort || verdict.kind == Kind::Changed)
            continue;
        else if (key.type() == type)
            verdict = {Kind::Changed, key};
        else if (verdict.kind == Kind::Unknown)
            verdict = {Kind::OtherType, key};
    }
    return verdict;
}

QByteArray HostKeys::preferredAlgorithms(const QByteArray &allowed) const
{
    const auto isKnown = [this](QByteArrayView algorithm) {
        return std::any_of(m_keys.begin(), m_keys.end(), [type = typeOfAlgorithm(algorithm)](const KnownKey &key) {
            return key.marker == KnownKey::Marker::None && WireReader(key.blob).string() == type;
        });
    };
    QByteArray known, others;
    known.reserve(allowed.size() + 1);
    for (const QByteArrayView algorithm : NameList(allowed))
        (isKnown(algorithm) ? known : others).append(algorithm).append(',');
    known += others;
    known.chop(1);
    return known;
}

} // namespace collector
