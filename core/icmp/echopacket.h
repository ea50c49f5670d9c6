// EchoPacket: what goes over the wire, and the cookie in it.
//
// ICMP's own 16 bits of identifier and 16 of sequence tell apart neither a million hosts nor two processes, so the payload
// says which packet this is, and a keyed hash over that and the destination says that we sent it, there. An answer whose hash
// does not fit its sender is foreign, whatever else it claims: no table lookup, no misattribution, nothing to forge without
// having seen the packet itself. (zmap's module_icmp_echo.c does alike with fewer bits.)

#pragma once

#include "icmp/echoaddress.h"
#include "model/siphash.h"

#include <cstdint>

namespace collector {

// Which packet it is.
struct EchoStamp
{
    int64_t sentAt = 0;      // steady clock, ns
    uint32_t slot = 0;       // of the series, in the EchoTable
    uint32_t generation = 0; // of that slot
    uint32_t number = 0;     // of the packet in its series, from 0
};

struct EchoPacket
{
    uint8_t type = 0;
    uint8_t code = 0;
    uint16_t checksum = 0; // left to the kernel but for raw IPv4
    uint16_t identifier = 0;
    uint16_t sequence = 0;
    uint8_t cookie[8] = {};
    uint8_t sentAt[8] = {};
    uint8_t slot[4] = {};
    uint8_t generation[4] = {};
    uint8_t number[4] = {};

    void write(const EchoStamp &stamp, uint64_t cookieOfIt);
    [[nodiscard]] EchoStamp stamp() const;
    [[nodiscard]] uint64_t cookieOfIt() const;
};
static_assert(sizeof(EchoPacket) == 36 && alignof(EchoPacket) == 2);

[[nodiscard]] uint64_t echoCookie(const SipKey &key, const EchoAddress &address, const EchoStamp &stamp);

// RFC 1071.
[[nodiscard]] uint16_t internetChecksum(const EchoPacket &packet);

} // namespace collector
