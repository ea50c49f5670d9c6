// ReactorTcpStream: the SDK's TcpStream over one non-blocking socket of the worker's reactor.

#pragma once

#include "net/tcpconnect.h"

#include <collector/tcpstream.h>

namespace collector {

class ReactorTcpStream final : public TcpStream
{
public:
    ReactorTcpStream(Reactor &reactor, OwnedSocket socket) : m_reactor(reactor), m_socket(std::move(socket)) {}

    Task<QByteArray> read(qint64 limit, std::chrono::milliseconds timeout) override
    {
        return hasAhead() ? given(takeAhead(limit)) : receive(limit, timeout);
    }
    Task<> write(QByteArray data, std::chrono::milliseconds timeout) override;

private:
    static Task<QByteArray> given(QByteArray data) { co_return data; }
    Task<QByteArray> receive(qint64 limit, std::chrono::milliseconds timeout);
    [[nodiscard]] int writeWatch();

    Reactor &m_reactor;
    OwnedSocket m_socket;
    OwnedSocket m_writeWatch; // the same once more, for a write that has to wait: a reader may wait at the same time
};

} // namespace collector
