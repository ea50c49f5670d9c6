// Which jump hosts lie before a host, as a key: chains with the same one are the same way, and share sessions, turns and losses.
//
// Names do not say it: two jump hosts may have one HostName and port, and be told apart by their ProxyCommand, or by the name under which
// their key is known. Pure functions; any thread.

#pragma once

#include "ssh/sshsettings.h"

#include <QByteArray>

namespace collector {

// All that decides where each hop's connection goes, whom it must find there and who logs in. Not to be shown. Empty: no jump hosts.
[[nodiscard]] QByteArray chainKey(const SshSettings &target);

// For a person: "ops@gate.example.com:22".
[[nodiscard]] QByteArray jumpName(const SshSettings &jump);

} // namespace collector
