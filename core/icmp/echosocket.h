// EchoSocket: the one ICMP socket of a family, and the batches that go through it. Non-blocking; for the ping thread.
//
// A datagram socket where net.ipv4.ping_group_range lets us, else a raw one (CAP_NET_RAW) with filters that leave only our identifier.
// The kernel overwrites the identifier of a datagram socket with its own; the rest is alike. What routers and firewalls answer comes
// through the error queue (IP_RECVERR) in both cases. A price of that: a pending error of one address is also returned by the next
// send to another, so what send() reports says nothing of an address (routeverdict.h does).

#pragma once

#include "icmp/echoanswer.h"

#include <memory>
#include <span>

namespace collector {

enum class EchoCause : uint8_t;

class EchoSocket
{
public:
    enum class Family : uint8_t { V4, V6 };
    enum class Kind : uint8_t { Datagram, Raw };
    static constexpr int batch = 64;

    // An answer, as it came: whether it is ours is for the cookie to say.
    struct Answer
    {
        EchoAddress from;
        int64_t arrivedAt = 0; // CLOCK_REALTIME, ns: when the kernel had it; 0: unknown
        EchoReply reply;
        bool isWhole = false; // an echo reply of our identifier and size; else nothing but `from` is set
    };

    // Somebody on the way, or the kernel, says that a packet does not arrive.
    struct Complaint
    {
        EchoAddress to;
        ReturnedEcho echo;
        EchoCause cause{};
    };

    struct Complaints
    {
        std::span<const Complaint> ours;
        int all = 0; // other programs' included
    };

    struct Sent
    {
        int packets = 0; // from the start of the batch
        int error = 0;   // errno of the first that was not sent; 0: all were
    };

    // Null, and the errno of what was refused, where this process may have neither kind.
    [[nodiscard]] static std::unique_ptr<EchoSocket> open(Family family, int *error);
    ~EchoSocket();
    EchoSocket(const EchoSocket &) = delete;
    EchoSocket &operator=(const EchoSocket &) = delete;

    [[nodiscard]] Kind kind() const { return m_kind; }
    [[nodiscard]] int descriptor() const { return m_descriptor; }

    // Puts a packet into place `index` of the next batch.
    void stage(int index, const EchoAddress &to, const EchoStamp &stamp, uint64_t cookie, uint16_t sequence);
    Sent send(int packets);

    // What has come, at most a batch; valid until the next call. A full batch: there may be more.
    [[nodiscard]] std::span<const Answer> receive();
    [[nodiscard]] Complaints receiveComplaints();

    // Answers that found no room in our receive buffer so far (the kernel's count, modulo 2^32).
    [[nodiscard]] uint32_t overflowed() const;

private:
    struct Buffers;

    EchoSocket(int descriptor, Family family, Kind kind);
    [[nodiscard]] bool configure();
    [[nodiscard]] bool setFilter();
    int receiveBatch(int flags);
    [[nodiscard]] EchoWire wire() const { return {m_family == Family::V4, m_family == Family::V4 && m_kind == Kind::Raw, m_identifier}; }

    const int m_descriptor;
    const Family m_family;
    const Kind m_kind;
    uint16_t m_identifier = 0; // network order
    std::unique_ptr<Buffers> m_buffers;
};

} // namespace collector
