// SshSettingsSource: where SshSettings come from. Joins what was asked for a host (command line, inventory), ssh_config, known_hosts and
// what holds for all hosts; resolves jump hosts likewise, each from ssh_config under its own name, once for all targets.
//
// Made on the main thread; afterwards settings() may be called from any thread. It reads a file only where known_hosts files differ from
// host to host (UserKnownHostsFile with tokens).

#pragma once

#include "ssh/knownhosts.h"
#include "ssh/sshconfig.h"
#include "ssh/sshsettings.h"

#include <QStringList>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace collector {

class SshSettingsSource
{
public:
    // What holds for all hosts, whatever ssh_config says.
    struct Standing
    {
        SshSettings base;                           // credentials, password, become, transport, timeouts, legacy
        std::optional<HostKeyPolicy> hostKeyPolicy; // --host-keys
        std::optional<QString> knownHosts;          // --known-hosts
        bool isConnectTimeoutFixed = false;         // --connect-timeout
        SshOverrides ofJumps;                       // --identity, which holds for jump hosts too
    };

    SshSettingsSource(SshConfig config, Standing standing);

    // Reads the file of --known-hosts, which is not read again. Throws std::runtime_error, for a person, where it cannot be.
    void readKnownHosts() const;

    // `host` as one would write it after `ssh`. Throws JobError, bad_variable, where the settings make no sense.
    [[nodiscard]] std::shared_ptr<const SshSettings> settings(const QByteArray &host, const SshOverrides &overrides = {}) const;

    // After CanonicalizeHostname's names (SshHostConfig::canonicalCandidates) were looked up: with the first that exists, or an empty one.
    [[nodiscard]] std::shared_ptr<const SshSettings> settings(const QByteArray &host, const SshOverrides &overrides,
                                                              const QByteArray &canonical) const;

    // For `collector explain`.
    [[nodiscard]] const SshConfig &config() const { return m_config; }

    // For a person, each once: values that are taken for something stricter.
    [[nodiscard]] QStringList warnings() const;

private:
    using Jumps = std::vector<std::shared_ptr<const SshSettings>>;

    [[nodiscard]] std::shared_ptr<const SshSettings> make(const SshHostConfig &host, const SshOverrides &overrides, int depth) const;
    [[nodiscard]] Jumps jumpsOf(const SshHostConfig &host, int depth) const;
    [[nodiscard]] std::shared_ptr<const SshSettings> jumpHost(const JumpHop &hop, const QByteArray &before, int depth) const;
    [[nodiscard]] HostKeyPolicy policy(const SshHostConfig &host) const;
    void fillInAlgorithms(const SshHostConfig &host, SshSettings &settings) const;
    void fillInMethods(const SshHostConfig &host, SshSettings &settings) const;
    void warn(const QString &what) const;

    const SshConfig m_config;
    const Standing m_standing;
    const SshAlgorithms m_ownAlgorithms;
    mutable KnownHostsFiles m_knownHosts;

    mutable std::mutex m_mutex;
    mutable std::map<QByteArray, std::shared_ptr<const SshSettings>> m_jumpHosts; // by the way to them
    mutable QStringList m_warnings;
};

} // namespace collector
