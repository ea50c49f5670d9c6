#include "ssh/secretsource.h"

#include "ssh/silentterminal.h"

#include <QFile>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

namespace collector {

namespace {

constexpr size_t longestSecret = 64 * 1024;

class Descriptor
{
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor()
    {
        if (m_fd >= 0)
            close(m_fd);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    operator int() const { return m_fd; }

private:
    const int m_fd;
};

std::runtime_error problem(const QString &where, const QString &what)
{
    return std::runtime_error((where + QStringLiteral(": ") + what).toStdString());
}

QString systemError()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

void refuseIfShared(int fd, const QString &path)
{
    struct stat status = {};
    if (fstat(fd, &status) != 0)
        throw problem(path, systemError());
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        throw problem(path, QStringLiteral("is neither a file nor a pipe"));
    if (status.st_uid != getuid() && status.st_uid != geteuid() && status.st_uid != 0)
        throw problem(path, QStringLiteral("belongs to another user; a secret is read only from a file of your own or root's"));
    if ((status.st_mode & 077) != 0)
        throw problem(path, QStringLiteral("may be read or changed by others (mode %1); run: chmod 600 %2")
                                .arg(status.st_mode & 0777, 4, 8, QLatin1Char('0'))
                                .arg(path));
}

// Takes in a key, or waits for one a while. An interrupt, too, at the end of input, and when a signal waits that would end us.
Typed takeKey(int terminal, Secret &line)
{
    constexpr int patience = 200;
    pollfd waiting = {terminal, POLLIN, 0};
    const int ready = poll(&waiting, 1, patience);
    sigset_t pending;
    sigpending(&pending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        if (sigismember(&pending, signal) == 1)
            return Typed::Interrupt;
    }
    if (ready <= 0)
        return Typed::More;
    char byte = 0;
    const ssize_t count = read(terminal, &byte, 1);
    if (count == 1)
        return typeKey(line, byte);
    return count < 0 && (errno == EINTR || errno == EAGAIN) ? Typed::More : Typed::Interrupt;
}

} // namespace

Secret readPrivateFile(const QString &path, size_t largest)
{
    const Descriptor fd(open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (fd < 0)
        throw problem(path, systemError());
    refuseIfShared(fd, path);
    Secret secret;
    char buffer[4096];
    while (true) {
        const ssize_t count = read(fd, buffer, sizeof(buffer));
        if (count < 0 && errno == EINTR)
            continue;
        for (ssize_t i = 0; i < count; ++i)
            secret.append(buffer[i]);
        wipe(buffer, sizeof(buffer));
        if (count < 0)
            throw problem(path, systemError());
        if (secret.size() > largest)
            throw problem(path, QStringLiteral("is larger than %1 bytes").arg(largest));
        if (count == 0)
            return secret;
    }
}

Secret readSecretFile(const QString &path)
{
    Secret secret = readPrivateFile(path, longestSecret);
    if (!secret.isEmpty() && secret.bytes().back() == '\n')
        secret.chop(1);
    if (!secret.isEmpty() && secret.bytes().back() == '\r')
        secret.chop(1);
    if (secret.isEmpty())
        throw problem(path, QStringLiteral("is empty"));
    if (secret.bytes().find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos)
        throw problem(path, QStringLiteral("has more than one line; a secret is one line"));
    return secret;
}

std::optional<Secret> takeSecretFromEnvironment(const char *variable)
{
    char *const value = std::getenv(variable);
    if (!value)
        return {};
    const size_t size = std::strlen(value);
    Secret secret(std::string_view(value, size));
    wipe(value, size);
    unsetenv(variable);
    return secret;
}

Secret askOnTerminal(const QString &prompt, const QString &otherwise)
{
    const Descriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal < 0)
        throw problem(prompt.section(u':', 0, 0), QStringLiteral("there is no terminal to ask on; give %1").arg(otherwise));
    return askOnTerminal(terminal, prompt);
}

Secret askOnTerminal(int terminal, const QString &prompt)
{
    Secret secret;
    SilentTerminal silent(terminal);
    const std::string question = prompt.toLocal8Bit().toStdString();
    sayOnTerminal(terminal, question);
    Typed typed = Typed::More;
    while (typed == Typed::More || typed == Typed::Changed || typed == Typed::Suspend) {
        typed = takeKey(terminal, secret);
        if (typed == Typed::Suspend)
            silent.suspend();
        if (silent.wentOn()) {
            secret.clear();
            sayOnTerminal(terminal, question);
        }
    }
    sayOnTerminal(terminal, "\n");
    if (typed != Typed::Whole)
        throw std::runtime_error("nothing was entered: the question for a secret was cancelled");
    return secret;
}

} // namespace collector
