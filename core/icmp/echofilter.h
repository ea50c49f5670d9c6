// What a raw ICMP socket, which else gets a copy of every ICMP packet of the machine, is to see: echo replies with our identifier.
// Sets the kernel's type filter and a BPF program; false: errno says why not.

#pragma once

#include <cstdint>

namespace collector {

[[nodiscard]] bool filterEchoReplies4(int descriptor, uint16_t identifier);
[[nodiscard]] bool filterEchoReplies6(int descriptor, uint16_t identifier);

} // namespace collector
