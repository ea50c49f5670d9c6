#include "ssh/keyblob.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <memory>
#include <optional>

namespace collector {

namespace {

// Takes one length-prefixed string from the front.
std::optional<QByteArrayView> takeString(QByteArrayView &rest)
{
    if (rest.size() < 4)
        return {};
    const quint32 size = qFromBigEndian<quint32>(rest.data());
    if (size > quint32(rest.size() - 4))
        return {};
    const QByteArrayView value = rest.sliced(4, size);
    rest = rest.sliced(4 + qsizetype(size));
    return value;
}

bool skipStrings(QByteArrayView &rest, int count)
{
    while (count-- > 0) {
        const auto field = takeString(rest);
        if (!field || field->isEmpty())
            return false;
    }
    return true;
}

bool isPoint(QByteArrayView &rest, QByteArrayView curve)
{
    const qsizetype bytes = curve == "nistp256" ? 65 : curve == "nistp384" ? 97 : curve == "nistp521" ? 133 : 0;
    const auto name = takeString(rest);
    const auto point = takeString(rest);
    return bytes != 0 && name == curve && point && point->size() == bytes && point->front() == '\x04';
}

} // namespace

QByteArray keyType(const QByteArray &blob)
{
    QByteArrayView rest(blob);
    const auto type = takeString(rest);
    return type ? type->toByteArray() : QByteArray();
}

bool isWellFormedKey(const QByteArray &blob)
{
    QByteArrayView rest(blob);
    const auto type = takeString(rest);
    if (!type)
        return false;
    bool good = false;
    if (*type == "ssh-ed25519" || *type == "sk-ssh-ed25519@openssh.com") {
        const auto point = takeString(rest);
        good = point && point->size() == 32 && (type->startsWith("ssh-") || skipStrings(rest, 1));
    } else if (type->startsWith("ecdsa-sha2-")) {
        good = isPoint(rest, type->sliced(11));
    } else if (*type == "sk-ecdsa-sha2-nistp256@openssh.com") {
        good = isPoint(rest, "nistp256") && skipStrings(rest, 1);
    } else if (*type == "ssh-rsa") {
        good = skipStrings(rest, 2);
    } else if (*type == "ssh-dss") {
        good = skipStrings(rest, 4);
    }
    return good && rest.isEmpty();
}

QByteArray fingerprint(const QByteArray &blob)
{
    return "SHA256:" + QCryptographicHash::hash(blob, QCryptographicHash::Sha256).toBase64(QByteArray::OmitTrailingEquals);
}

QByteArray publicBlob(ssh_key key)
{
    char *text = nullptr;
    if (ssh_pki_export_pubkey_base64(key, &text) != SSH_OK)
        return {};
    const std::unique_ptr<char, void (*)(char *)> owner(text, [](char *s) { ssh_string_free_char(s); });
    return QByteArray::fromBase64(text);
}

} // namespace collector
