#include "wireconnection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace collector::fleet {

namespace {

// RFC 4252, 4253 and 4254
constexpr std::uint8_t disconnect = 1;
constexpr std::uint8_t serviceRequest = 5;
constexpr std::uint8_t serviceAccept = 6;
constexpr std::uint8_t userauthRequest = 50;
constexpr std::uint8_t userauthFailure = 51;
constexpr std::uint8_t userauthSuccess = 52;
constexpr std::uint8_t userauthPkOk = 60;
constexpr std::uint8_t globalRequest = 80;
constexpr std::uint8_t requestFailure = 82;
constexpr std::uint8_t channelOpen = 90;
constexpr std::uint8_t channelOpenConfirmation = 91;
constexpr std::uint8_t channelData = 94;
constexpr std::uint8_t channelEof = 96;
constexpr std::uint8_t channelClose = 97;
constexpr std::uint8_t channelRequest = 98;
constexpr std::uint8_t channelSuccess = 99;

constexpr std::uint32_t ourChannel = 0;
constexpr std::uint32_t usualWindow = 2 * 1024 * 1024;
constexpr std::uint32_t usualPacket = 32'768;
constexpr std::size_t enoughUnsent = 262'144; // for the socket to be busy with

std::uint32_t packetSize(WireRule rule)
{
    switch (rule) {
    case WireRule::TinyPackets:
        return 10;
    case WireRule::OneBytePackets:
        return 1;
    case WireRule::EmptyPackets:
        return 0;
    default:
        return usualPacket;
    }
}

} // namespace

WireConnection::WireConnection(Fleet &fleet, Place place, Call call, WireRule rule)
    : m_fleet(fleet),
      m_call(std::move(call)),
      m_rule(rule),
      m_interest(place.epoll, m_call.fd, place.id),
      m_transport(fleet.keys.identity(), rule == WireRule::FalseSignature)
{
    m_fleet.journal.connected(m_call.host, m_call.peer);
}

WireConnection::~WireConnection()
{
    m_interest.want(0);
    close(m_call.fd);
    m_fleet.journal.ended(m_call.host);
}

