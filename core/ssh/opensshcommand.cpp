#include "ssh/opensshcommand.h"

#include "model/temporaryfolder.h"
#include "net/childprocess.h"
#include "net/offload.h"
#include "ssh/opensshwords.h"
#include "ssh/proxycommand.h"

#include <QFile>
#include <QRandomGenerator>
#include <QStandardPaths>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace collector {

namespace {

constexpr int mostLogBites = 16;
constexpr qsizetype longestWords = 400;
constexpr auto logName = "/log";

void removeFolder(const QByteArray &directory)
{
    std::error_code ignored;
    if (!directory.isEmpty())
        std::filesystem::remove_all(directory.toStdString(), ignored);
}

// What known_hosts calls revoked of a host whose key is not checked otherwise: ssh is shown none of these files then (opensshwords.h), and
// would but warn.
QByteArray revokedKeys(const SshSettings &settings)
{
    QByteArray lines;
    if (settings.hostKeyPolicy != HostKeyPolicy::Off || !settings.knownHosts)
        return lines;
    const HostKeys known = settings.knownHosts->lookup(settings.host, settings.port, settings.hostKeyAlias);
    for (const KnownKey &key : known.keys()) {
        if (key.marker == KnownKey::Marker::Revoked)
            lines += key.type() + ' ' + key.blob.toBase64() + '\n';
    }
    return lines;
}

// ssh closes what it inherits beyond its standard streams, so that its log needs a name: a FIFO in a folder of ours. Made on the pool,
// and removed by it if nobody waits any more.
struct LogPlace
{
    ~LogPlace()
    {
        if (descriptor >= 0)
            ::close(descriptor);
        removeFolder(directory);
    }
    void make(const SshSettings &settings)
    {
        if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty())
            throw JobError(
                Cause::BadVariable,
                QStringLiteral("ssh(1) is not there, which --transport openssh (collector_transport) runs: install openssh-client"));
        const QByteArray folder = QFile::encodeName(temporaryFolder());
        QByteArray made = folder + "/collector-XXXXXX";
        if (!mkdtemp(made.data()))
            throw std::runtime_error(("no folder for ssh's log in " + folder + ": " + QByteArray(strerror(errno))).toStdString());
        directory = made;
        const QByteArray name = directory + logName;
        if (mkfifo(name.constData(), 0600) == 0)
            descriptor = open(name.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (descriptor < 0)
            throw std::runtime_error(("no log for ssh: " + QByteArray(strerror(errno))).toStdString());
        for (const auto &jump : settings.jumps)
            writeRevoked(*jump);
        writeRevoked(settings);
    }
    // One file is all that ssh takes: those of RevokedHostKeys, and beside them what known_hosts revokes.
    void writeRevoked(const SshSettings &settings)
    {
        QByteArray keys = revokedKeys(settings);
        const RevokedKeys *const named = settings.revokedKeys.get();
        if (named && named->isRevocationList() && !keys.isEmpty()) {
            clash = named->path();
            return;
        }
        if (named && (keys.isEmpty() || !named->problem().isEmpty())) // which ssh finds as well, and believes nobody
            revoked.emplace(&settings, named->path());
        else if (named)
            keys += named->lines();
        if (keys.isEmpty() || revoked.contains(&settings))
            return;
        QFile file(QFile::decodeName(directory) + QStringLiteral("/revoked-%1").arg(revoked.size()));
        if (!file.open(QIODevice::WriteOnly) || file.write(keys) != keys.size() || !file.flush())
            throw std::runtime_error(("no file of revoked keys for ssh: " + file.errorString().toLocal8Bit()).toStdString());
        revoked.emplace(&settings, file.fileName());
    }
    QByteArray directory;
    int descriptor = -1;
    RevokedFiles revoked;
    QString clash; // a revocation list, to which no key can be added
};

void refuseClash(const QString &revocationList)
{
    if (!revocationList.isEmpty())
        throw JobError(Cause::BadVariable,
                       QStringLiteral("with --host-keys off, ssh(1) can heed either the revocation list %1 (RevokedHostKeys) or what "
                                      "known_hosts has revoked for this host: have the keys checked, or list all of them in one file")
                           .arg(revocationList));
}

} // namespace

