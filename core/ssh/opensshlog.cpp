#include "ssh/opensshlog.h"

#include "ssh/failure.h"

#include <array>

namespace collector {

namespace {

constexpr qsizetype longestLine = 8 * 1024;
constexpr qsizetype mostSaid = 4 * 1024;

struct Sign
{
    const char *words;
    Cause cause;
};

// In the order in which they are looked for: the particular before the general.
constexpr std::array signs{
    Sign{"Could not resolve hostname", Cause::Dns},
    Sign{"REVOKED", Cause::HostKeyRevoked},
    Sign{"revoked", Cause::HostKeyRevoked},
    Sign{"REMOTE HOST IDENTIFICATION HAS CHANGED", Cause::HostKeyChanged},
    Sign{"host key for", Cause::HostKeyUnknown},
    Sign{"Host key verification failed", Cause::HostKeyUnknown},
    Sign{"Unable to negotiate with", Cause::NoCommonAlgorithm},
    Sign{"Too many authentication failures", Cause::AuthDenied},
    Sign{"Permission denied (", Cause::AuthDenied},
    Sign{"Not allowed at this time", Cause::RateLimited},
    Sign{"MaxStartups", Cause::RateLimited},
    Sign{"during banner exchange", Cause::HandshakeTimeout},
    Sign{"banner line contains invalid characters", Cause::NotSsh},
    Sign{"kex_exchange_identification: Connection closed", Cause::RateLimited},
    Sign{"kex_exchange_identification: read: Connection reset", Cause::Reset},
    Sign{"Invalid SSH identification", Cause::NotSsh},
    Sign{"exec request failed", Cause::ShellRejected},
    Sign{"administratively prohibited", Cause::ChannelRefused},
    Sign{"open failed", Cause::ChannelRefused},
    Sign{"Connection refused", Cause::Refused},
    Sign{"No route to host", Cause::NoRoute},
    Sign{"unreachable", Cause::NoRoute},
};

QByteArrayView after(QByteArrayView text, QByteArrayView prefix)
{
    return text.startsWith(prefix) ? text.sliced(prefix.size()).trimmed() : QByteArrayView();
}

QByteArray word(QByteArrayView text)
{
    const qsizetype end = text.indexOf(' ');
    return (end < 0 ? text : text.first(end)).first(qMin<qsizetype>(end < 0 ? text.size() : end, 128)).toByteArray();
}

// By libssh's names, as in other records: a cipher that brings its own MAC is `<implicit>` to ssh(1).
QByteArray macOf(QByteArrayView agreed)
{
    const qsizetype mac = agreed.indexOf("MAC: ");
    const QByteArray name = mac < 0 ? QByteArray() : word(agreed.sliced(mac + 5));
    if (name != "<implicit>")
        return name;
    return agreed.startsWith("chacha20-poly1305") ? "aead-poly1305" : "aead-gcm";
}

} // namespace

void OpensshLog::append(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        const QByteArrayView part = end < 0 ? bytes : bytes.first(end);
        m_line += part.first(qMin(part.size(), longestLine - m_line.size()));
        if (end < 0)
            return;
        takeLine(QByteArrayView(m_line).trimmed());
        m_line.clear();
        bytes = bytes.sliced(end + 1);
    }
}

void OpensshLog::takeLine(QByteArrayView line)
{
    m_hasLines = true;
    if (line.startsWith("debug1: ")) {
        takeDebug(line.sliced(8));
        return;
    }
    if (line.startsWith("OpenSSH_") || line.startsWith("Warning: Permanently added") || line.startsWith("Authenticated to "))
        takeDebug(line);
    else if (m_said.size() < mostSaid && !line.startsWith("Transferred: ") && !line.startsWith("Bytes per second: "))
        m_said += line.toByteArray() + '\n';
}

