#include "ssh/keyblob.h"

#include "ssh/wirereader.h"

#include <QCryptographicHash>

#include <bit>
#include <memory>

namespace collector {

namespace {

bool isPoint(WireReader &reader, QByteArrayView curve)
{
    const qsizetype bytes = curve == "nistp256" ? 65 : curve == "nistp384" ? 97 : curve == "nistp521" ? 133 : 0;
    const QByteArrayView name = reader.string();
    const QByteArrayView point = reader.string();
    return bytes != 0 && name == curve && point.size() == bytes && point.front() == '\x04';
}

bool areFilled(WireReader &reader, int count)
{
    bool result = true;
    while (count-- > 0)
        result = !reader.string().isEmpty() && result;
    return result;
}

} // namespace

QByteArray keyType(const QByteArray &blob)
{
    return WireReader(blob).string().toByteArray();
}

bool isWellFormedKey(const QByteArray &blob)
{
    WireReader reader(blob);
    const QByteArrayView type = reader.string();
    bool good = false;
    if (type == "ssh-ed25519")
        good = reader.string().size() == 32;
    else if (type == "sk-ssh-ed25519@openssh.com")
        good = reader.string().size() == 32 && areFilled(reader, 1);
    else if (type.startsWith("ecdsa-sha2-"))
        good = isPoint(reader, type.sliced(11));
    else if (type == "sk-ecdsa-sha2-nistp256@openssh.com")
        good = isPoint(reader, "nistp256") && areFilled(reader, 1);
    else if (type == "ssh-rsa")
        good = areFilled(reader, 2);
    else if (type == "ssh-dss")
        good = areFilled(reader, 4);
    return good && reader.isGood() && reader.isAtEnd();
}

int rsaBits(const QByteArray &blob)
{
    WireReader reader(blob);
    const QByteArrayView type = reader.string();
    if (type.startsWith("ssh-rsa-cert-"))
        (void)reader.string(); // nonce
    else if (type != "ssh-rsa")
        return 0;
    (void)reader.string(); // exponent
    QByteArrayView modulus = reader.string();
    if (!reader.isGood())
        return 0;
    while (!modulus.isEmpty() && modulus.front() == '\0')
        modulus = modulus.sliced(1);
    return modulus.isEmpty() ? 0 : int(modulus.size()) * 8 - std::countl_zero(static_cast<unsigned char>(modulus.front()));
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