OpensshCommand::OpensshCommand(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                               OutputLimits limits)
    : ChildCommand(worker, limits),
      m_settings(std::move(settings)),
      m_progress(progress),
      m_log(info, progress),
      m_mark("begun" + QByteArray::number(quint64(QRandomGenerator::system()->generate64()), 16) + '\n')
{
    info.user = m_settings->user;
    info.port = m_settings->port;
    if (!m_settings->jumps.empty()) {
        const SshSettings &last = *m_settings->jumps.back();
        info.via = last.user + '@' + last.host + ':' + QByteArray::number(last.port);
    } else if (!m_settings->proxyCommand.isEmpty()) {
        info.via = shownCommand(m_settings->proxyCommand).toUtf8();
    }
    if (!info.via.isEmpty())
        progress.address = m_settings->host;
}

OpensshCommand::~OpensshCommand()
{
    if (!m_directory.isEmpty())
        m_worker.run.blocking.run([directory = m_directory] { removeFolder(directory); });
}

// Before ssh sends a packet. A name that is another's to resolve is not known here, as with the native transport.
Task<> OpensshCommand::refuseExcluded()
{
    const auto &isExcluded = m_worker.run.options.isExcluded;
    if (!isExcluded)
        co_return;
    std::vector<const SshSettings *> hosts;
    for (const auto &jump : m_settings->jumps)
        hosts.push_back(jump.get());
    hosts.push_back(m_settings.get());
    const bool isFirstDirect = hosts.front()->proxyCommand.isEmpty();
    for (const SshSettings *host : hosts) {
        std::vector<SocketAddress> addresses;
        if (const auto literal = SocketAddress::fromLiteral(host->host, host->port)) {
            addresses.push_back(*literal);
        } else if (host == hosts.front() && isFirstDirect) {
            const Deadline end = m_worker.reactor.after(host->timeouts.resolve);
            addresses = co_await m_worker.run.resolver.resolve(m_worker.reactor, host->host, host->family, end);
        }
        for (const SocketAddress &address : addresses) {
            if (isExcluded(address.toHostAddress()))
                throw JobError(Cause::Excluded, QStringLiteral("%1 is excluded").arg(QString::fromLatin1(address.toLiteral())));
        }
    }
}

Task<> OpensshCommand::start(QByteArray command)
{
    m_progress.enter(SshPhase::Resolve);
    co_await refuseExcluded();
    m_progress.enter(SshPhase::Wait);
    m_turn = co_await m_worker.run.opensshProcesses.enter(m_worker.reactor);
    m_progress.enter(SshPhase::Connect);
    auto place = std::make_shared<LogPlace>();
    std::function<void()> step = [place, settings = m_settings] { place->make(*settings); };
    QString problem;
    try {
        co_await offload(m_worker.reactor, m_worker.run.blocking, std::move(step));
        refuseClash(place->clash);
        m_directory = std::exchange(place->directory, {});
        // The shell that ssh gives a ProxyCommand and the mark to: a service's own may be nologin.
        QStringList words{QStringLiteral("env"), QStringLiteral("SHELL=/bin/sh")};
        words += opensshWords(*m_settings, QFile::decodeName(m_directory + logName), place->revoked, m_mark.trimmed());
        co_await launch(words << QString::fromUtf8(command));
    } catch (const std::runtime_error &error) {
        problem = QString::fromLocal8Bit(error.what());
    }
    if (!problem.isEmpty()) // a full /tmp, no process left: no word on the host, and nothing that may pass for a good end
        throw JobError(Cause::LocalLimit, QStringLiteral("ssh(1) cannot be started: %1").arg(problem));
    readAlong(std::exchange(place->descriptor, -1)); // alone it does not keep ssh going: who has opened it, if anybody?
}

QByteArrayView OpensshCommand::commandsOwn(QByteArrayView error)
{
    if (m_isPastMark)
        return error;
    m_firstWords += error.first(qMin(error.size(), longestWords - m_firstWords.size()));
    m_beforeMark += error;
    const qsizetype mark = m_beforeMark.indexOf(m_mark);
    m_isPastMark = mark >= 0;
    m_beforeMark = m_isPastMark ? m_beforeMark.mid(mark + m_mark.size()) : m_beforeMark.last(qMin(m_beforeMark.size(), m_mark.size()));
    return m_isPastMark ? QByteArrayView(m_beforeMark) : QByteArrayView();
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
    else if (m_log.isEmpty() && !m_firstWords.isEmpty()) // as where whoever runs this has no entry in passwd
        throw JobError(Cause::BadVariable,
                       QStringLiteral("ssh(1) ended before it began: %1").arg(printable(m_firstWords.trimmed(), longestWords)));
    else
        throw m_log.failure(m_isPastMark ? QByteArray() : m_firstWords.trimmed());
    co_return std::move(m_reply);
}

} // namespace collector
