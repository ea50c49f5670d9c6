// What a job would send to a host: its plugin is run up to the first thing that it asks of the host, and no further. Main thread.

#pragma once

#include "cli/inventorysource.h"
#include "cli/selectedplugins.h"
#include "ssh/sshsettings.h"

namespace collector {

// For a person: the command line of each job, and byte for byte what it gets on its standard input. Passwords are `***`, marks that are
// made anew for each command have names. Contacts nothing.
[[nodiscard]] QByteArray plannedCommands(const SelectedPlugins &selected, const InventoryHost &host, const SshSettings &settings);

} // namespace collector
