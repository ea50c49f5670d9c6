#include <collector/plugin.h>

#include <QJsonObject>

// A record as large as that of a real host, without the work of reading one out of its answer.
class ManyFacts : public QObject, public collector::Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "manyfacts.json")
    Q_INTERFACES(collector::Job)

public:
    collector::Task<> run(collector::JobContext &job) override
    {
        const collector::ShellReply reply = co_await job.shell().run("cat /proc/uptime");
        const QString text = QString::fromUtf8(reply.output.trimmed());
        for (int i = 0; i < 200; ++i)
            job.facts().set("fact_" + QByteArray::number(i), value(i, text));
    }

private:
    static QJsonValue value(int i, const QString &text)
    {
        switch (i % 4) {
        case 0:
            return QJsonObject{{QStringLiteral("size_bytes"), i * 1024}, {QStringLiteral("name"), QStringLiteral("sda%1").arg(i)}};
        case 1:
            return i;
        default:
            return QStringLiteral("%1, a text of usual length, number %2").arg(text).arg(i);
        }
    }
};

#include "manyfacts.moc"
