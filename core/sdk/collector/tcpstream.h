// TcpStream: a connection to a TCP service, on the worker's own reactor. Cheap enough for thousands at once. On the job's
// thread; destroying it closes it. One coroutine may read and one may write at a time.

#pragma once

#include "export.h"
#include "task.h"

#include <QByteArray>

#include <chrono>

namespace collector {

class COLLECTOR_SDK TcpStream
{
public:
    TcpStream();
    virtual ~TcpStream();
    TcpStream(const TcpStream &) = delete;
    TcpStream &operator=(const TcpStream &) = delete;

    // What has come, at least one byte and at most `limit`; empty once the peer has closed. Throws JobError: reset,
    // connection_lost, exec_timeout after `timeout` without a byte.
    virtual Task<QByteArray> read(qint64 limit, std::chrono::milliseconds timeout) = 0;

    // Up to and including `delimiter`; throws output_limit where `limit` bytes came without it. What came beyond it, the next read gives.
    Task<QByteArray> readUntil(QByteArray delimiter, qint64 limit, std::chrono::milliseconds timeout);

    // Sends all of it. Throws as read() does.
    virtual Task<> write(QByteArray data, std::chrono::milliseconds timeout) = 0;

protected:
    // For read(), as it is called, not as its task runs: what readUntil() has read and not given, which comes first.
    [[nodiscard]] bool hasAhead() const { return !m_ahead.isEmpty(); }
    [[nodiscard]] QByteArray takeAhead(qint64 limit)
    {
        const QByteArray taken = m_ahead.first(qMin<qint64>(limit, m_ahead.size()));
        m_ahead.remove(0, taken.size());
        return taken;
    }

private:
    QByteArray m_ahead;
};

} // namespace collector
