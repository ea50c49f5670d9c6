#include "ssh/jumpsession.h"

#include "ssh/serveralive.h"
#include "ssh/tunnel.h"

#include <limits>

namespace collector {

JumpSession::JumpSession(SshWorker &worker, std::shared_ptr<const SshSettings> settings, QByteArray chain, const QString &whyAgain)
    : m_worker(worker),
      m_chain(std::move(chain)),
      m_person{worker.run.questions.get(), printable(settings->host, 255), {}},
      m_connection(worker, std::move(settings), m_info, m_progress, &m_person),
      m_loss(std::make_shared<Loss>()),
      m_task(serve())
{
    if (!whyAgain.isEmpty())
        m_person.before.append(QStringLiteral("asked again, since this login was lost: %1").arg(whyAgain));
}

JumpSession::~JumpSession() = default;

std::function<std::optional<QString>()> JumpSession::lossTeller() const
{
    return [loss = m_loss] {
        const std::lock_guard lock(loss->mutex);
        return loss->why;
    };
}

void JumpSession::start()
{
    const NobodysJob shared;
    m_task.start();
}

// Connects, then keeps the session alive for all who use it, until it is lost.
Task<> JumpSession::serve()
{
    try {
        co_await m_connection.open();
        m_isReady = true;
        m_connection.session().allowToReceive(std::numeric_limits<uint64_t>::max() / 2); // its targets have limits of their own
        tell();
        ServerAlive alive(m_connection.session(), m_connection.settings());
        for (;;) {
            co_await m_connection.session().progress(alive.next());
            {
                const JumpOpenings::Hearing hearing(m_openings);
                m_connection.session().pump();
            }
            if (!alive.check())
                throw JobError(Cause::ConnectionLost, QStringLiteral("it has been silent for too long (ServerAliveInterval)"));
            moved();
            if (m_failure)
                co_return;
        }
    } catch (const JobError &error) {
        fail(error);
    }
    tell();
}

void JumpSession::fail(const JobError &error)
{
    if (m_failure)
        return;
    m_failure.emplace(error);
    m_openings.forgetGivenUp();
    {
        const std::lock_guard lock(m_loss->mutex);
        m_loss->why = error.message();
    }
    if (error.cause() != Cause::LocalLimit && error.cause() != Cause::Excluded) // these are not the jump host's
        m_worker.run.jumpLosses.add(m_chain, m_begun, error.message());
}

void JumpSession::moved()
{
    SshSession &session = m_connection.session();
    if (!m_failure)
        m_openings.closeAnswered();
    if (session.isDead()) {
        fail(JobError(Cause::ConnectionLost, QStringLiteral("the connection was lost: %1").arg(session.errorText())));
    } else {
        session.flushLater();
    }
    // Those who wait for an answer are woken by what has come alone: each calls libssh and comes here again, so that two would wake one
    // another without end.
    const uint64_t received = session.received();
    if (std::exchange(m_received, received) != received || m_failure)
        tell();
    else
        tellTunnels();
}

void JumpSession::tell()
{
    for (Waiter *waiter : m_waiters)
        m_worker.reactor.schedule(*waiter);
    tellTunnels();
}

void JumpSession::tellTunnels()
{
    for (Tunnel *tunnel : m_tunnels)
        tunnel->jumpHasMoved();
}

} // namespace collector
