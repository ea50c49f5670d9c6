// EchoLoop: what the ping thread does, turn after turn: receive, expire, take in requests, send, deliver. Receiving comes before expiring,
// so that an answer that waits for us is never a loss; the kernel's time stamps tell when it really came. Made, turned and destroyed on one
// thread.

#pragma once

#include "icmp/connectprobes.h"
#include "icmp/echoledger.h"
#include "icmp/echomailbox.h"
#include "icmp/echosocket.h"
#include "icmp/pacer.h"

namespace collector {

class EchoDoorbell;

class EchoLoop
{
public:
    EchoLoop(double rate, std::shared_ptr<EchoDoorbell> doorbell);
    ~EchoLoop();

    void add(std::shared_ptr<EchoMailbox> mailbox, uint8_t index);
    // One turn; sleeps before it, if nothing is to be done, until something is or the doorbell rings.
    void turn();

    [[nodiscard]] const EchoCounters &counters() const { return m_ledger.counters; }

private:
    using Lane = EchoLedger::Lane;

    // A family's socket and what is known of its packets.
    struct Outlet
    {
        std::unique_ptr<EchoSocket> socket;
        int openError = 0;
        std::vector<uint32_t> slotBySequence; // of the last 65,536 packets: for routers that give back ICMP's header alone
        uint16_t sequence = 0;
        uint32_t overflowed = 0;
        int64_t pausedUntil = 0;
        int64_t pause = 0;
        bool isBlocked = false; // until the socket is writable
        bool hasAnswers = false;
        bool hasComplaints = false;
    };

    void openSockets();
    void sleep();
    void poll(int64_t timeout);
    void receive();
    bool receiveFrom(Outlet &outlet);
    bool receiveComplaints(Outlet &outlet);
    void noticeOverflow(Outlet &outlet);
    void takeOutcomes();
    void collect();
    void withdraw();
    void sendAll();
    void sendFrom(Lane lane);
    bool sendBatch(Lane lane);
    void sendFailed(Lane lane, uint32_t slot, int error);
    void sendProbes();
    void deliver();
    [[nodiscard]] int64_t nextAt() const;
    [[nodiscard]] EchoMethod methodFor(const EchoRequest &request) const;
    [[nodiscard]] Outlet &outletOf(Lane lane) { return m_outlets[size_t(lane)]; }

    const std::shared_ptr<EchoDoorbell> m_doorbell;
    const SipKey m_key;
    int64_t m_now;
    EchoLedger m_ledger;
    Pacer m_pacer;
    ConnectProbes m_probes;
    std::array<Outlet, 2> m_outlets; // by Lane
    std::array<std::shared_ptr<EchoMailbox>, EchoLedger::mailboxes> m_mailboxes;
    std::array<std::vector<uint64_t>, EchoLedger::mailboxes> m_withdrawn;
    int m_mailboxCount = 0;
    int m_firstLane = 0;                 // that sends first, the next time
    std::vector<EchoRequest> m_requests; // between two uses empty, but for their capacity
    std::vector<uint64_t> m_tokens;
    int64_t m_withdrawAt = 0;
    int64_t m_probesPausedUntil = 0;
    bool m_hasWithdrawn = false;
    bool m_socketsAreOpen = false;
    bool m_wasBusy = false;
    bool m_mayHaveMore = false; // answers are left in a socket: nothing expires yet
};

} // namespace collector
