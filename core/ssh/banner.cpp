#include "ssh/banner.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace collector {

namespace {

constexpr QByteArrayView magic = "SSH-";
constexpr qsizetype keptText = 512;    // bytes
constexpr qint64 mostText = 64 * 1024; // bytes before the banner
constexpr size_t bite = 1024;          // bytes looked at in one go

bool mayBecomeMagic(QByteArrayView bytes)
{
    const qsizetype common = std::min(bytes.size(), magic.size());
    return memcmp(bytes.data(), magic.data(), size_t(common)) == 0;
}

} // namespace

BannerReader::Found BannerReader::read(int descriptor)
{
    std::array<char, bite> buffer;
    const ssize_t got = recv(descriptor, buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return Found::Nothing;
    if (got <= 0)
        throw closed(got < 0);

    QByteArrayView rest(buffer.data(), got);
    while (!rest.isEmpty()) {
        if (!m_isInLine && mayBecomeMagic(rest))
            break;
        const qsizetype end = rest.indexOf('\n');
        const QByteArrayView line = end < 0 ? rest : rest.first(end + 1);
        m_isInLine = end < 0;
        take(descriptor, line);
        rest = rest.sliced(line.size());
    }
    if (rest.size() >= magic.size()) {
        if (rest.startsWith("SSH-1.") && !rest.startsWith("SSH-1.99-"))
            throw JobError(Cause::Handshake,
                           QStringLiteral("%1 speaks SSH protocol 1 only, which is broken and not supported").arg(m_place));
        return Found::Ssh;
    }
    if (const auto verdict = judge())
        throw JobError(*verdict);
    return rest.isEmpty() ? Found::Nothing : Found::Undecided;
}

void BannerReader::take(int descriptor, QByteArrayView bytes)
{
    std::array<char, bite> sink;
    [[maybe_unused]] const ssize_t taken = recv(descriptor, sink.data(), size_t(bytes.size()), MSG_DONTWAIT);
    m_taken += bytes.size();
    m_text += bytes.first(std::min(bytes.size(), keptText - m_text.size())).toByteArray();
    if (m_taken > mostText)
        throw JobError(Cause::NotSsh,
                       QStringLiteral("%1 has sent %2 bytes without an SSH banner; check the port").arg(m_place).arg(m_taken));
}

// What gives itself away is not waited for.
std::optional<JobError> BannerReader::judge() const
{
    if (m_text.startsWith("HTTP/"))
        return JobError(Cause::NotSsh, QStringLiteral("a web server answers at %1; check the port").arg(m_place));
    if ((m_text.startsWith("220 ") || m_text.startsWith("220-")) && m_text.contains('\n'))
        return JobError(Cause::NotSsh,
                        QStringLiteral("a mail or FTP server answers at %1: %2; check the port").arg(m_place, printable(m_text)));
    return std::nullopt;
}

JobError BannerReader::closed(bool isReset) const
{
    if (isReset && m_taken == 0)
        return JobError(Cause::Reset,
                        QStringLiteral("%1 resets the connection before its SSH banner; is this port open to us?").arg(m_place));
    if (m_taken == 0)
        return JobError(Cause::RateLimited,
                        QStringLiteral("%1 closes the connection before its SSH banner: too many logins at once (MaxStartups, "
                                       "PerSourcePenalties), or we are shut out (hosts.deny)")
                            .arg(m_place));
    const QString said = printable(m_text);
    if (m_text.contains("MaxStartups") || m_text.contains("Not allowed at this time"))
        return JobError(Cause::RateLimited, QStringLiteral("%1 does not take more logins now: %2; lower --rate").arg(m_place, said));
    return JobError(Cause::NotSsh, QStringLiteral("%1 is no SSH server, it says: %2; check the port").arg(m_place, said));
}

JobError BannerReader::left(int descriptor)
{
    try {
        qint64 before = -1;
        while (std::exchange(before, m_taken) != m_taken && read(descriptor) == Found::Nothing)
            ;
    } catch (const JobError &error) {
        if (m_taken > 0 || error.cause() != Cause::RateLimited)
            return error;
    }
    return closed(true); // the failed write has taken the reset with it: what is left looks like an end
}

JobError BannerReader::timeout(std::chrono::milliseconds after) const
{
    const QString what =
        m_taken ? QStringLiteral("%1 sends no SSH banner within %2 ms, but: ").arg(m_place).arg(after.count()) + printable(m_text)
                : QStringLiteral("%1 accepts the connection and sends no SSH banner within %2 ms; is it overloaded, or no SSH "
                                 "server?")
                      .arg(m_place)
                      .arg(after.count());
    return JobError(Cause::HandshakeTimeout, what);
}

} // namespace collector
