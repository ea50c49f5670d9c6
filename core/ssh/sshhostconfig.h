// SshHostConfig: everything that ssh_config, and what stands above it, says of one host. Resolved: defaults filled in, tokens replaced.
//
// A plain value made by SshConfig::resolve(); any thread.

#pragma once

#include "ssh/sshvalue.h"
#include "ssh/sshwords.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace collector {

// One setting as it was written, with where each value stands.
struct SshSetting
{
    QList<QByteArray> values;
    QList<QByteArray> origins; // "/home/ops/.ssh/config:12", "--user", …; as many as values
};

struct SshHostConfig
{
    enum class AddressFamily { Any, Inet, Inet6 };
    enum class HostKeyChecking { Ask, Yes, AcceptNew, Off };

    QByteArray originalHost; // as asked
    QByteArray hostName;     // where to connect: lower case, an address in its usual form
    quint16 port = 22;
    QByteArray user;
    QByteArray hostKeyAlias; // empty: none

    AddressFamily addressFamily = AddressFamily::Any;
    QByteArray bindAddress; // empty: any
    std::optional<std::chrono::seconds> connectTimeout;
    std::optional<std::chrono::seconds> serverAliveInterval; // nothing: off
    int serverAliveCountMax = 3;

    std::vector<JumpHop> jumps; // in the order in which they are passed; empty: none
    QByteArray proxyCommand;    // tokens replaced, for /bin/sh -c "exec …"; empty: none

    HostKeyChecking hostKeyChecking = HostKeyChecking::Ask;
    QStringList userKnownHostsFiles; // the first is where new keys go
    QStringList globalKnownHostsFiles;
    bool hashKnownHosts = false;
    QString revokedHostKeysFile; // empty: none

    QStringList identityFiles;     // empty: the defaults
    bool mayUseDefaultKeys = true; // IdentityFile none
    QStringList certificateFiles;
    bool identitiesOnly = false;
    std::optional<QString> identityAgent; // nothing: $SSH_AUTH_SOCK; empty: none is to be asked; else a socket
    bool publicKeyAuthentication = true;
    bool passwordAuthentication = true;
    bool keyboardInteractiveAuthentication = true;
    QList<QByteArray> preferredAuthentications; // empty: our order

    // As written: a list, or one that starts with + - ^ and changes the default. See withAlgorithms().
    QByteArray hostKeyAlgorithms;
    QByteArray kexAlgorithms;
    QByteArray ciphers;
    QByteArray macs;
    QByteArray publicKeyAlgorithms;
    int requiredRsaSize = 1024; // bits, as written: ssh raises its limit by it and never lowers it

    QList<std::pair<QByteArray, QByteArray>> environment; // SetEnv

    // CanonicalizeHostname: names to look up, in order; with the first that exists ask SshConfig::resolve() again. Empty: nothing to do.
    QList<QByteArray> canonicalCandidates;
    bool mayStayUncanonical = true; // where none of them exists: CanonicalizeFallbackLocal

    // Not empty: this host cannot be connected to as configured (unknown token, missing variable …). For a person, with the place.
    QString problem;

    // What was set, and where, for `collector explain`.
    std::array<SshSetting, size_t(sshSettingCount)> settings;
    [[nodiscard]] const SshSetting &setting(SshWord word) const { return settings[size_t(word)]; }
};

// `defaults` as `spec` would have it: +a,b appends, -pattern removes, ^a,b puts to the front, anything else replaces; empty keeps. Where
// `all` is given, a name with a wildcard stands for those of `all` that match it, as ssh has it for HostKeyAlgorithms and
// PubkeyAcceptedAlgorithms.
[[nodiscard]] QByteArray withAlgorithms(const QByteArray &spec, const QByteArray &defaults, const QByteArray &all = {});

} // namespace collector