void WireConnection::turn(Clock::time_point)
{
    try {
        listen();
        speak();
    } catch (const std::runtime_error &) {
        end();
    }
    if (!isOver())
        m_interest.want(m_transport.unsent().empty() && !m_floods ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void WireConnection::listen()
{
    std::array<char, 32'768> buffer;
    const ssize_t count = recv(m_call.fd, buffer.data(), buffer.size(), 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
        return end();
    if (count > 0)
        m_transport.receive({buffer.data(), static_cast<std::size_t>(count)});
    while (const auto message = m_transport.next())
        handle(*message);
}

void WireConnection::speak()
{
    if (m_floods)
        flood();
    std::string &unsent = m_transport.unsent();
    if (unsent.empty() || isOver())
        return;
    const ssize_t count = ::send(m_call.fd, unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (count > 0)
        unsent.erase(0, static_cast<std::size_t>(count));
    else if (errno != EAGAIN && errno != EINTR)
        end();
}

void WireConnection::flood()
{
    while (m_transport.unsent().size() < enoughUnsent) {
        switch (m_rule) {
        case WireRule::KeepaliveFlood:
            send(WireWriter(globalRequest).text("keepalive@openssh.com").byte(1));
            break;
        case WireRule::OpenFlood:
            send(WireWriter(channelOpen)
                     .text("forwarded-tcpip")
                     .number(m_nextChannel++)
                     .number(usualWindow)
                     .number(usualPacket)
                     .text("127.0.0.1")
                     .number(80)
                     .text("127.0.0.1")
                     .number(4711));
            break;
        default:
            send(WireWriter(channelData).number(m_channel).text(std::string(usualPacket - 64, '.')));
            break;
        }
    }
}

void WireConnection::handle(std::string_view message)
{
    WireReader reader(message);
    switch (reader.byte()) {
    case serviceRequest:
        send(WireWriter(serviceAccept).text(reader.text()));
        break;
    case userauthRequest:
        answerLogin(reader);
        break;
    case globalRequest:
        static_cast<void>(reader.text());
        if (reader.byte())
            send(WireWriter(requestFailure));
        break;
    case channelOpen:
        openChannel(reader);
        break;
    case channelRequest:
        answerRequest(reader);
        break;
    default:
        break; // data, windows and farewells change nothing here
    }
}

void WireConnection::answerLogin(WireReader reader)
{
    const std::string user(reader.text());
    static_cast<void>(reader.text()); // the service
    const auto method = reader.text();
    if (method != "publickey") {
        send(WireWriter(userauthFailure).text("publickey").byte(0));
        return;
    }
    const bool isSigned = reader.byte() != 0;
    const auto algorithm = reader.text();
    const auto key = reader.text();
    if (!isSigned) {
        send(WireWriter(userauthPkOk).text(algorithm).text(key));
        return;
    }
    m_fleet.journal.authenticated(m_call.host, "publickey", user, true);
    send(WireWriter(userauthSuccess));
    if (m_rule == WireRule::LeavesAfterLogin)
        sendFarewell();
    if (m_rule == WireRule::KeepaliveFlood || m_rule == WireRule::OpenFlood)
        m_floods = true;
}

void WireConnection::openChannel(WireReader reader)
{
    static_cast<void>(reader.text());
    m_channel = reader.number();
    const std::uint32_t window = m_rule == WireRule::ZeroWindow ? 0 : usualWindow;
    send(WireWriter(channelOpenConfirmation).number(m_channel).number(ourChannel).number(window).number(packetSize(m_rule)));
}

void WireConnection::answerRequest(WireReader reader)
{
    static_cast<void>(reader.number());
    const auto type = reader.text();
    if (reader.byte())
        send(WireWriter(channelSuccess).number(m_channel));
    if (type != "exec" && type != "shell")
        return;
    m_fleet.journal.executed(m_call.host, reader.text());
    if (m_rule == WireRule::LeavesAfterExec)
        sendFarewell();
    else
        answerCommand();
}

void WireConnection::answerCommand()
{
    const std::string &output = m_fleet.options.output;
    const WireWriter data = WireWriter(channelData).number(m_channel).text(output);
    switch (m_rule) {
    case WireRule::ZeroWindow:
    case WireRule::TinyPackets:
    case WireRule::OneBytePackets:
    case WireRule::EmptyPackets:
        break; // waits for the input that cannot come
    case WireRule::OverWindow:
        m_floods = true;
        break;
    case WireRule::FalseMac:
        m_transport.sendCorrupt(data.bytes());
        break;
    case WireRule::HugePacket:
        m_transport.sendRaw(WireWriter().number(0x7fffff00).raw(std::string(60, 'x')).bytes());
        break;
    case WireRule::DataAfterClose:
        send(data);
        sendEnd();
        send(data);
        send(WireWriter(channelRequest).number(m_channel).text("exit-status").byte(0).number(7));
        break;
    case WireRule::ClosesTwice:
        send(data);
        sendEnd();
        send(WireWriter(channelClose).number(m_channel));
        send(WireWriter(channelClose).number(m_channel));
        break;
    case WireRule::UnknownChannel:
        send(WireWriter(channelData).number(m_channel + 77).text("not for you\n"));
        send(WireWriter(channelClose).number(m_channel + 78));
        [[fallthrough]];
    default:
        send(data);
        sendEnd();
    }
}

void WireConnection::sendFarewell()
{
    constexpr std::uint32_t byApplication = 11;
    send(WireWriter(disconnect).number(byApplication).text("this host goes down").text(""));
}

void WireConnection::sendEnd()
{
    send(WireWriter(channelRequest).number(m_channel).text("exit-status").byte(0).number(0));
    send(WireWriter(channelEof).number(m_channel));
    send(WireWriter(channelClose).number(m_channel));
}

} // namespace collector::fleet
