#include "ssh/addressgates.h"

#include <string>
#include <utility>

namespace collector {

Task<AddressGates::Pass> AddressGates::enter(Reactor &reactor, QByteArray place)
{
    Places::value_type *entry = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        entry = &*m_places.try_emplace(place.toStdString()).first;
        ++entry->second.users;
    }
    Pass pass(*this, *entry); // counted as a user also while it waits
    pass.m_pass = co_await entry->second.gate.enter(reactor);
    co_return pass;
}

bool AddressGates::wasRefused(const QByteArray &login) const
{
    const std::lock_guard lock(m_mutex);
    return m_refused.contains(qHash(login));
}

void AddressGates::setRefused(const QByteArray &login)
{
    const std::lock_guard lock(m_mutex);
    m_refused.insert(qHash(login));
}

AddressGates::Pass::Pass(AddressGates &gates, Places::value_type &place) : m_gates(&gates), m_place(&place) {}

AddressGates::Pass::Pass(Pass &&other) noexcept
    : m_gates(std::exchange(other.m_gates, nullptr)),
      m_place(std::exchange(other.m_place, nullptr)),
      m_pass(std::move(other.m_pass))
{
}

AddressGates::Pass &AddressGates::Pass::operator=(Pass &&other) noexcept
{
    release();
    m_gates = std::exchange(other.m_gates, nullptr);
    m_place = std::exchange(other.m_place, nullptr);
    m_pass = std::move(other.m_pass);
    return *this;
}

void AddressGates::Pass::openForOthers()
{
    if (m_gates)
        m_place->second.gate.setSlots(m_gates->m_slots);
}

void AddressGates::Pass::release()
{
    if (!m_gates)
        return;
    m_pass.release(); // the gate lives while this is one of its users
    AddressGates &gates = *std::exchange(m_gates, nullptr);
    const std::lock_guard lock(gates.m_mutex);
    if (--m_place->second.users == 0)
        gates.m_places.erase(m_place->first);
}

} // namespace collector
