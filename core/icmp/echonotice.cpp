#include "icmp/echonotice.h"

#include "icmp/echosocket.h"

#include <QString>

namespace collector {

Q_LOGGING_CATEGORY(pingLog, "collector.ping")

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
        qCWarning(pingLog).noquote() << QStringLiteral(
                                            "ping: no ICMP socket (%1); method tcp instead, which is slower and misses hosts that drop it;")
                                            .arg(qt_error_string(error))
                                     << icmpPermissionAdvice();
        return;
    }
    if (v4)
        qCInfo(pingLog).noquote() << "ping: method icmp, by" << kindName(*v4);
    if (!v4 || !v6)
        qCInfo(pingLog).noquote() << "ping: no ICMP socket for" << (v4 ? "IPv6" : "IPv4") << "here: TCP connections instead";
}

void noticeReceiveOverflow()
{
    qCWarning(pingLog).noquote()
        << "ping: answers came faster than they could be read and some were dropped here; those hosts are asked again. "
           "A larger net.core.rmem_max or a lower --rate avoids it";
}

} // namespace collector
