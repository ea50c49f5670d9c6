#include "ssh/algorithms.h"

#include <collector/joberror.h>

#include <libssh/libssh.h>

#include <QList>
#include <QVersionNumber>

namespace collector {

namespace {

// No group18: one call of libssh takes 174 ms in it.
constexpr auto kex = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
                     "diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,diffie-hellman-group-exchange-sha256";
constexpr auto hostKeys = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256";
constexpr auto ciphers = "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr";
constexpr auto soundGcm = ",aes128-gcm@openssh.com,aes256-gcm@openssh.com";
constexpr auto macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";
constexpr auto publicKeys = "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,"
                            "ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,"
                            "rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,"
                            "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,"
                            "sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com";

constexpr auto legacyKex = ",diffie-hellman-group18-sha512,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,"
                           "diffie-hellman-group1-sha1";
constexpr auto legacyHostKeys = ",ssh-rsa";
constexpr auto legacyCiphers = ",aes256-cbc,aes192-cbc,aes128-cbc,3des-cbc";
constexpr auto legacyMacs = ",hmac-sha1-etm@openssh.com,hmac-sha1";
constexpr auto legacyPublicKeys = ",ssh-rsa";

bool isGcmSoundHere()
{
    static const bool isSound = isGcmSound(ssh_version(0));
    return isSound;
}

QByteArray withoutGcm(const QByteArray &list)
{
    QList<QByteArray> kept = list.split(',');
    kept.removeIf([](const QByteArray &name) { return name.contains("gcm"); });
    return kept.join(',');
}

SshAlgorithms own(bool legacy)
{
    SshAlgorithms lists{kex, hostKeys, ciphers, macs, publicKeys};
    if (isGcmSoundHere())
        lists.ciphers += soundGcm;
    if (legacy) {
        lists.kex += legacyKex;
        lists.hostKeys += legacyHostKeys;
        lists.ciphers += legacyCiphers;
        lists.macs += legacyMacs;
        lists.publicKeys += legacyPublicKeys;
    }
    return lists;
}

} // namespace

bool isGcmSound(QByteArrayView version)
{
    const auto number = QVersionNumber::fromString(QLatin1StringView(version.first(qMax(version.indexOf('/'), 0))));
    const auto since = [&number](int minor, int micro) { return number >= QVersionNumber(0, minor, micro); };
    return since(12, 1) || (since(11, 5) && !since(12, 0));
}

SshAlgorithms proposedAlgorithms(const SshAlgorithms &wanted, bool legacy)
{
    static const SshAlgorithms modern = own(false);
    static const SshAlgorithms old = own(true);
    SshAlgorithms lists = legacy ? old : modern;
    const auto prefer = [](QByteArray &list, const QByteArray &other) {
        if (other.startsWith('-'))
            throw JobError(Cause::BadVariable, QStringLiteral("%1 leaves none of the algorithms that there are here; name one that may be "
                                                              "used, or use --transport openssh")
                                                   .arg(printable(other, 300)));
        if (!other.isEmpty())
            list = other;
    };
    prefer(lists.kex, wanted.kex);
    prefer(lists.hostKeys, wanted.hostKeys);
    prefer(lists.ciphers, wanted.ciphers);
    prefer(lists.macs, wanted.macs);
    prefer(lists.publicKeys, wanted.publicKeys);
    if (!wanted.ciphers.isEmpty() && !isGcmSoundHere())
        lists.ciphers = withoutGcm(lists.ciphers);
    if (lists.ciphers.isEmpty())
        throw JobError(Cause::BadVariable,
                       QStringLiteral("Ciphers %1: this libssh may not check what AES-GCM protects (CVE-2026-59847), and "
                                      "is not trusted with it; name another cipher beside it, or use --transport openssh")
                           .arg(printable(wanted.ciphers, 300)));
    return lists;
}

} // namespace collector
