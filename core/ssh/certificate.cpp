#include "ssh/certificate.h"

#include "ssh/keyblob.h"
#include "ssh/wirereader.h"

#include <limits>

namespace collector {

namespace {

constexpr QByteArrayView suffix = "-cert-v01@openssh.com";

// How many strings of public key follow the nonce.
int publicFields(QByteArrayView plainType)
{
    if (plainType == "ssh-ed25519")
        return 1;
    if (plainType == "ssh-rsa" || plainType == "sk-ssh-ed25519@openssh.com" || plainType.startsWith("ecdsa-sha2-nistp"))
        return 2;
    if (plainType == "sk-ecdsa-sha2-nistp256@openssh.com")
        return 3;
    if (plainType == "ssh-dss")
        return 4;
    return 0;
}

QByteArray plainTypeOf(const QByteArray &type)
{
    if (!type.endsWith(suffix))
        return {};
    const QByteArray plain = type.chopped(suffix.size());
    return plain.startsWith("sk-") ? plain + "@openssh.com" : plain;
}

QString asDate(quint64 seconds)
{
    return QDateTime::fromSecsSinceEpoch(qint64(std::min<quint64>(seconds, 253402300799)), Qt::UTC).toString(Qt::ISODate);
}

} // namespace

std::optional<Certificate> Certificate::fromBlob(const QByteArray &blob)
{
    WireReader reader(blob);
    Certificate result;
    result.blob = blob;
    result.type = reader.string().toByteArray();
    const QByteArray plainType = plainTypeOf(result.type);
    const int fields = publicFields(plainType);
    if (fields == 0)
        return {};
    (void)reader.string(); // nonce
    result.publicKey = WireReader::asString(plainType);
    for (int i = 0; i < fields; ++i)
        result.publicKey += WireReader::asString(reader.string());
    result.serial = reader.uint64();
    result.isForUsers = reader.uint32() == 1;
    result.keyId = reader.string().toByteArray();
    WireReader principals(reader.string());
    while (principals.isGood() && !principals.isAtEnd())
        result.principals.push_back(principals.string().toByteArray());
    result.validAfter = reader.uint64();
    result.validBefore = reader.uint64();
    for (int i = 0; i < 5; ++i) // critical options, extensions, reserved, signature key, signature
        (void)reader.string();
    if (!reader.isGood() || !principals.isGood() || !reader.isAtEnd() || !isWellFormedKey(result.publicKey))
        return {};
    return result;
}

std::optional<Certificate> Certificate::fromLine(const QByteArray &line)
{
    const QList<QByteArray> words = line.simplified().split(' ');
    if (words.size() < 2)
        return {};
    auto result = fromBlob(QByteArray::fromBase64(words[1]));
    return result && result->type == words[0] ? result : std::nullopt;
}

QString Certificate::objection(const QDateTime &now) const
{
    const auto seconds = quint64(std::max<qint64>(now.toSecsSinceEpoch(), 0));
    if (!isForUsers)
        return QStringLiteral("is a host's certificate, not a user's");
    if (seconds < validAfter)
        return QStringLiteral("is not valid before %1").arg(asDate(validAfter));
    if (seconds >= validBefore)
        return QStringLiteral("expired at %1; have it signed again").arg(asDate(validBefore));
    return {};
}

} // namespace collector
