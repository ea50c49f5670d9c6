// AddressGates: how many connections are being logged in to at one address and port, over all workers.
//
// sshd drops connections that have not logged in beyond MaxStartups (10:30:100), and punishes addresses that fail to log in
// (PerSourcePenalties). So many names of one address wait here for each other: one goes first; when it is logged in, or takes long, a few
// at a time follow, half as many each time that it turns some away (its MaxStartups may be lower, dropbear takes five of an address); and a
// login that was refused there is not tried again with the same user and keys. Thread-safe.

#pragma once

#include "net/gate.h"

#include <collector/task.h>

#include <QByteArray>
#include <QString>

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace collector {

class AddressGates
{
public:
    explicit AddressGates(int slots) : m_slots(slots) {} // for a place that has turned nobody away

    class Pass;

    // `place`: address and port, and the jump hosts before it. Suspends until it is this one's turn.
    Task<Pass> enter(Reactor &reactor, QByteArray place);

    // Logins that were refused: `login` is the place with user and credentials; `why` is told to who asks, and kept: of many hosts it is
    // none.
    [[nodiscard]] std::optional<QString> wasRefused(const QByteArray &login) const;
    void setRefused(const QByteArray &login, const QString &why = {});

private:
    struct Place
    {
        Gate gate{1};
        int users = 0; // that hold it or wait: under m_mutex
        int most = 0;  // at a time, once it is open: likewise
        bool isOpen = false;
    };
    using Places = std::unordered_map<std::string, Place>;

    const int m_slots;
    mutable std::mutex m_mutex;
    Places m_places; // only those in use, and those that turned somebody away
    std::unordered_map<size_t, QString> m_refused;
};

// Held until logged in, or given up.
class AddressGates::Pass
{
public:
    Pass() = default;
    Pass(AddressGates &gates, Places::value_type &place);
    Pass(Pass &&other) noexcept;
    Pass &operator=(Pass &&other) noexcept;
    ~Pass() { release(); }

    void openForOthers(); // the host behaves, or is slow: a few at a time from now on
    void wasTurnedAway(); // fewer at a time, unless that was said since this one came in
    void release();

private:
    friend class AddressGates;
    AddressGates *m_gates = nullptr;
    Places::value_type *m_place = nullptr; // stays where it is, however many others come
    Gate::Pass m_pass;
    int m_most = 0; // when it came in
};

} // namespace collector
