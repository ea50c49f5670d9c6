// HostSettings: how each host is connected to: command line, then the host's variables, then --config, then ssh_config, then
// defaults. Made once; any thread afterwards.

#pragma once

#include "cli/inventorysource.h"
#include "cli/runoptions.h"
#include "ssh/credentials.h"
#include "ssh/knownhosts.h"
#include "ssh/sshsettings.h"

#include <memory>
#include <mutex>

namespace collector {

class HostSettings
{
public:
    // What all hosts share. Throws UsageError.
    HostSettings(const RunOptions &options, std::shared_ptr<Credentials> credentials);

    // Throws JobError (bad_variable).
    [[nodiscard]] std::shared_ptr<const SshSettings> settings(const InventoryHost &host) const;
    // What is looked up and connected to: ansible_host, else the name.
    [[nodiscard]] QByteArray target(const InventoryHost &host) const;

private:
    struct Common;
    std::shared_ptr<const Common> m_common;
};

} // namespace collector
