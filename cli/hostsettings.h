// HostSettings: how each host is connected to: command line, then the host's variables, then --config, then ssh_config, then
// defaults. Made once; any thread afterwards.

#pragma once

#include "cli/inventorysource.h"
#include "cli/standingoptions.h"

#include <memory>
#include <optional>

namespace collector {

// What --ssh-config names, or the user's and the system's file. Throws UsageError with all that is wrong in them.
[[nodiscard]] std::shared_ptr<const SshConfig> readSshConfig(const RunOptions &options);

class HostSettings
{
public:
    // What all hosts share. Throws UsageError.
    HostSettings(const RunOptions &options, std::shared_ptr<const SshConfig> config, std::shared_ptr<Credentials> credentials);

    using Lookup = SshSettingsSource::Lookup;
    using CanonicalNames = SshSettingsSource::CanonicalNames;
    // `known`: what came of lookup(). Throws JobError (bad_variable).
    [[nodiscard]] std::shared_ptr<const SshSettings> settings(const InventoryHost &host, const CanonicalNames &known = {}) const;
    // CanonicalizeHostname: names to be looked up before settings() is asked; then there may be more of them. Nearly always nothing.
    [[nodiscard]] std::optional<Lookup> lookup(const InventoryHost &host, const CanonicalNames &known) const;
    // What is looked up and connected to: ansible_host, else the name.
    [[nodiscard]] QByteArray target(const InventoryHost &host) const;
    // For `collector explain`: what ssh_config makes of it, each value with its place, and where the rest is from.
    [[nodiscard]] SshHostConfig explained(const InventoryHost &host) const;
    [[nodiscard]] ConnectionPlaces places(const InventoryHost &host) const;

    // For a person, each once, as they were found so far.
    [[nodiscard]] QStringList warnings() const;

private:
    struct Common;
    struct Asked;
    [[nodiscard]] Asked asked(const InventoryHost &host, ConnectionPlaces *places = nullptr) const;
    [[nodiscard]] std::optional<Become> become(const InventoryHost &host, ConnectionPlaces *places) const;

    std::shared_ptr<Common> m_common;
};

} // namespace collector
