// A ping and some connections, all at once.

#include <collector/plugin.h>

#include <QJsonArray>

using namespace collector;
using namespace std::chrono_literals;

namespace {

Task<bool> isOpen(JobContext &job, quint16 port)
{
    try {
        (void)co_await job.connectTcp(port, 2s);
        co_return true;
    } catch (const JobError &error) {
        // What is not the port's answer: the name, a rule of this machine's, its own want of descriptors.
        if (error.cause() == Cause::Dns || error.cause() == Cause::Excluded || error.cause() == Cause::LocalLimit)
            throw;
    }
    co_return false;
}

} // namespace

class Reachability : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "reachability.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        const QList<QByteArray> ports = job.options().list("ports");
        std::vector<Task<bool>> tries;
        for (const QByteArray &port : ports) {
            const quint16 number = port.toUShort(); // 0 where it is none
            if (number == 0)
                throw JobError(Cause::BadVariable,
                               QStringLiteral("--ports takes numbers from 1 to 65535, not \"%1\"").arg(printable(port, 20)));
            tries.push_back(isOpen(job, number));
        }
        PingRequest request;
        request.wait = 2s;
        auto [pong, answers] = co_await all(job.pinger().ping(request), all(std::move(tries)));

        QJsonArray open;
        for (size_t i = 0; i < answers.size(); ++i) {
            if (answers[i])
                open.append(ports[qsizetype(i)].toInt());
        }
        job.facts().set("open_ports", open);
        if (pong.received > 0)
            job.facts().set("rtt_ms", double(pong.average.count()) / 1e6);
        job.facts().set("verdict", pong.received > 0 ? "up" : open.isEmpty() ? "down" : "silent");
    }
};

#include "reachability.moc"
