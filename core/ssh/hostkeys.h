// What known_hosts says of one host, and the verdict on a key that it shows.
//
// A plain value, made by KnownHosts::lookup(); any thread.

#pragma once

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

namespace collector {

struct KnownKey
{
    enum class Marker { None, CertAuthority, Revoked };

    QByteArray blob;
    Marker marker = Marker::None;
    bool isWithoutPort = false; // from a line for the bare name, asked for a port other than 22: good enough to match, no more
    QString file;
    int line = 0;

    [[nodiscard]] QByteArray type() const;
    [[nodiscard]] QString place() const; // "/home/ops/.ssh/known_hosts:12"
};

struct HostKeyVerdict
{
    enum class Kind {
        Match,     // this key is known for this host
        Unknown,   // nothing is known: what accept-new is for
        Changed,   // another key of the same type is known: `known` tells which and where
        OtherType, // only keys of other types are known: as suspect as a changed one, never to be accepted as new
        Revoked,   // marked @revoked: `known` tells where
    };

    Kind kind = Kind::Unknown;
    std::optional<KnownKey> known;
};

class HostKeys
{
public:
    explicit HostKeys(std::vector<KnownKey> keys) : m_keys(std::move(keys)) {}

    [[nodiscard]] const std::vector<KnownKey> &keys() const { return m_keys; }

    // A @cert-authority line matches: the host is expected to show a certificate, which libssh 0.10 cannot verify.
    [[nodiscard]] bool hasCertAuthority() const;

    // `blob` is the key that the host has proven to own.
    [[nodiscard]] HostKeyVerdict classify(const QByteArray &blob) const;

    // For SSH_OPTIONS_HOSTKEYS: `allowed` with the algorithms of known keys moved to the front, so that a host with many keys shows one
    // that we can check. (OpenSSH does not reorder where HostKeyAlgorithms names a whole list; then do not call this.)
    [[nodiscard]] QByteArray preferredAlgorithms(const QByteArray &allowed) const;

private:
    std::vector<KnownKey> m_keys;
};

} // namespace collector
