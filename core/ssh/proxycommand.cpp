#include "ssh/proxycommand.h"

#include "net/childprocess.h"
#include "net/offload.h"

#include <collector/joberror.h>

#include <QRegularExpression>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace collector {

namespace {

// Long for a process that closes its descriptors, and for one that has done so and only has to go; short for a worker.
constexpr int momentMs = 2;
constexpr int endingMs = 50;

// The process, and our end of its standard error.
class Proxy final : public Carrier
{
public:
    Proxy(ThreadPool &pool, QString name) : m_pool(pool), m_name(std::move(name)) {}
    ~Proxy() override
    {
        if (process <= 0)
            return;
        ChildProcess::kill(process);
        m_pool.run([ended = process] { ChildProcess::wait(ended); });
    }

    [[nodiscard]] std::optional<QString> loss() const override
    {
        if (!hasFailed())
            return std::nullopt;
        std::array<char, 1024> said;
        const ssize_t got = recv(errors.descriptor(), said.data(), said.size(), MSG_DONTWAIT | MSG_PEEK);
        if (got <= 0) // `ssh -q -W` among others
            return QStringLiteral("ProxyCommand %1 failed and says nothing; try it by hand, without -q").arg(m_name);
        return QStringLiteral("ProxyCommand %1 says: %2").arg(m_name, printable(QByteArrayView(said.data(), got)));
    }

    OwnedSocket errors;
    pid_t process = -1;

private:
    // What it says while it runs, or when the host has closed the connection, is a banner or a note. One that ends lets go of its
    // descriptors a moment before it can be asked how.
    [[nodiscard]] bool hasFailed() const
    {
        pollfd hangUp{errors.descriptor(), 0, 0};
        const bool isEnding = poll(&hangUp, 1, 0) == 1;
        const int end = int(syscall(SYS_pidfd_open, process, 0));
        if (end >= 0) {
            pollfd waiting{end, POLLIN, 0};
            poll(&waiting, 1, isEnding ? endingMs : momentMs);
            ::close(end);
        }
        siginfo_t info{};
        return waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == process &&
               (info.si_code != CLD_EXITED || info.si_status != 0);
    }

    ThreadPool &m_pool;
    const QString m_name;
};

// All that the step on the pool uses, and leaves behind if nobody waits any more.
struct Start
{
    ~Start()
    {
        for (const int end : {carried, errors}) {
            if (end >= 0)
                ::close(end);
        }
        if (process > 0) {
            ChildProcess::kill(process);
            ChildProcess::wait(process);
        }
    }
    QStringList command;
    int carried = -1; // the process's ends
    int errors = -1;
    pid_t process = -1;
};

std::pair<OwnedSocket, int> pairOf(Reactor &reactor)
{
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw JobError(Cause::LocalLimit, QStringLiteral("no descriptor is left for a ProxyCommand; raise the limit (ulimit -n)"));
    return {OwnedSocket(reactor, ends[0]), ends[1]};
}

} // namespace

QString shownCommand(const QStringList &command)
{
    // A word of a shell, quoted or not, behind what says that it is a secret: sshpass -p, ncat --proxy-auth, plink -pw, SSHPASS=.
    static const auto word = QStringLiteral("(?:'[^']*'|\"[^\"]*\"|\\\\.|[^\\s'\"\\\\])+");
    static const QRegularExpression secret(
        QStringLiteral("(\\bsshpass(?:\\s+-(?:[fdP]\\s*%1|[ehvV]))*\\s+-p\\s*|--proxy-auth[\\s=]\\s*|\\s-pw\\s+|"
                       "\\b[A-Z0-9_]*(?:PASS|PWD|SECRET|TOKEN)[A-Z0-9_]*=)%1")
            .arg(word));
    return command.join(u' ').replace(secret, QStringLiteral("\\1***"));
}

Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> startProxyCommand(SshWorker &worker, std::shared_ptr<const SshSettings> settings)
{
    auto start = std::make_shared<Start>();
    start->command = settings->proxyCommand;
    auto [socket, carried] = pairOf(worker.reactor);
    start->carried = carried;
    auto [said, errors] = pairOf(worker.reactor);
    start->errors = errors;
    std::function<void()> step = [start] {
        start->process = ChildProcess::start(start->command, std::array{start->carried, start->carried, start->errors},
                                             ChildProcess::Environment::Whole);
    };
    QString problem;
    try {
        co_await offload(worker.reactor, worker.run.blocking, std::move(step));
    } catch (const std::runtime_error &error) {
        problem = QString::fromLocal8Bit(error.what());
    }
    if (!problem.isEmpty())
        throw JobError(Cause::JumpFailed, QStringLiteral("ProxyCommand cannot be started: %1").arg(problem));
    auto proxy = std::make_unique<Proxy>(worker.run.blocking, shownCommand(start->command));
    proxy->process = std::exchange(start->process, -1);
    proxy->errors = std::move(said);
    fcntl(socket.descriptor(), F_SETFL, O_RDWR | O_NONBLOCK);
    std::pair<OwnedSocket, std::unique_ptr<Carrier>> result(std::move(socket), std::move(proxy));
    co_return result;
}

} // namespace collector
