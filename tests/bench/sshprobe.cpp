// sshprobe: the SSH transport alone, on one worker, over a list of hosts: what it costs, and what it says of each.
//
//     sshprobe HOSTS_FILE KEY KNOWN_HOSTS PORT IN_FLIGHT [COMMAND]
//
// HOSTS_FILE has a name or address a line. Prints the number of hosts for each cause, wall time, and with SSHPROBE_VERBOSE each host's
// message.

#include "net/offload.h"
#include "net/reactor.h"
#include "net/resolver.h"
#include "ssh/sshrun.h"
#include "ssh/sshshell.h"
#include "ssh/sshworker.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>

#include <sys/resource.h>

#include <cstdio>
#include <list>
#include <map>

using namespace collector;

namespace {

struct HostRun
{
    QByteArray name;
    ConnectionInfo info;
    SshProgress progress;
    std::unique_ptr<SshShell> shell;
    std::optional<Task<>> task;
    Cause cause = Cause::None;
    QString message;
};

class Probe
{
public:
    Probe(SshSettings common, QList<QByteArray> hosts, int inFlight, QByteArray command)
        : m_common(std::move(common)),
          m_hosts(std::move(hosts)),
          m_command(std::move(command)),
          m_most(inFlight)
    {
    }

    void startMore()
    {
        while (int(m_running.size()) < m_most && m_next < m_hosts.size()) {
            const auto place = m_running.emplace(m_running.end());
            HostRun &host = *place;
            host.name = m_hosts[m_next++];
            auto settings = std::make_shared<SshSettings>(m_common);
            settings->host = host.name;
            host.shell = std::make_unique<SshShell>(m_worker, std::move(settings), host.info, host.progress);
            host.task.emplace(work(place));
            host.task->start();
        }
        if (m_running.empty())
            QCoreApplication::quit();
    }

    void report(qint64 milliseconds) const
    {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto seconds = [](timeval time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
        const double cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
        for (const auto &[cause, count] : m_causes)
            printf("%s=%d ", cause == Cause::None ? "ok" : causeName(cause).data(), count);
        printf("wall=%.2fs cpu=%.2fs cpu/host=%.3fms peak=%.1fMB\n", double(milliseconds) / 1e3, cpu, cpu * 1e3 / double(m_hosts.size()),
               double(usage.ru_maxrss) / 1024);
    }

private:
    using Place = std::list<HostRun>::iterator;

    Task<> work(Place host)
    {
        try {
            const ShellReply reply = co_await host->shell->run(m_command);
            if (!reply.isOk())
                host->cause = Cause::ExitStatus;
        } catch (const JobError &error) {
            host->cause = error.cause();
            host->message = error.message();
        }
        m_reactor.later([this, host] { finished(host); });
    }

    void finished(Place host)
    {
        ++m_causes[host->cause];
        if (qEnvironmentVariableIsSet("SSHPROBE_VERBOSE"))
            printf("%s %s %s\n", host->name.constData(), causeName(host->cause).data(), qPrintable(host->message));
        m_running.erase(host);
        startMore();
    }

    const SshSettings m_common;
    const QList<QByteArray> m_hosts;
    const QByteArray m_command;
    const int m_most;
    qsizetype m_next = 0;
    Reactor m_reactor;
    Resolver m_resolver;
    ThreadPool m_blocking{4, "blocking"};
    SshRun m_run{{}, m_resolver, m_blocking};
    SshWorker m_worker{m_reactor, m_run};
    std::list<HostRun> m_running;
    std::map<Cause, int> m_causes;
};

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1");
    QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    if (arguments.size() < 6) {
        fprintf(stderr, "usage: sshprobe HOSTS_FILE KEY KNOWN_HOSTS PORT IN_FLIGHT [COMMAND]\n");
        return 2;
    }
    QFile file(arguments[1]);
    if (!file.open(QIODevice::ReadOnly))
        return 2;
    SshSettings settings;
    Credentials::Sources sources;
    sources.identities = {arguments[2]};
    settings.credentials = Credentials::gather(std::move(sources));
    KnownHostsFiles files;
    settings.knownHosts = files.open({arguments[3]});
    settings.port = arguments[4].toUShort();
    settings.user = qEnvironmentVariable("USER", QStringLiteral("root")).toUtf8();
    settings.algorithms.ciphers = qgetenv("SSHPROBE_CIPHERS"); // to compare what they cost
    settings.algorithms.macs = qgetenv("SSHPROBE_MACS");
    settings.algorithms.kex = qgetenv("SSHPROBE_KEX");
    Probe probe(settings, file.readAll().trimmed().split('\n'), arguments[5].toInt(),
                arguments.value(6, QStringLiteral("echo hello")).toUtf8());
    QElapsedTimer timer;
    timer.start();
    QMetaObject::invokeMethod(
        &app, [&probe] { probe.startMore(); }, Qt::QueuedConnection);
    QCoreApplication::exec();
    probe.report(timer.elapsed());
    return 0;
}
