#include "icmp/echonotice.h"

#include "icmp/echo.h"
#include "icmp/echosocket.h"

#include <QString>

namespace collector {

Q_LOGGING_CATEGORY(pingLog, "collector.ping")
Q_LOGGING_CATEGORY(pingMethodLog, "collector.ping.method")

QString icmpPermissionAdvice()
{
    return QStringLiteral("to allow ICMP: sysctl -w net.ipv4.ping_group_range=\"0 2147483647\", or setcap cap_net_raw+ep on the program");
}

static QString kindName(const EchoSocket &socket)
{
    return socket.kind() == EchoSocket::Kind::Datagram ? QStringLiteral("an ICMP datagram socket") : QStringLiteral("a raw ICMP socket");
}

void noticeMethod(const EchoSocket *v4, const EchoSocket *v6, int error)
{
    if (!v4 && !v6) {
        qCWarning(pingMethodLog).noquote()
            << QStringLiteral("ping: no ICMP socket (%1), so method auto is tcp: slower, and blind to hosts that drop it;")
                   .arg(qt_error_string(error))
            << icmpPermissionAdvice();
        return;
    }
    qCInfo(pingMethodLog).noquote() << "ping: method icmp, by" << kindName(v4 ? *v4 : *v6);
    if (!v4 || !v6)
        qCInfo(pingLog).noquote() << "ping: no ICMP socket for" << (v4 ? "IPv6" : "IPv4") << "here: TCP connections instead";
}

void noticeReceiveOverflow()
{
    qCWarning(pingLog).noquote()
        << "ping: answers came faster than they could be read and some were dropped here; those hosts are asked again. "
           "A larger net.core.rmem_max or a lower --rate avoids it";
}

void noticeCounters(const EchoCounters &counters)
{
    if (counters.sent == 0)
        return;
    qCInfo(pingLog).noquote()
        << QStringLiteral("ping: %1 packets sent, %2 answered, %3 said to be unreachable; answers not counted: %4 late, %5 duplicate, "
                          "%6 foreign; %7 times this machine would not send at once")
               .arg(counters.sent)
               .arg(counters.answered)
               .arg(counters.unreachable)
               .arg(counters.late)
               .arg(counters.duplicate)
               .arg(counters.foreign)
               .arg(counters.refused);
    if (counters.overflowed > 0)
        qCWarning(pingLog).noquote() << QStringLiteral(
                                            "ping: %1 answers were dropped by this machine for want of room, %2 packets repeated for them")
                                            .arg(counters.overflowed)
                                            .arg(counters.repeated);
}

} // namespace collector
