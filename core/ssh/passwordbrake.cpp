#include "ssh/passwordbrake.h"

#include <collector/joberror.h>

#include <limits>

namespace collector {

Task<PasswordBrake::Attempt> PasswordBrake::attempt(Reactor &reactor, QByteArray user, std::shared_ptr<const Secret> password)
{
    Account *account = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        account = &m_accounts[{user, password}];
    }
    Gate::Pass pass = co_await account->gate.enter(reactor);
    bool isProven = false;
    {
        const std::lock_guard lock(m_mutex);
        if (account->refusals >= m_mostRefusals)
            throw JobError(
                Cause::AuthStopped,
                QStringLiteral("the password of %1 was refused %2 times in a row and is not offered any more, lest the account be "
                               "locked; check the password, or raise --max-auth-failures")
                    .arg(printable(user, 64))
                    .arg(account->refusals));
        isProven = account->isProven;
    }
    co_return Attempt(*this, *account, std::move(pass), !isProven);
}

void PasswordBrake::conclude(Account &account, bool isAccepted)
{
    {
        const std::lock_guard lock(m_mutex);
        account.refusals = isAccepted ? 0 : account.refusals + 1;
        account.isProven = account.isProven || isAccepted;
    }
    if (isAccepted)
        account.gate.setSlots(std::numeric_limits<int>::max());
}

void PasswordBrake::Attempt::accepted()
{
    if (m_brake)
        m_brake->conclude(*m_account, true);
    m_pass.release();
    m_brake = nullptr;
}

void PasswordBrake::Attempt::refused()
{
    if (m_brake)
        m_brake->conclude(*m_account, false);
    m_pass.release();
    m_brake = nullptr;
}

} // namespace collector
