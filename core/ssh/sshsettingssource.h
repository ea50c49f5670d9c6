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

// Given for all hosts, jump hosts too, whatever ssh_config says.
template<typename Value>
struct StandingValue
{
    Value value;
    QByteArray origin;   // for `collector explain`
    bool isFixed = true; // whatever a host's overrides say, too: on the command line. Else those come first
};

class SshSettingsSource
{
public:
    struct Standing
    {
        SshSettings base;                                                       // credentials, password, become, transport, legacy
        std::optional<StandingValue<HostKeyPolicy>> hostKeyPolicy;              // --host-keys
        std::optional<StandingValue<QString>> knownHosts;                       // --known-hosts
        std::optional<StandingValue<std::chrono::milliseconds>> connectTimeout; // --connect-timeout
        std::optional<StandingValue<QStringList>> identities;                   // --identity
    };

    SshSettingsSource(SshConfig config, Standing standing);

    // Reads the file of --known-hosts, which is not read again. Throws std::runtime_error, for a person, where it cannot be.
    void readKnownHosts() const;

    // CanonicalizeHostname: what a host may be called, of the one that is asked for or of a jump host before it.
    struct Lookup
    {
        QByteArray host;            // as it is written
        QList<QByteArray> names;    // the first that exists is the host's
        bool isOneRequired = false; // CanonicalizeFallbackLocal no
        bool isOfJumpHost = false;
    };
    using CanonicalNames = std::map<QList<QByteArray>, QByteArray>; // by Lookup::names: the first that exists, or an empty one

    // The next names to be looked up before settings() is asked, with what is known of earlier ones. Nearly always nothing.
    [[nodiscard]] std::optional<Lookup> lookup(const QByteArray &host, const SshOverrides &overrides, const CanonicalNames &known) const;

    // `host` as one would write it after `ssh`. Where `known` does not say what a host is called, it is as it is written.
    // Throws JobError, bad_variable, where the settings make no sense.
    [[nodiscard]] std::shared_ptr<const SshSettings> settings(const QByteArray &host, const SshOverrides &overrides = {},
                                                              const CanonicalNames &known = {}) const;

    // What ssh_config says of a host, and above it what was given, each value with its place.
    [[nodiscard]] SshHostConfig resolve(const QByteArray &host, const SshOverrides &overrides,
                                        const std::optional<QByteArray> &canonical = {}) const;

    [[nodiscard]] const SshConfig &config() const { return m_config; }

    // For a person, each once: values that are taken for something stricter.
    [[nodiscard]] QStringList warnings() const;

private:
    using Jumps = std::vector<std::shared_ptr<const SshSettings>>;
    // Of a jump host, from the target on.
    struct Place
    {
        const CanonicalNames &known;
        int depth = 0;              // 0: the target itself
        bool hasHopsBefore = false; // in the same ProxyJump
        QByteArray targetUser{};    // whose the password is
        QByteArray names{};         // of `known`, but the target's
    };

    [[nodiscard]] std::optional<Lookup> lookup(const QByteArray &name, const SshOverrides &overrides, const Place &place) const;
    [[nodiscard]] SshHostConfig resolve(const QByteArray &name, const SshOverrides &overrides, const Place &place) const;
    [[nodiscard]] std::shared_ptr<const SshSettings> make(const QByteArray &name, const SshOverrides &overrides, Place place) const;
    [[nodiscard]] SshOverrides withIdentities(const SshOverrides &overrides) const;
    [[nodiscard]] Jumps jumpsOf(const SshHostConfig &host, const Place &place) const;
    [[nodiscard]] std::shared_ptr<const SshSettings> jumpHost(const JumpHop &hop, const QByteArray &before, const Place &place) const;
    [[nodiscard]] HostKeyPolicy policy(const SshHostConfig &host, const SshOverrides &overrides) const;
    void fillInAlgorithms(const SshHostConfig &host, SshSettings &settings) const;
    void fillInMethods(const SshHostConfig &host, SshSettings &settings) const;
    void warn(const QString &what) const;

    const SshConfig m_config;
    const Standing m_standing;
    const SshAlgorithms m_ownAlgorithms;
    mutable KnownHostsFiles m_knownHosts;
    mutable RevokedKeyFiles m_revokedKeys;

    mutable std::mutex m_mutex;
    mutable std::map<QByteArray, std::shared_ptr<const SshSettings>> m_jumpHosts; // by the way to them, and who has the password
    mutable QStringList m_warnings;
};

} // namespace collector
