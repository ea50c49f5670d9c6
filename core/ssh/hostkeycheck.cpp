#include "ssh/hostkeycheck.h"

#include "ssh/keyblob.h"

namespace collector {

namespace {

// How OpenSSH's tools want a host and a port: what a person can paste.
QString scanCommand(const SshSettings &settings)
{
    const QString host = printable(settings.host, 255);
    return settings.port == 22 ? QStringLiteral("ssh-keyscan %1").arg(host)
                               : QStringLiteral("ssh-keyscan -p %1 %2").arg(settings.port).arg(host);
}

QString keyText(const QByteArray &blob)
{
    return QString::fromLatin1(keyType(blob) + ' ' + fingerprint(blob));
}

// How the key comes to be known.
QString remedyText(const SshSettings &settings)
{
    if (settings.knownHostsFile == u"/dev/null")
        return QStringLiteral("nothing is known in /dev/null: name a file of known keys with --known-hosts");
    const QString file = settings.knownHostsFile.isEmpty() ? QStringLiteral("~/.ssh/known_hosts") : settings.knownHostsFile;
    return QStringLiteral("compare it, then `%1 >> %2`").arg(scanCommand(settings), file);
}

JobError unknownKey(const QByteArray &name, const QByteArray &blob, const SshSettings &settings)
{
    return JobError(Cause::HostKeyUnknown,
                    QStringLiteral("no host key is known for %1, it shows %2; %3, or accept all new ones with --host-keys accept-new")
                        .arg(printable(name, 255), keyText(blob), remedyText(settings)));
}

// Known or not: who has factored it is the host.
JobError shortKey(const QByteArray &name, int bits, const SshSettings &settings)
{
    return JobError(Cause::Handshake, QStringLiteral("the host key of %1 is RSA with %2 bits, at least %3 are required (RequiredRSASize); "
                                                     "the host needs a new one: ssh-keygen -A, or ssh-keygen -t ed25519")
                                          .arg(printable(name, 255))
                                          .arg(bits)
                                          .arg(settings.requiredRsaSize));
}

JobError changedKey(const QByteArray &name, const QByteArray &blob, const KnownKey &known)
{
    return JobError(
        Cause::HostKeyChanged,
        QStringLiteral("the host key of %1 has changed: %2 is known (%3), it shows %4; somebody may be listening. If the change "
                       "is right: `ssh-keygen -f %5 -R '%1'`")
            .arg(printable(name, 255), keyText(known.blob), known.place(), keyText(blob), known.file));
}

// RevokedHostKeys: whatever known_hosts says, and though nothing else is checked.
void refuseRevoked(const QByteArray &name, const QByteArray &blob, const RevokedKeys &revoked)
{
    if (const auto line = revoked.lineOf(blob))
        throw JobError(Cause::HostKeyRevoked,
                       QStringLiteral("the host key of %1, %2, is revoked (RevokedHostKeys %3:%4); the host needs a new one")
                           .arg(printable(name, 255), keyText(blob), revoked.path())
                           .arg(*line));
    if (!revoked.problem().isEmpty())
        throw JobError(Cause::HostKeyRevoked, QStringLiteral("whether the host key of %1, %2, is revoked cannot be told: %3")
                                                  .arg(printable(name, 255), keyText(blob), revoked.problem()));
}

} // namespace

HostKeyDecision judgeHostKey(const HostKeys &known, const QByteArray &blob, const SshSettings &settings)
{
    const QByteArray name = knownHostsName(settings.host, settings.port, settings.hostKeyAlias);
    if (settings.revokedKeys)
        refuseRevoked(name, blob, *settings.revokedKeys);
    const HostKeyVerdict verdict = known.classify(blob);
    using Kind = HostKeyVerdict::Kind;
    if (verdict.kind == Kind::Revoked)
        throw JobError(Cause::HostKeyRevoked, QStringLiteral("the host key of %1, %2, is revoked (%3); the host needs a new one")
                                                  .arg(printable(name, 255), keyText(blob), verdict.known->place()));
    if (const int bits = rsaBits(blob); bits && bits < settings.requiredRsaSize)
        throw shortKey(name, bits, settings);
    if (verdict.kind == Kind::Match)
        return HostKeyDecision::Known;
    if (settings.hostKeyPolicy == HostKeyPolicy::Off)
        return HostKeyDecision::Unchecked;
    if (known.hasCertAuthority())
        throw JobError(Cause::HostCertUnsupported,
                       QStringLiteral("known_hosts expects a host certificate of %1 (@cert-authority), which libssh "
                                      "cannot check; use --transport openssh for it")
                           .arg(printable(name, 255)));
    if (verdict.kind != Kind::Unknown && verdict.known)
        throw changedKey(name, blob, *verdict.known);
    if (settings.hostKeyPolicy == HostKeyPolicy::AcceptNew)
        return HostKeyDecision::New;
    throw unknownKey(name, blob, settings);
}

void acceptHostKey(KnownHostsAppender &appender, const QByteArray &blob, const SshSettings &settings)
{
    const QByteArray name = knownHostsName(settings.host, settings.port, settings.hostKeyAlias);
    const auto verdict = appender.accept(settings.knownHostsFile, name, blob, settings.hashKnownHosts);
    if (verdict == KnownHostsAppender::Verdict::BadName)
        throw JobError(Cause::HostKeyUnknown,
                       QStringLiteral("no host key is known for %1, it shows %2, and under such a name (HostKeyAlias) it cannot be kept in "
                                      "known_hosts: any key would be new each time. Give it one without blanks, `,`, `*` and `?`, and "
                                      "without `#`, `@`, `|` and `!` in front")
                           .arg(printable(name, 255), keyText(blob)));
    if (verdict == KnownHostsAppender::Verdict::Different)
        throw JobError(Cause::HostKeyChanged, QStringLiteral("%1 showed another host key than %2 earlier in this run; somebody may be "
                                                             "listening, or two hosts share the name")
                                                  .arg(printable(name, 255), QString::fromLatin1(fingerprint(blob))));
}

} // namespace collector
