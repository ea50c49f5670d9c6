// ReactorTcpStream: the SDK's TcpStream over one non-blocking socket of the worker's reactor.

#pragma once

#include "net/tcpconnect.h"

#include <collector/tcpstream.h>

namespace collector {

class ReactorTcpStream final : public TcpStream
{
public:
    ReactorTcpStream(Reactor &reactor, OwnedSocket socket) : m_reactor(reactor), m_socket(std::move(socket)) {}

    Task<QByteArray> read(qint64 limit, std::chrono::milliseconds timeout) override;
    Task<> write(QByteArray data, std::chrono::milliseconds timeout) override;

private:
    Reactor &m_reactor;
    OwnedSocket m_socket;
};

} // namespace collector
