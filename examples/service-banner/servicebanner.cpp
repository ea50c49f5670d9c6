// A TCP service, asked on the worker's own reactor: thousands at once cost no thread and no Qt socket. And a wait with a deadline: whatever
// a conversation does, first() ends it.

#include <collector/plugin.h>

using namespace collector;

namespace {

Task<QByteArray> firstLine(JobContext &job, quint16 port, std::chrono::milliseconds patience)
{
    const std::unique_ptr<TcpStream> stream = co_await job.connectTcp(port, patience);
    co_return co_await stream->readUntil("\n", 512, patience);
}

} // namespace

class ServiceBanner : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "service-banner.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        const auto port = quint16(job.options().integer("service-port"));
        const auto patience = job.options().duration("patience");
        // Each step may take `patience`; all of them together may not either.
        auto end = co_await first(firstLine(job, port, patience), job.sleep(patience));
        if (end.index() == 1)
            throw JobError(Cause::ExecTimeout, QStringLiteral("port %1 said nothing whole within %2 ms").arg(port).arg(patience.count()));
        const QByteArray banner = std::get<0>(end).trimmed();
        job.facts().setBytes("banner", banner);
        if (banner.startsWith("SSH-"))
            job.facts().setBytes("software", banner.mid(banner.indexOf('-', 4) + 1));
        else
            job.facts().setAbsent("software", Absence::NotApplicable);
    }
};

#include "servicebanner.moc"
