// `explain --connect`: one connection to a host, up to the login, and how long each step of it took. Main thread, with an event loop of its
// own.

#pragma once

#include "cli/hosttransports.h"

#include <QByteArray>

#include <chrono>

namespace collector {

// For a person. No command is run, but `exit 0` where ssh(1) makes the connection; a new host key is not written down.
[[nodiscard]] QByteArray connectTimeline(HostTransports &transports, const HostSettings &settings, const InventoryHost &host,
                                         std::chrono::milliseconds timeout);

} // namespace collector
