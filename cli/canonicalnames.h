// How a host is connected to, once CanonicalizeHostname of ssh_config was heeded: a host and its jump hosts may have several names, and
// which of them exist has to be looked up. On a worker's thread.

#pragma once

#include "cli/hostsettings.h"
#include "ssh/sshworker.h"

#include <collector/task.h>

#include <memory>

namespace collector {

// Asks a name server only where there is more than one name to choose from. Throws JobError: bad_variable; dns, jump_failed, where a name
// must exist (CanonicalizeFallbackLocal no) and none does.
[[nodiscard]] Task<std::shared_ptr<const SshSettings>> lookedUpSettings(SshWorker &worker, const HostSettings &settings,
                                                                        const InventoryHost &host);

} // namespace collector
