// Qt Network on the worker's thread: one request to each host, awaited, with the SDK's cap of 64 at once a worker.

#include <collector/qtnetwork.h>

using namespace collector;
using namespace std::chrono_literals;

class HttpCheck : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "http-check.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        // The address that may be contacted, not the name: --exclude and `never=` hold for it.
        const QByteArray address = co_await job.resolve();
        QUrl url;
        url.setScheme(QStringLiteral("http"));
        url.setHost(QString::fromUtf8(address));
        url.setPort(int(job.options().integer("http-port")));
        url.setPath(job.options().value("path").toString());
        QNetworkRequest request(url);
        request.setRawHeader("Host", job.host().name());

        const HttpReply reply = co_await fetch(job, request, 10s);
        job.facts().set("http_status", reply.status);
        if (const QByteArray server = reply.header("Server"); !server.isEmpty())
            job.facts().setBytes("server", server);
        else
            job.facts().setAbsent("server", Absence::NotApplicable);
        job.facts().set("body_bytes", reply.body.size());
    }
};

#include "httpcheck.moc"
