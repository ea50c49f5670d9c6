#include "icmp/echopacket.h"

#include <cstring>

namespace collector {

void EchoPacket::write(const EchoStamp &stamp, uint64_t cookieOfIt)
{
    std::memcpy(cookie, &cookieOfIt, sizeof cookie);
    std::memcpy(sentAt, &stamp.sentAt, sizeof sentAt);
    std::memcpy(slot, &stamp.slot, sizeof slot);
    std::memcpy(generation, &stamp.generation, sizeof generation);
    std::memcpy(number, &stamp.number, sizeof number);
}

EchoStamp EchoPacket::stamp() const
{
    EchoStamp stamp;
    std::memcpy(&stamp.sentAt, sentAt, sizeof sentAt);
    std::memcpy(&stamp.slot, slot, sizeof slot);
    std::memcpy(&stamp.generation, generation, sizeof generation);
    std::memcpy(&stamp.number, number, sizeof number);
    return stamp;
}

uint64_t EchoPacket::cookieOfIt() const
{
    uint64_t value;
    std::memcpy(&value, cookie, sizeof value);
    return value;
}

uint64_t echoCookie(const SipKey &key, const EchoAddress &address, const EchoStamp &stamp)
{
    // The zone is left out: an answer's is checked against the series itself.
    std::array<uint64_t, 5> words;
    std::memcpy(words.data(), address.bytes.data(), 16);
    words[2] = uint64_t(stamp.sentAt);
    words[3] = uint64_t(stamp.generation) << 32 | stamp.slot;
    words[4] = stamp.number;
    return sipHash(key, words.data(), 4 * sizeof(uint64_t) + sizeof stamp.number); // what is no whole word costs none
}

uint16_t internetChecksum(const EchoPacket &packet)
{
    std::array<uint16_t, sizeof(EchoPacket) / 2> words;
    std::memcpy(words.data(), &packet, sizeof packet);
    uint32_t sum = 0;
    for (const uint16_t word : words)
        sum += word;
    sum = (sum >> 16) + (sum & 0xffff);
    sum += sum >> 16;
    return uint16_t(~sum);
}

} // namespace collector
