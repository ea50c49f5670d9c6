// What the workers and the ping thread say to one another: a request is one series of echoes to one address, a result is the
// end of it. Plain data.
//
// One page of this room. EchoService owns the ping thread; each worker has an EchoMailbox with it. On the thread an EchoLoop
// turns: it takes requests out of the mailboxes, keeps one Series each (EchoTable) on a TimingWheel, sends them in batches as the
// Pacer allows through one EchoSocket a family, or through ConnectProbes where ICMP is not to be had, and drops results into the
// mailboxes. Whose an answer is, its cookie alone decides (echopacket.h). Nothing in here blocks a worker, and memory is
// proportional to the series in flight.

#pragma once

#include "icmp/echoaddress.h"

#include <chrono>
#include <cstdint>

namespace collector {

enum class EchoMethod : uint8_t { Auto, Icmp, Tcp };

// Why a series had no answer. Only LocalLimit and NotPermitted are about us rather than the address.
enum class EchoCause : uint8_t {
    None,         // at least one packet was answered
    NoReply,      // none was, and nobody said why
    NoRoute,      // no route, or a router or the neighbour table said: unreachable
    Prohibited,   // a firewall said: prohibited
    BadAddress,   // broadcast, multicast or unspecified: cannot be pinged
    LocalLimit,   // this machine refused to send (its firewall, full tables), patiently tried
    NotPermitted, // this process may not use ICMP, which was demanded, or TCP
};

struct EchoRequest
{
    static constexpr uint16_t maxCount = 65'000;
    static constexpr std::chrono::milliseconds maxTime{3'600'000};

    uint64_t token = 0; // the worker's own; handed back with the result
    EchoAddress address;
    uint16_t count = 1;                       // packets; 1 to maxCount
    std::chrono::milliseconds interval{1000}; // from one packet to the next; to maxTime
    std::chrono::milliseconds wait{1000};     // for the answer to each packet; to maxTime
    EchoMethod method = EchoMethod::Auto;
    uint16_t tcpPort = 22;
};

struct EchoResult
{
    uint64_t token = 0;
    std::chrono::microseconds rttMin{0}, rttAvg{0}, rttMax{0}; // of the answered ones
    uint16_t sent = 0;
    uint16_t received = 0; // at most sent; duplicates and late ones are not in it
    uint8_t ttl = 0;       // of the last answer; 0: unknown
    EchoCause cause = EchoCause::None;
    EchoMethod method = EchoMethod::Icmp; // what was used
};

// What the thread has seen so far, over all series.
struct EchoCounters
{
    uint64_t sent = 0;        // packets, repeats of our own losses included
    uint64_t answered = 0;    // counted for a series
    uint64_t late = 0;        // ours, but after its wait
    uint64_t duplicate = 0;   // ours, but counted before
    uint64_t foreign = 0;     // not ours: another process's, or forged
    uint64_t unreachable = 0; // said by a router or a firewall
    uint64_t overflowed = 0;  // answers that our own receive buffer had no room for
    uint64_t repeated = 0;    // packets sent again because of that
    uint64_t refused = 0;     // times this machine would not send (ENOBUFS, EPERM): backed off, sent later
};

} // namespace collector
