#include "serverprocess.h"

#include <QDeadlineTimer>
#include <QFile>

#include <libssh/libssh.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace collector {

namespace {

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

} // namespace

ServerProcess::ServerProcess()
{
    if (!m_directory.isValid())
        throw std::runtime_error("no temporary folder");
    generateKey(clientKey());
}

ServerProcess::~ServerProcess()
{
    stop();
    if (m_reservation >= 0)
        close(m_reservation);
}

QByteArray ServerProcess::standardError() const
{
    QFile log(file(QStringLiteral("stderr")));
    return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
}

QString ServerProcess::user()
{
    const passwd *entry = getpwuid(geteuid());
    return entry ? QString::fromLocal8Bit(entry->pw_name) : QStringLiteral("root");
}

QStringList ServerProcess::sshOptions() const
{
    QStringList options{QStringLiteral("-F"), QStringLiteral("none"), QStringLiteral("-p"), QString::number(m_port)};
    for (const QString &setting :
         {QStringLiteral("BatchMode=yes"), QStringLiteral("StrictHostKeyChecking=yes"),
          QStringLiteral("UserKnownHostsFile=") + knownHostsFile(), QStringLiteral("GlobalKnownHostsFile=none"),
          QStringLiteral("IdentityFile=") + clientKey(), QStringLiteral("IdentitiesOnly=yes"), QStringLiteral("IdentityAgent=none")})
        options << QStringLiteral("-o") << setting;
    return options;
}

int ServerProcess::stop()
{
    using namespace std::chrono_literals;
    if (m_process.state() == QProcess::NotRunning)
        return -1;
    m_process.terminate();
    if (!m_process.waitForFinished(10'000)) {
        m_process.kill();
        m_process.waitForFinished(10'000);
    }
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

void ServerProcess::start(const QString &program, const QStringList &arguments)
{
    m_process.setStandardErrorFile(file(QStringLiteral("stderr")));
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGTERM); });
    m_process.start(program, arguments);
    if (!m_process.waitForStarted())
        fail(QStringLiteral("cannot start ") + program);
}

void ServerProcess::waitUntilAccepting()
{
    QDeadlineTimer deadline(60'000); // beside other tests: alone it takes a fraction of a second
    const sockaddr_in address = loopback(m_port);
    while (!deadline.hasExpired()) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int status = ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address);
        close(fd);
        if (status == 0)
            return;
        if (m_process.waitForFinished(20))
            break;
    }
    fail(QStringLiteral("the server does not accept connections"));
}

void ServerProcess::fail(const QString &what)
{
    stop();
    throw std::runtime_error(
        (what.toLocal8Bit() + ": " + m_process.errorString().toLocal8Bit() + "\n" + standardError().right(2000)).toStdString());
}

void ServerProcess::writeKnownHosts(const QString &publicKeyFile)
{
    QFile key(publicKeyFile);
    if (!key.open(QIODevice::ReadOnly))
        fail(QStringLiteral("no public host key"));
    const QList<QByteArray> words = key.readLine().split(' ');
    m_hostKeyLine = "[127.*]:" + QByteArray::number(m_port) + ' ' + words.value(0) + ' ' + words.value(1).trimmed();
    write(QStringLiteral("known_hosts"), m_hostKeyLine + '\n');
}

void ServerProcess::write(const QString &name, const QByteArray &content) const
{
    QFile target(file(name));
    if (!target.open(QIODevice::WriteOnly) || target.write(content) != content.size())
        throw std::runtime_error("cannot write " + name.toStdString());
}

// Bound, and never listened on: with SO_REUSEADDR on both, as every server sets it, Linux lets the server have it beside us, and whoever
// wants any port, to listen or to connect from, gets another one.
void ServerProcess::reservePort()
{
    m_reservation = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(m_reservation, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t size = sizeof address;
    if (bind(m_reservation, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        getsockname(m_reservation, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    setPort(ntohs(address.sin_port));
}

void ServerProcess::generateKey(const QString &file)
{
    ssh_key key = nullptr;
    const QByteArray path = QFile::encodeName(file);
    const bool done = ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK &&
                      ssh_pki_export_privkey_file(key, nullptr, nullptr, nullptr, path.constData()) == SSH_OK &&
                      ssh_pki_export_pubkey_file(key, (path + ".pub").constData()) == SSH_OK;
    ssh_key_free(key);
    if (!done || !QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner))
        throw std::runtime_error("cannot generate a key");
}

} // namespace collector
