#include "ssh/opensshcommand.h"

#include "net/offload.h"
#include "ssh/childprocess.h"

#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace collector {

namespace {

constexpr uint64_t inputTag = 100;
constexpr qint64 mostDropped = 1 << 20; // bytes beyond the limits, then the command is ended
constexpr size_t bite = 64 * 1024;
constexpr int mostLogBites = 16;
constexpr auto logName = "/log";

QString yesNo(bool yes)
{
    return yes ? QStringLiteral("yes") : QStringLiteral("no");
}

void removeLog(const QByteArray &directory);

// What the pool's step uses, and leaves behind if nobody waits any more.
struct Start
{
    ~Start()
    {
        closeEnds();
        if (log >= 0)
            ::close(log);
        removeLog(directory);
        if (process > 0) {
            ChildProcess::kill(process);
            ChildProcess::wait(process);
        }
    }
    void closeEnds()
    {
        for (int &end : ends) {
            if (end >= 0)
                ::close(std::exchange(end, -1));
        }
    }
    QStringList command; // "%LOG" stands for the log's name
    std::array<int, 3> ends{-1, -1, -1};
    int log = -1; // our end
    QByteArray directory;
    pid_t process = -1;
};

// ssh closes what it inherits beyond its standard streams, so that its log needs a name: a FIFO in a folder of ours.
void makeLog(Start &start)
{
    QByteArray directory = QFile::encodeName(QDir::tempPath()) + "/collector-XXXXXX";
    if (!mkdtemp(directory.data()))
        throw std::runtime_error(("no folder for ssh's log: " + QByteArray(strerror(errno))).toStdString());
    start.directory = directory;
    const QByteArray name = directory + logName;
    if (mkfifo(name.constData(), 0600) == 0)
        start.log = open(name.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (start.log < 0)
        throw std::runtime_error(("no log for ssh: " + QByteArray(strerror(errno))).toStdString());
    start.command.replaceInStrings(QStringLiteral("%LOG"), QFile::decodeName(name));
}

void removeLog(const QByteArray &directory)
{
    if (directory.isEmpty())
        return;
    unlink((directory + logName).constData());
    rmdir(directory.constData());
}

} // namespace

OpensshCommand::OpensshCommand(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                               OutputLimits limits)
    : m_worker(worker),
      m_settings(std::move(settings)),
      m_progress(progress),
      m_limits(limits),
      m_log(info, progress)
{
    info.user = m_settings->user;
    info.port = m_settings->port;
}

OpensshCommand::~OpensshCommand()
{
    if (m_process <= 0)
        return;
    ChildProcess::kill(m_process);
    m_worker.run.blocking.run([process = m_process, directory = m_directory] {
        ChildProcess::wait(process);
        removeLog(directory);
    });
}

QStringList OpensshCommand::arguments(const QByteArray &command) const
{
    const SshSettings &settings = *m_settings;
    QStringList list{QStringLiteral("ssh"), QStringLiteral("-v"), QStringLiteral("-E"), QStringLiteral("%LOG"), QStringLiteral("-T")};
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
    auto start = std::make_shared<Start>();
    start->command = arguments(command);
    m_set = OwnedSocket(m_worker.reactor, epoll_create1(EPOLL_CLOEXEC));
    const auto pair = [this](int &theirs) {
        std::array<int, 2> ends{-1, -1};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw JobError(Cause::LocalLimit, QStringLiteral("no descriptor is left for ssh; raise the limit (ulimit -n)"));
        theirs = ends[1];
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        return OwnedSocket(m_worker.reactor, ends[0]);
    };
    m_input = pair(start->ends[0]);
    for (const Stream stream : {Output, Error})
        m_streams[size_t(stream)] = pair(start->ends[size_t(stream) + 1]);

    std::function<void()> step = [start] {
        makeLog(*start);
        start->process = ChildProcess::start(start->command, start->ends);
        start->closeEnds();
    };
    QString problem;
    try {
        co_await offload(m_worker.reactor, m_worker.run.blocking, std::move(step));
    } catch (const std::runtime_error &error) {
        problem = QString::fromLocal8Bit(error.what());
    }
    if (!problem.isEmpty())
        throw JobError(Cause::UnsupportedConnection, QStringLiteral("ssh(1) cannot be started: %1; install openssh-client").arg(problem));
    m_process = std::exchange(start->process, -1);
    m_directory = std::exchange(start->directory, {});
    m_streams[Log] = OwnedSocket(m_worker.reactor, std::exchange(start->log, -1));
    for (const Stream stream : {Output, Error, Log})
        watch(m_streams[size_t(stream)].descriptor(), EPOLLIN, stream, EPOLL_CTL_ADD);
    m_open = 2; // its log alone does not keep it going: who has opened it, if anybody?
}

void OpensshCommand::watch(int descriptor, uint32_t events, uint64_t tag, int operation)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    epoll_ctl(m_set.descriptor(), operation, descriptor, &event);
}

