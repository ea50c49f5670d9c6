#include "collector/tcpstream.h"

#include "collector/joberror.h"

#include <utility>

namespace collector {

TcpStream::TcpStream() = default;
TcpStream::~TcpStream() = default;

Task<QByteArray> TcpStream::readUntil(QByteArray delimiter, qint64 limit, std::chrono::milliseconds timeout)
{
    qsizetype searched = 0;
    for (;;) {
        const qsizetype at = m_ahead.indexOf(delimiter, searched);
        if (at >= 0) {
            const qsizetype end = at + delimiter.size();
            const QByteArray taken = m_ahead.first(end);
            m_ahead.remove(0, end);
            co_return taken;
        }
        if (m_ahead.size() >= limit)
            throw JobError(Cause::OutputLimit, QStringLiteral("the service sent %1 bytes without the end that was waited for").arg(limit));
        searched = qMax(qsizetype(0), m_ahead.size() - delimiter.size() + 1);
        const qint64 room = limit - m_ahead.size();
        // Out of the way while read() looks, and back at once: whatever becomes of the wait, it is kept.
        QByteArray ahead = std::exchange(m_ahead, {});
        Task<QByteArray> reading = read(room, timeout);
        m_ahead = std::move(ahead);
        const QByteArray more = co_await reading;
        if (more.isEmpty())
            throw JobError(Cause::ConnectionLost, QStringLiteral("the service closed the connection before the end that was waited for"));
        m_ahead += more;
    }
}

} // namespace collector
