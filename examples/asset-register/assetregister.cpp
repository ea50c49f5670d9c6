// A library that blocks: here a file that may lie on a slow share, read anew for each host; it might be a database's client. It runs on a
// thread of the pool, and the worker goes on with other hosts meanwhile.

#include <collector/plugin.h>

#include <QFile>

#include <optional>

using namespace collector;

namespace {

struct Asset
{
    QByteArray owner, place;
};

// Blocks. Nothing of a JobContext is used in here.
std::optional<Asset> lookUp(const QString &path, const QByteArray &host)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw JobError(Cause::LocalLimit, QStringLiteral("the register %1: %2").arg(path, file.errorString()));
    while (!file.atEnd()) {
        const QList<QByteArray> fields = file.readLine().trimmed().split(';');
        if (fields.size() == 3 && fields[0] == host)
            return Asset{fields[1], fields[2]};
    }
    return std::nullopt;
}

} // namespace

class AssetRegister : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "asset-register.json")
    Q_INTERFACES(collector::Job)

public:
    void prepare(const Options &options) override
    {
        if (!options.isSet("register"))
            throw JobError(Cause::BadVariable, QStringLiteral("asset-register needs --register FILE"));
        QFile file(options.value("register").toString()); // here, before the first host, rather than once for each of them
        if (!file.open(QIODevice::ReadOnly))
            throw JobError(Cause::BadVariable, QStringLiteral("--register %1: %2").arg(file.fileName(), file.errorString()));
    }

    Task<> run(JobContext &job) override
    {
        const QString path = job.options().value("register").toString();
        const QByteArray host = job.host().name();
        // The function owns copies of all that it uses: if the job is cancelled, it still runs to its end over there. It stands in a
        // variable of its own: GCC 12 destroys captures twice within the expression of a co_await.
        auto function = [path, host] { return lookUp(path, host); };
        const std::optional<Asset> asset = co_await job.blocking(std::move(function));
        if (!asset)
            throw JobError(Cause::BadOutput, QStringLiteral("the register does not have this host; add it there"));
        job.facts().setBytes("owner", asset->owner);
        job.facts().setBytes("place", asset->place);
    }
};

#include "assetregister.moc"
