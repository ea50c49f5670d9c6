// LoginTurn: the two places that a connection holds until it is logged in: one at its address, one among the handshakes of its worker.
//
// Neither is held for ever by a host that does not answer: after a while the address is opened for others, and the handshake's place is
// given back. On the worker's thread.

#pragma once

#include "net/deadlines.h"
#include "ssh/addressgates.h"
#include "ssh/sshworker.h"

#include <collector/task.h>

namespace collector {

class LoginTurn
{
public:
    explicit LoginTurn(SshWorker &worker) : m_worker(worker), m_addressLease(*this), m_handshakeLease(*this) {}

    Task<> waitForAddress(QByteArray place);
    Task<> waitForHandshake();

    // From here on somebody answers at the address; until then nobody there counts our connections.
    void setConnected() { m_isConnected = true; }

    // While it is we who keep it waiting, its place among the handshakes stays its own: or ever more would begin, and wait for us as well.
    void pauseHandshakeLease(bool isPaused);

    void openAddressForOthers() { m_address.openForOthers(); }
    void wasTurnedAway() { m_address.wasTurnedAway(); }
    void end();

private:
    class AddressLease : public Deadlines::Timer
    {
    public:
        explicit AddressLease(LoginTurn &turn) : m_turn(turn) {}

    private:
        void expired() override;
        LoginTurn &m_turn;
    };
    class HandshakeLease : public Deadlines::Timer
    {
    public:
        explicit HandshakeLease(LoginTurn &turn) : m_turn(turn) {}

    private:
        void expired() override { m_turn.m_handshake.release(); }
        LoginTurn &m_turn;
    };

    SshWorker &m_worker;
    AddressGates::Pass m_address;
    Gate::Pass m_handshake;
    AddressLease m_addressLease;
    HandshakeLease m_handshakeLease;
    bool m_isConnected = false;
};

} // namespace collector
