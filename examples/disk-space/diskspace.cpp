// Several commands and scripts over the one connection of a host, asked for at once: one runs after the other. An option that hosts may
// have of their own; and a record that tells which part could not be had.

#include <collector/plugin.h>

#include <QJsonObject>
#include <QSet>

using namespace collector;

namespace {

// A path as a word of /bin/sh.
QByteArray quoted(QByteArray path)
{
    return '\'' + path.replace('\'', "'\\''") + '\'';
}

// Asks for one file system. A coroutine of its own: parameters by value, or references to what outlives it.
Task<ShellReply> askFor(JobContext &job, QByteArray path)
{
    co_return co_await job.shell().runScript("df -Pk -- " + quoted(path) + "\n");
}

} // namespace

class DiskSpace : public QObject, public Job
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID CollectorJob_iid FILE "disk-space.json")
    Q_INTERFACES(collector::Job)

public:
    Task<> run(JobContext &job) override
    {
        const QList<QByteArray> paths = job.options().list("paths");
        std::vector<Task<ShellReply>> questions;
        for (const QByteArray &path : paths)
            questions.push_back(askFor(job, path));
        auto [disks, sessions] = co_await all(all(std::move(questions)), job.shell().run("who"));

        QJsonObject used;
        QSet<QByteArray> mounts; // two paths may lie on one file system, which is to be counted once
        qint64 total = 0;
        for (size_t i = 0; i < disks.size(); ++i) {
            // Filesystem 1024-blocks Used Available Capacity Mounted on
            const QList<QByteArray> words = disks[i].output.simplified().split(' ');
            const qsizetype first = words.indexOf("on") + 1;
            if (!disks[i].isOk() || first == 0 || words.size() <= first + 5) {
                job.facts().setAbsent("used_percent." + paths[qsizetype(i)], Absence::ParseError);
                job.setPartial(Cause::BadOutput,
                               QStringLiteral("df does not know %1; see --paths").arg(printable(paths[qsizetype(i)], 60)));
                continue;
            }
            const QByteArray mount = words.sliced(first + 5).join(' ');
            if (!mounts.contains(mount))
                total += words[first + 1].toLongLong() * 1024;
            mounts.insert(mount);
            used.insert(QString::fromUtf8(paths[qsizetype(i)]), words[first + 4].chopped(1).toInt());
        }
        job.facts().set("used_percent", used);
        job.facts().set("total_bytes", total);
        if (sessions.isOk())
            job.facts().set("sessions", sessions.output.count('\n'));
        else
            job.facts().setAbsent("sessions", Absence::ToolMissing);
    }
};

#include "diskspace.moc"
