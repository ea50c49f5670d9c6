// What an error on the way to an address means for it: from an ICMP error, and from this machine's own routes. Pure functions but
// for the system calls; any thread.

#pragma once

#include "icmp/echo.h"

struct sock_extended_err;

namespace collector {

// Of an ICMP error, as the error queue gives it (ip(7), IP_RECVERR). None: it says nothing of the address.
[[nodiscard]] EchoCause unreachableCause(const sock_extended_err &error);

// Asks this machine's routing table, through an unconnected UDP socket that sends nothing. None: there is a route.
[[nodiscard]] EchoCause routeVerdict(const EchoAddress &address);

} // namespace collector
