#include "ssh/opensshcommand.h"

#include "net/childprocess.h"
#include "net/offload.h"

#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace collector {

namespace {

constexpr int mostLogBites = 16;
constexpr auto logName = "/log";

QString yesNo(bool yes)
{
    return yes ? QStringLiteral("yes") : QStringLiteral("no");
}

void removeLog(const QByteArray &directory)
{
    if (directory.isEmpty())
        return;
    unlink((directory + logName).constData());
    rmdir(directory.constData());
}

// ssh closes what it inherits beyond its standard streams, so that its log needs a name: a FIFO in a folder of ours. Made on the pool,
// and removed by it if nobody waits any more.
struct LogPlace
{
    ~LogPlace()
    {
        if (descriptor >= 0)
            ::close(descriptor);
        removeLog(directory);
    }
    void make()
    {
        QByteArray made = QFile::encodeName(QDir::tempPath()) + "/collector-XXXXXX";
        if (!mkdtemp(made.data()))
            throw std::runtime_error(("no folder for ssh's log: " + QByteArray(strerror(errno))).toStdString());
        directory = made;
        const QByteArray name = directory + logName;
        if (mkfifo(name.constData(), 0600) == 0)
            descriptor = open(name.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (descriptor < 0)
            throw std::runtime_error(("no log for ssh: " + QByteArray(strerror(errno))).toStdString());
    }
    QByteArray directory;
    int descriptor = -1;
};

} // namespace

OpensshCommand::OpensshCommand(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                               OutputLimits limits)
    : ChildCommand(worker, limits),
      m_settings(std::move(settings)),
      m_progress(progress),
      m_log(info, progress)
{
    info.user = m_settings->user;
    info.port = m_settings->port;
}

OpensshCommand::~OpensshCommand()
{
    if (!m_directory.isEmpty())
        m_worker.run.blocking.run([directory = m_directory] { removeLog(directory); });
}

QStringList OpensshCommand::arguments(const QByteArray &command) const
{
    const SshSettings &settings = *m_settings;
    QStringList list{QStringLiteral("ssh"), QStringLiteral("-v"), QStringLiteral("-E"), QFile::decodeName(m_directory + logName),
                     QStringLiteral("-T")};
    if (!settings.openSshConfig.isEmpty())
        list << QStringLiteral("-F") << settings.openSshConfig;
    const auto option = [&list](const char *name, const QString &value) {
        list << QStringLiteral("-o") << QLatin1StringView(name) + u'=' + value;
    };
    option("BatchMode", QStringLiteral("yes"));
    option("ForwardAgent", QStringLiteral("no"));
    option("ForwardX11", QStringLiteral("no"));
    option("ClearAllForwardings", QStringLiteral("yes"));
    option("ControlMaster", QStringLiteral("no"));
    option("ControlPath", QStringLiteral("none"));
    option("PermitLocalCommand", QStringLiteral("no"));
    option("RequestTTY", QStringLiteral("no"));
    option("EscapeChar", QStringLiteral("none"));
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings.timeouts.connect).count();
    option("ConnectTimeout", QString::number(seconds));
    option("StrictHostKeyChecking", settings.hostKeyPolicy == HostKeyPolicy::Strict      ? QStringLiteral("yes")
                                    : settings.hostKeyPolicy == HostKeyPolicy::AcceptNew ? QStringLiteral("accept-new")
                                                                                         : QStringLiteral("no"));
    if (!settings.knownHostsFile.isEmpty())
        option("UserKnownHostsFile", u'"' + settings.knownHostsFile + u'"');
    if (!settings.hostKeyAlias.isEmpty())
        option("HostKeyAlias", QString::fromUtf8(settings.hostKeyAlias));
    if (settings.requiredRsaSize > smallestRsaSize) // before 9.1 ssh does not know it
        option("RequiredRSASize", QString::number(settings.requiredRsaSize));
    if (settings.identitiesOnly)
        option("IdentitiesOnly", yesNo(true));
    for (const QString &file : settings.identityFiles)
        list << QStringLiteral("-i") << file;
    QStringList jumps;
    for (const auto &jump : settings.jumps)
        jumps << QString::fromUtf8(jump->user + '@' + (jump->host.contains(':') ? '[' + jump->host + ']' : jump->host) + ':') +
                     QString::number(jump->port);
    if (!jumps.isEmpty())
        list << QStringLiteral("-J") << jumps.join(u',');
    if (settings.family != AddressFamily::Any)
        list << (settings.family == AddressFamily::IPv6 ? QStringLiteral("-6") : QStringLiteral("-4"));
    list << QStringLiteral("-p") << QString::number(settings.port) << QStringLiteral("-l") << QString::fromUtf8(settings.user)
         << QStringLiteral("--") << QString::fromUtf8(settings.host) << QString::fromUtf8(command);
    return list;
}

Task<> OpensshCommand::start(QByteArray command)
{
    m_progress.enter(SshPhase::Wait);
    m_turn = co_await m_worker.run.opensshProcesses.enter(m_worker.reactor);
    m_progress.enter(SshPhase::Connect);
    auto place = std::make_shared<LogPlace>();
    std::function<void()> step = [place] { place->make(); };
    QString problem;
    try {
        co_await offload(m_worker.reactor, m_worker.run.blocking, std::move(step));
        m_directory = std::exchange(place->directory, {});
        co_await launch(arguments(command));
    } catch (const std::runtime_error &error) {
        problem = QString::fromLocal8Bit(error.what());
    }
    if (!problem.isEmpty())
        throw JobError(Cause::UnsupportedConnection, QStringLiteral("ssh(1) cannot be started: %1; install openssh-client").arg(problem));
    readAlong(std::exchange(place->descriptor, -1)); // alone it does not keep ssh going: who has opened it, if anybody?
}

Task<ShellReply> OpensshCommand::conclude()
{
    const int status = co_await reap();
    for (int i = 0; i < mostLogBites && hasLog(); ++i)
        readLog(); // its last words
    const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (m_log.isSignalled())
        m_reply.signal = "UNKNOWN"; // ssh does not tell which
    else if (exit >= 0 && (exit != 255 || m_log.exitStatus() == 255))
        m_reply.exitStatus = exit;
    else
        throw m_log.failure();
    co_return std::move(m_reply);
}

} // namespace collector
