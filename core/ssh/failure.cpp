#include "ssh/failure.h"

#include "ssh/algorithms.h"

namespace collector {

namespace {

JobError noCommonAlgorithm(const QString &place, const Proposal::Mismatch &mismatch, const Proposal &theirs)
{
    constexpr qsizetype shown = 600;
    const bool isOld = !theirs.mismatch(proposedAlgorithms({}, true));
    return JobError(Cause::NoCommonAlgorithm,
                    QStringLiteral("no %1 algorithm in common with %2: it offers %3; we offer %4. %5")
                        .arg(QLatin1StringView(mismatch.kind), place, printable(mismatch.theirs, shown), printable(mismatch.ours, shown),
                             isOld
                                 ? QStringLiteral("An old device may need --legacy")
                                 : QStringLiteral("ssh(1) may have what libssh has not, or may not be trusted with: --transport openssh")));
}

} // namespace

JobError handshakeFailure(const SshSession &session, SshSession::End end, const QString &place, std::chrono::milliseconds after,
                          const SshAlgorithms &ours, const std::optional<Proposal> &theirs)
{
    if (end == SshSession::End::Expired)
        return JobError(
            Cause::HandshakeTimeout,
            QStringLiteral("%1 did not finish the key exchange within %2 ms; is it overloaded, do large packets get lost on the way (MTU)?")
                .arg(place)
                .arg(after.count()));
    if (end == SshSession::End::Flooded)
        return JobError(Cause::Handshake, QStringLiteral("%1 sends more than a key exchange takes; it is no proper SSH server").arg(place));
    if (const auto mismatch = theirs ? theirs->mismatch(ours) : std::nullopt)
        return noCommonAlgorithm(place, *mismatch, *theirs);
    const QString said = session.errorText();
    if (said == SshSession::resetByHost)
        return JobError(Cause::Reset, QStringLiteral("%1 reset the connection during the key exchange").arg(place));
    if (said.contains(QLatin1StringView("MaxStartups")) || said.contains(QLatin1StringView("Not allowed at this time")))
        return JobError(Cause::RateLimited, QStringLiteral("%1 does not take more logins now: %2; lower --rate").arg(place, said));
    if (said == SshSession::closedByHost)
        return JobError(Cause::Handshake, QStringLiteral("%1 closed the connection during the key exchange; its own log says why "
                                                         "(`journalctl -u ssh` there, or auth.log)")
                                              .arg(place));
    if (said.startsWith(SshSession::saidByHost))
        return JobError(Cause::Handshake, QStringLiteral("the key exchange with %1 failed: %2").arg(place, said));
    return JobError(
        Cause::Handshake,
        QStringLiteral("the key exchange with %1 failed: %2; `ssh -v` may tell more, or manage: --transport openssh").arg(place, said));
}

JobError connectionLost(const SshSession &session, const QString &during)
{
    return JobError(Cause::ConnectionLost, QStringLiteral("the connection was lost %1: %2").arg(during, session.errorText()));
}

QString howToWiden(std::chrono::milliseconds limit)
{
    return QStringLiteral("; a --timeout above %1 s gives it longer").arg(double(limit.count()) / 1000);
}

QString howAccountsAreShutOut()
{
    return QStringLiteral("; where that is always so, the account may be expired or shut out (PAM, nologin): sshd's log there says so");
}

QString howAccountsAreDropped()
{
    return QStringLiteral(
        "; where that is always so right after the login, sshd cannot set this account up (ChrootDirectory, PAM): its log there "
        "says why");
}

// do_pwchange() in sshd's session.c. PAM may have said something before it.
std::optional<JobError> expiredPassword(const ShellReply &reply, const QByteArray &user)
{
    constexpr QByteArrayView words = "WARNING: Your password has expired.\nPassword change required but no TTY available.";
    if (reply.exitStatus != 1 || !reply.output.isEmpty() || !reply.errorOutput.trimmed().endsWith(words))
        return std::nullopt;
    return JobError(Cause::PasswordExpired,
                    QStringLiteral("the password of %1 has expired, and the host runs nothing before it is changed: log in by hand, on a "
                                   "terminal; or let it not expire (chage -M -1)")
                        .arg(printable(user, 64)));
}

JobError notTriedAgain(const QString &why, const QByteArray &user)
{
    const QString what =
        why.isEmpty() ? QStringLiteral("%1 was refused at this address with the same keys before").arg(printable(user, 64)) : why;
    return JobError(Cause::AuthStopped, what + QStringLiteral("; it is not tried again: failed logins are punished (PerSourcePenalties)"));
}

JobError flooded(const QString &when)
{
    return JobError(Cause::OutputLimit, QStringLiteral("the host sends without end %1; the connection was dropped").arg(when));
}

} // namespace collector
