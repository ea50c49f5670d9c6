// PasswordBrake: a wrong password must not lock an account in a directory that all hosts ask.
//
// Until one host has accepted a password, one attempt with it is in flight; after so many refusals in a row it is offered to nobody.
// One for a run, for logins and for sudo alike. Thread-safe.

#pragma once

#include "net/gate.h"
#include "ssh/secret.h"

#include <collector/task.h>

#include <QByteArray>

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace collector {

class PasswordBrake
{
public:
    explicit PasswordBrake(int mostRefusals) : m_mostRefusals(mostRefusals) {}

    class Attempt;

    // Suspends until it may be tried. Throws JobError: auth_stopped. Keeps no copy of the password.
    Task<Attempt> attempt(Reactor &reactor, QByteArray user, std::shared_ptr<const Secret> password);

private:
    struct Account
    {
        Gate gate{1};
        int refusals = 0; // in a row; these are under m_mutex
        bool isProven = false;
    };
    void conclude(Account &account, bool isAccepted);

    const int m_mostRefusals;
    std::mutex m_mutex;
    std::map<std::pair<QByteArray, std::shared_ptr<const Secret>>, Account> m_accounts; // few; never removed
};

// Destroyed without a verdict (the connection broke, the host's time was over), the attempt counts as none.
class PasswordBrake::Attempt
{
public:
    Attempt() = default;
    Attempt(PasswordBrake &brake, Account &account, Gate::Pass pass, bool isAwaited)
        : m_brake(&brake),
          m_account(&account),
          m_pass(std::move(pass)),
          m_isAwaited(isAwaited)
    {
    }
    // Whether nobody had accepted the password when it began: nobody else may try it meanwhile.
    [[nodiscard]] bool isAwaited() const { return m_isAwaited; }
    void accepted();
    void refused();

private:
    PasswordBrake *m_brake = nullptr;
    Account *m_account = nullptr;
    Gate::Pass m_pass;
    bool m_isAwaited = false;
};

} // namespace collector
