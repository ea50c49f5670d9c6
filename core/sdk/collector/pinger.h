// Pinger: echo requests to the job's host. On the job's thread; the packets are sent and received on the ping thread.

#pragma once

#include "cause.h"
#include "task.h"

#include <QString>

#include <chrono>
#include <optional>

namespace collector {

struct PingRequest
{
    enum class Method { Auto, Icmp, Tcp };

    int count = 1;                            // packets in the series
    std::chrono::milliseconds interval{1000}; // between their starts
    std::chrono::milliseconds wait{1000};     // for each answer
    Method method = Method::Auto;
    quint16 tcpPort = 22; // for Tcp, and for Auto where no ICMP socket can be had
};

struct PingReply
{
    bool isTcp = false;
    int sent = 0;
    int received = 0;
    std::chrono::nanoseconds minimum{0};
    std::chrono::nanoseconds average{0};
    std::chrono::nanoseconds maximum{0};
    std::optional<int> ttl;
    Cause cause = Cause::None; // where nothing was received: no_reply, no_route, prohibited, bad_address, local_limit
    QString advice;            // of local_limit, for a person: what this machine refused, and what to do
};

class COLLECTOR_SDK Pinger
{
public:
    Pinger();
    virtual ~Pinger();
    Pinger(const Pinger &) = delete;
    Pinger &operator=(const Pinger &) = delete;

    // One series. Throws JobError only where the name cannot be resolved (dns, excluded); silence is an answer.
    virtual Task<PingReply> ping(PingRequest request) = 0;
};

} // namespace collector
