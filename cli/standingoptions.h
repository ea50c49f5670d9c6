// StandingOptions: what command line and configuration say of the connections to all hosts, and which of it stands above the inventory: the
// command line's. Of each option the command line's word counts, where it has one. Made on the main thread, constant afterwards.

#pragma once

#include "cli/runoptions.h"
#include "ssh/credentials.h"
#include "ssh/sshsettingssource.h"

namespace collector {

// What is no word of ssh_config.
struct ConnectionPlaces
{
    SettingPlace transport;
    SettingPlace password;
    SettingPlace become;
    SettingPlace becomeUser;
    SettingPlace becomeMethod;
    SettingPlace becomePassword;
};

struct StandingOptions
{
    // Throws UsageError.
    StandingOptions(const RunOptions &options, std::shared_ptr<Credentials> credentials);

    SshSettingsSource::Standing standing;
    SshOverrides ofLine;   // above the inventory
    SshOverrides ofConfig; // below it
    ConnectionPlaces places;
    bool isSshConfigFixed = false; // a host's -F does not count
};

} // namespace collector
