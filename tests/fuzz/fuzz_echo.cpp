// Packets that come through an ICMP socket, and what a ledger makes of them. Some series are in flight; each piece of the input is a reply
// or a packet given back, some with a cookie that is good. Nothing counts but what was sent, once, and every series ends.

#include "icmp/echoanswer.h"
#include "icmp/echoledger.h"

#include "require.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace collector;
using namespace std::chrono_literals;

namespace {

constexpr int64_t begin = 1'000'000'000;
constexpr SipKey key{};
constexpr auto lane = EchoLedger::Lane::Icmp4;
constexpr int series = 3;
constexpr size_t piece = 60;

// A ledger whose series have sent all they have, and what that was.
struct InFlight
{
    InFlight() : ledger(begin)
    {
        for (int i = 0; i < series; ++i) {
            EchoRequest request;
            request.token = uint64_t(i);
            request.address = EchoAddress::fromV4(0x0a000001u + uint32_t(i));
            request.count = i == 2 ? 70 : 2; // one that is kept as a long one
            request.interval = 1ms;
            request.wait = 1s;
            ledger.begin(request, 0, EchoMethod::Icmp);
        }
        for (int64_t now = begin; now < begin + 1'000'000'000; now += 2'000'000) {
            ledger.expire(now);
            while (ledger.hasReady(lane)) {
                const uint32_t slot = ledger.takeReady(lane);
                sent.push_back({ledger.nextStamp(slot, now), ledger.series(slot).address});
                ledger.sent(slot, now);
            }
        }
    }

    struct Packet
    {
        EchoStamp stamp;
        EchoAddress to;
    };
    EchoLedger ledger;
    std::vector<Packet> sent;
};

// Writes what was really sent into the packet at `at`, where there is room.
void makeGood(std::vector<char> &bytes, size_t at, const InFlight::Packet &real)
{
    if (bytes.size() < at + sizeof(EchoPacket))
        return;
    EchoPacket packet;
    std::memcpy(&packet, bytes.data() + at, sizeof packet);
    packet.write(real.stamp, echoCookie(key, real.to, real.stamp));
    std::memcpy(bytes.data() + at, &packet, sizeof packet);
}

void takeReply(InFlight &world, const std::vector<char> &bytes, const EchoWire &wire, const EchoAddress &from)
{
    const auto reply = readEchoReply(bytes, wire);
    if (!reply)
        return;
    require(bytes.size() >= sizeof(EchoPacket));
    if (echoCookie(key, from, reply->stamp) == reply->cookie)
        world.ledger.answered(reply->stamp, from, 1ms, reply->ttl);
}

void takeReturned(InFlight &world, const std::vector<char> &bytes, const EchoWire &wire, const EchoAddress &to)
{
    const auto echo = readReturnedEcho(bytes, wire);
    if (!echo)
        return;
    require(echo->isWhole == (bytes.size() >= sizeof(EchoPacket)));
    if (!echo->isWhole)
        world.ledger.complainedOfLatest(echo->sequence, to, EchoCause::NoRoute);
    else if (echoCookie(key, to, echo->stamp) == echo->cookie)
        world.ledger.complained(echo->stamp, EchoCause::Prohibited);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    InFlight world;
    while (size >= 4) {
        const uint8_t how = data[0], which = data[1];
        const size_t length = std::min(size - 4, size_t(data[2]) % (2 * piece));
        EchoWire wire{(how & 1) != 0, (how & 3) == 3, 0x0201};
        std::vector<char> bytes(data + 4, data + 4 + length);
        const InFlight::Packet &real = world.sent[which % world.sent.size()];
        if (how & 4)
            makeGood(bytes, wire.hasIpHeader && !(how & 8) ? 20 : 0, real);
        const EchoAddress whom = how & 16 ? EchoAddress::fromV4(data[3]) : real.to;
        if (how & 8)
            takeReturned(world, bytes, wire, whom);
        else
            takeReply(world, bytes, wire, whom);
        data += 4 + length;
        size -= 4 + length;
    }
    for (int64_t now = begin; now < begin + 60'000'000'000; now += 500'000'000)
        world.ledger.expire(now);
    const auto &results = world.ledger.results(0);
    require(results.size() == size_t(series) && world.ledger.inFlight() == 0);
    uint64_t received = 0;
    for (const EchoResult &result : results) {
        require(result.received <= result.sent && (result.received > 0) == (result.cause == EchoCause::None));
        received += result.received;
    }
    require(received == world.ledger.counters.answered && received <= world.sent.size());
    return 0;
}
