// What a packet that has come through an ICMP socket says, from its bytes alone. Whether it is an answer to what we have sent is for the
// cookie in it to say (echopacket.h). Pure functions of hostile bytes; any thread.

#pragma once

#include "icmp/echopacket.h"

#include <optional>
#include <span>

namespace collector {

// How a socket gives packets, and which of them are its own.
struct EchoWire
{
    bool isV4 = true;
    bool hasIpHeader = false; // a raw IPv4 socket's
    uint16_t identifier = 0;  // network order
};

struct EchoReply
{
    EchoStamp stamp;
    uint64_t cookie = 0;
    uint8_t ttl = 0; // of the IP header; 0: there is none
};

// An echo packet of ours that could not be delivered, as far as a router gave it back.
struct ReturnedEcho
{
    EchoStamp stamp;
    uint64_t cookie = 0;
    uint16_t sequence = 0; // ICMP's own: all that every router gives back
    bool isWhole = false;  // stamp and cookie are set
};

// Nothing where it is no echo reply of that identifier and of our size.
[[nodiscard]] std::optional<EchoReply> readEchoReply(std::span<const char> bytes, const EchoWire &wire);

// Nothing where it is no echo request of that identifier. Such bytes have no IP header before them.
[[nodiscard]] std::optional<ReturnedEcho> readReturnedEcho(std::span<const char> bytes, const EchoWire &wire);

} // namespace collector