void OpensshLog::takeDebug(QByteArrayView text)
{
    if (text.startsWith("Connecting to ")) {
        m_progress.enter(SshPhase::Connect);
        if (const qsizetype open = text.indexOf('['); open > 0)
            m_progress.address = text.sliced(open + 1, qMax<qsizetype>(text.indexOf(']', open) - open - 1, 0)).toByteArray();
    } else if (text.startsWith("Connection established")) {
        m_progress.enter(SshPhase::Handshake);
    } else if (const QByteArrayView version = after(text, "Remote protocol version "); !version.isEmpty()) {
        const qsizetype software = version.indexOf("remote software version ");
        m_info.banner =
            "SSH-" + word(version).replace(",", "") + '-' + (software < 0 ? QByteArray() : version.sliced(software + 24).toByteArray());
    } else if (const QByteArrayView kex = after(text, "kex: algorithm: "); !kex.isEmpty()) {
        m_info.kex = word(kex);
    } else if (const QByteArrayView cipher = after(text, "kex: server->client cipher: "); !cipher.isEmpty()) {
        m_info.cipher = word(cipher);
        m_info.mac = macOf(cipher);
    } else if (const QByteArrayView key = after(text, "Server host key: "); !key.isEmpty()) {
        m_progress.enter(SshPhase::HostKey);
        m_info.hostKeyType = word(key);
        if (const qsizetype space = key.indexOf(' '); space > 0)
            m_info.hostKey = word(key.sliced(space + 1));
    } else if (text.startsWith("SSH2_MSG_NEWKEYS received")) {
        m_progress.enter(SshPhase::Authenticate);
    } else if (const QByteArrayView accepted = after(text, "Server accepts key: "); !accepted.isEmpty()) {
        if (const qsizetype hash = accepted.indexOf("SHA256:"); hash > 0)
            m_info.key = word(accepted.sliced(hash));
    } else if (text.startsWith("Authenticated to ")) {
        if (const qsizetype quote = text.indexOf('"'); quote > 0)
            m_info.auth = text.sliced(quote + 1, qMax<qsizetype>(text.indexOf('"', quote + 1) - quote - 1, 0)).toByteArray();
        m_progress.enter(SshPhase::OpenChannel);
    } else if (text.startsWith("Sending command: ")) {
        m_progress.isCommandSent = true;
        m_progress.enter(SshPhase::Run);
    } else if (text.contains("rtype exit-signal")) {
        m_isSignalled = true;
    } else if (const QByteArrayView status = after(text, "Exit status "); !status.isEmpty()) {
        m_exitStatus = word(status).toInt();
    }
}

JobError OpensshLog::failure(const QByteArray &shown) const
{
    const QString said = printable(m_said.trimmed(), 400);
    const QString message = QStringLiteral("ssh says: %1").arg(said.isEmpty() ? QStringLiteral("nothing") : said);
    if (m_progress.isCommandSent && !m_said.contains("exec request failed") && !m_said.contains("open failed"))
        return JobError(Cause::ConnectionLost, message);
    if (m_progress.phase() == SshPhase::Connect && (m_said.contains("timed out") || m_said.contains("Timeout")))
        return JobError(Cause::ConnectTimeout, message);
    if (m_info.banner.isEmpty() && (m_said.contains("UNKNOWN port 65535") || m_said.contains("stdio forwarding failed")))
        return JobError(Cause::JumpFailed, message); // before the host has said anything: what else is said, is of the way to it
    for (const Sign &sign : signs) {
        if (!m_said.contains(sign.words))
            continue;
        if (sign.cause == Cause::AuthDenied && m_said.contains("with partial success"))
            return JobError(Cause::MfaRequired,
                            message + QStringLiteral(" It ran in batch mode, and asks nobody for a second factor: if that "
                                                     "is the password, use --transport native and --ask-pass"));
        return JobError(sign.cause,
                        sign.cause == Cause::AuthDenied
                            ? message + QStringLiteral(" It ran in batch mode, without a password or passphrase: the key has to "
                                                       "be an agent's, or in a file without one")
                            : message);
    }
    switch (m_progress.phase()) {
    case SshPhase::Connect:
        return JobError(m_said.contains("Connection reset") ? Cause::Reset : Cause::NoRoute, message);
    case SshPhase::Handshake:
    case SshPhase::HostKey:
        if (m_said.contains("Connection reset"))
            return JobError(Cause::Reset, message);
        return JobError(m_said.contains("timed out") ? Cause::HandshakeTimeout : Cause::Handshake, message);
    case SshPhase::Idle:
        return JobError(Cause::UnsupportedConnection, message);
    case SshPhase::Authenticate: {
        const QString banner = shown.isEmpty() ? QString() : QStringLiteral("; the host says: %1").arg(printable(shown));
        return JobError(Cause::ConnectionLost, message + banner + howAccountsAreShutOut());
    }
    case SshPhase::OpenChannel:
        return JobError(Cause::ConnectionLost, message + howAccountsAreDropped());
    default:
        return JobError(Cause::ConnectionLost, message);
    }
}

} // namespace collector
