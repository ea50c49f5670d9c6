// The words of ssh_config(5) as of OpenSSH 9.2 to 10, and what becomes of each here.
//
// A constant table; any thread.

#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace collector {

enum class SshWord : quint8 {
    AddressFamily,
    BindAddress,
    CanonicalDomains,
    CanonicalizeFallbackLocal,
    CanonicalizeHostname,
    CanonicalizeMaxDots,
    CertificateFile,
    Ciphers,
    ConnectTimeout,
    GlobalKnownHostsFile,
    HashKnownHosts,
    HostKeyAlgorithms,
    HostKeyAlias,
    HostName,
    IdentitiesOnly,
    IdentityAgent,
    IdentityFile,
    KbdInteractiveAuthentication,
    KexAlgorithms,
    Macs,
    PasswordAuthentication,
    Port,
    PreferredAuthentications,
    ProxyCommand,
    ProxyJump,
    PubkeyAcceptedAlgorithms,
    PubkeyAuthentication,
    RequiredRsaSize,
    RevokedHostKeys,
    ServerAliveCountMax,
    ServerAliveInterval,
    SetEnv,
    StrictHostKeyChecking,
    User,
    UserKnownHostsFile,

    // From here on none has a value in a host's settings.
    Host,
    Match,
    Include,
    IgnoreUnknown,
    Silent,      // means nothing to a collector, or is in every distribution's ssh_config: no word about it
    Unsupported, // ssh knows it, we do not: named once
    Unknown,
};

inline constexpr int sshSettingCount = int(SshWord::Host);

// `word` in any case. Aliases (ChallengeResponseAuthentication …) give the word that they stand for.
[[nodiscard]] SshWord sshWord(QByteArrayView word);

// "IdentityFile" as in the manual.
[[nodiscard]] QByteArray sshWordName(SshWord word);

} // namespace collector
