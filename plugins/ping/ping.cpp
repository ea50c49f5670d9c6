// ping: whether each host is alive, and what a series of echoes says of the way to it.

#include <collector/plugin.h>

#include <cmath>
#include <optional>

using namespace collector;

namespace {

PingRequest requestOf(const Options &options)
{
    PingRequest request;
    request.count = int(options.integer("count"));
    request.interval = options.duration("interval");
    request.wait = options.duration("wait");
    request.tcpPort = quint16(options.integer("tcp-port"));
    const QString method = options.value("method").toString();
    if (method == u"icmp")
        request.method = PingRequest::Method::Icmp;
    else if (method == u"tcp")
        request.method = PingRequest::Method::Tcp;
    return request;
}

// To the microsecond, as ping(8) prints it.
double milliseconds(std::chrono::nanoseconds time)
{
    return double(std::chrono::round<std::chrono::microseconds>(time).count()) / 1000;
}

// To the tenth of a thousandth, as ping(8) prints it: 33.3333.
double lossPercent(const PingReply &reply)
{
    return std::round(1e6 * (reply.sent - reply.received) / reply.sent) / 1e4;
}

QString silence(const PingReply &reply, const PingRequest &request)
{
    const QString packets = reply.sent == 1 ? QStringLiteral("1 packet") : QStringLiteral("%1 packets").arg(reply.sent);
    if (reply.isTcp)
        return QStringLiteral("TCP port %1 neither accepted nor refused a connection (%2); it may be filtered: see --tcp-port")
            .arg(request.tcpPort)
            .arg(packets);
    return QStringLiteral("no answer within %1 ms (%2)").arg(request.wait.count()).arg(packets);
}

QString explanation(const PingReply &reply, const PingRequest &request)
{
    switch (reply.cause) {
    case Cause::NoRoute:
        return QStringLiteral("unreachable: a router, or this machine, says that the host is down or that there is no way to it");
    case Cause::Prohibited:
        return QStringLiteral("a firewall on the way says that pings are prohibited; another --method may get through");
    case Cause::BadAddress:
        return QStringLiteral(
            "a broadcast, multicast or unspecified address, or a link-local one without its zone (%eth0): no host to ping");
    case Cause::LocalLimit:
        return reply.advice;
    default:
        return silence(reply, request);
    }
}

} // namespace

class Ping : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "ping.json")
    Q_INTERFACES(collector::Job)

public:
    void prepare(const Options &options) override { m_common.emplace(Common{options, requestOf(options)}); }

    Task<> run(JobContext &job) override
    {
        const PingRequest request = m_common && job.options().isSameAs(m_common->options) ? m_common->request : requestOf(job.options());
        const PingReply reply = co_await job.pinger().ping(request);
        Facts &facts = job.facts();
        // What this machine would not send says nothing about the host.
        if (reply.received > 0 || reply.cause != Cause::LocalLimit)
            facts.set("alive", reply.received > 0);
        facts.set("method", reply.isTcp ? QStringLiteral("tcp") : QStringLiteral("icmp")); // literals: none counts its users
        if (reply.sent > 0) {
            facts.set("sent", reply.sent);
            facts.set("received", reply.received);
            facts.set("loss_percent", lossPercent(reply));
        }
        if (reply.received == 0)
            throw JobError(reply.cause, explanation(reply, request));
        facts.set("rtt_min_ms", milliseconds(reply.minimum));
        facts.set("rtt_avg_ms", milliseconds(reply.average));
        facts.set("rtt_max_ms", milliseconds(reply.maximum));
        if (reply.ttl)
            facts.set("ttl", *reply.ttl);
    }

private:
    struct Common
    {
        Options options;
        PingRequest request;
    };
    std::optional<Common> m_common; // what the command line says: a million hosts ask for it
};

#include "ping.moc"