void OpensshCommand::feed(const QByteArray &bytes)
{
    m_pending += bytes;
    sendInput();
}

void OpensshCommand::feedEnd()
{
    m_isInputEnding = true;
    sendInput();
}

void OpensshCommand::feedSecret(const Secret &secret)
{
    [[maybe_unused]] const ssize_t sent = send(m_input.descriptor(), secret.bytes().data(), secret.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    feed("\n");
}

void OpensshCommand::sendInput()
{
    if (m_input.descriptor() < 0)
        return;
    while (!m_pending.isEmpty()) {
        const ssize_t sent = send(m_input.descriptor(), m_pending.constData(), size_t(m_pending.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            m_pending.clear(); // nobody reads it any more
            break;
        }
        if (sent < 0)
            break;
        m_pending.remove(0, sent);
    }
    const bool isToBeWatched = !m_pending.isEmpty();
    if (isToBeWatched != std::exchange(m_isInputWatched, isToBeWatched))
        watch(m_input.descriptor(), EPOLLOUT, inputTag, isToBeWatched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL);
    if (m_pending.isEmpty() && m_isInputEnding)
        m_input = OwnedSocket();
}

void OpensshCommand::read(Stream stream)
{
    OwnedSocket &source = m_streams[size_t(stream)];
    QByteArray buffer(bite, Qt::Uninitialized);
    const ssize_t got = ::read(source.descriptor(), buffer.data(), size_t(buffer.size()));
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        watch(source.descriptor(), 0, stream, EPOLL_CTL_DEL);
        source = OwnedSocket();
        if (stream != Log)
            m_isOver = --m_open == 0;
        return;
    }
    if (stream == Log) {
        m_log.append(QByteArrayView(buffer.constData(), got));
        return;
    }
    const qint64 before = m_reply.output.size() + m_reply.errorOutput.size();
    keep(buffer.constData(), got, stream == Error, m_limits);
    m_dropped += got - (m_reply.output.size() + m_reply.errorOutput.size() - before);
}

Task<bool> OpensshCommand::advance(Deadline deadline)
{
    if (m_isOver)
        co_return true;
    const Reactor::Wake wake = co_await m_worker.reactor.ready(m_set.descriptor(), EPOLLIN, deadline);
    if (wake == Reactor::Wake::Expired)
        co_return false;
    std::array<epoll_event, 8> events{};
    const int count = epoll_wait(m_set.descriptor(), events.data(), int(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const uint64_t tag = events[size_t(i)].data.u64;
        if (tag == inputTag)
            sendInput();
        else
            read(Stream(tag));
    }
    if (m_dropped > mostDropped)
        m_isOver = true;
    co_return true;
}

Task<ShellReply> OpensshCommand::runToEnd(Deadline deadline)
{
    while (!m_isOver) {
        const bool isInTime = co_await advance(deadline);
        if (!isInTime)
            throw JobError(Cause::ExecTimeout, QStringLiteral("the command did not end in time"));
    }
    co_return co_await conclude();
}

Task<ShellReply> OpensshCommand::conclude()
{
    if (m_dropped > mostDropped)
        co_return std::move(m_reply); // its head
    auto status = std::make_shared<int>(0);
    std::function<void()> step = [status, process = m_process, directory = m_directory] {
        *status = ChildProcess::wait(process);
        removeLog(directory);
    };
    m_process = -1; // the pool's
    co_await offload(m_worker.reactor, m_worker.run.blocking, std::move(step));
    for (int i = 0; i < mostLogBites && m_streams[Log].descriptor() >= 0; ++i)
        read(Log); // its last words
    const int exit = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
    if (m_log.isSignalled())
        m_reply.signal = "UNKNOWN"; // ssh does not tell which
    else if (exit >= 0 && (exit != 255 || m_log.exitStatus() == 255))
        m_reply.exitStatus = exit;
    else
        throw m_log.failure();
    co_return std::move(m_reply);
}

} // namespace collector
