#include "ssh/addressgates.h"

#include <algorithm>
#include <string>
#include <utility>

namespace collector {

Task<AddressGates::Pass> AddressGates::enter(Reactor &reactor, QByteArray place)
{
    Places::value_type *entry = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        entry = &*m_places.try_emplace(place.toStdString()).first;
        if (entry->second.most == 0)
            entry->second.most = m_slots;
        ++entry->second.users;
    }
    Pass pass(*this, *entry); // counted as a user also while it waits
    pass.m_pass = co_await entry->second.gate.enter(reactor);
    const std::lock_guard lock(m_mutex);
    pass.m_most = entry->second.most;
    co_return pass;
}

std::optional<QString> AddressGates::wasRefused(const QByteArray &login) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_refused.find(qHash(login));
    return found == m_refused.end() ? std::nullopt : std::optional(found->second);
}

void AddressGates::setRefused(const QByteArray &login, const QString &why)
{
    const std::lock_guard lock(m_mutex);
    m_refused.try_emplace(qHash(login), why);
}

AddressGates::Pass::Pass(AddressGates &gates, Places::value_type &place) : m_gates(&gates), m_place(&place) {}

AddressGates::Pass::Pass(Pass &&other) noexcept
    : m_gates(std::exchange(other.m_gates, nullptr)),
      m_place(std::exchange(other.m_place, nullptr)),
      m_pass(std::move(other.m_pass)),
      m_most(other.m_most)
{
}

AddressGates::Pass &AddressGates::Pass::operator=(Pass &&other) noexcept
{
    release();
    m_gates = std::exchange(other.m_gates, nullptr);
    m_place = std::exchange(other.m_place, nullptr);
    m_pass = std::move(other.m_pass);
    m_most = other.m_most;
    return *this;
}

void AddressGates::Pass::openForOthers()
{
    if (!m_gates)
        return;
    const std::lock_guard lock(m_gates->m_mutex);
    m_place->second.isOpen = true;
    m_place->second.gate.setSlots(m_place->second.most);
}

void AddressGates::Pass::wasTurnedAway()
{
    if (!m_gates)
        return;
    const std::lock_guard lock(m_gates->m_mutex);
    Place &place = m_place->second;
    if (place.most == m_most)
        place.most = std::max(m_most / 2, 1);
    if (place.isOpen)
        place.gate.setSlots(place.most);
}

void AddressGates::Pass::release()
{
    if (!m_gates)
        return;
    m_pass.release(); // the gate lives while this is one of its users
    AddressGates &gates = *std::exchange(m_gates, nullptr);
    const std::lock_guard lock(gates.m_mutex);
    if (--m_place->second.users == 0 && m_place->second.most == gates.m_slots)
        gates.m_places.erase(m_place->first);
}

} // namespace collector
