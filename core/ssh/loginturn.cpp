#include "ssh/loginturn.h"

namespace collector {

namespace {

using namespace std::chrono_literals;

constexpr auto addressLease = 1s;
constexpr auto handshakeLease = 100ms; // whoever takes longer waits for the network, not for us

} // namespace

Task<> LoginTurn::waitForAddress(QByteArray place)
{
    m_address = co_await m_worker.run.addresses.enter(m_worker.reactor, std::move(place));
    m_worker.reactor.startTimer(m_addressLease, m_worker.reactor.after(addressLease));
}

Task<> LoginTurn::waitForHandshake()
{
    m_handshake = co_await m_worker.handshakes.enter(m_worker.reactor);
    m_worker.reactor.startTimer(m_handshakeLease, m_worker.reactor.after(handshakeLease));
}

void LoginTurn::pauseHandshakeLease(bool isPaused)
{
    if (m_handshake.isHeld())
        m_worker.reactor.startTimer(m_handshakeLease, isPaused ? never : m_worker.reactor.after(handshakeLease));
}

void LoginTurn::AddressLease::expired()
{
    if (m_turn.m_isConnected)
        m_turn.m_address.openForOthers();
    else
        m_turn.m_address.release();
}

void LoginTurn::end()
{
    m_worker.reactor.startTimer(m_addressLease, never);
    m_worker.reactor.startTimer(m_handshakeLease, never);
    m_address.release();
    m_handshake.release();
}

} // namespace collector
