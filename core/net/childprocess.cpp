#include "net/childprocess.h"

#include <QByteArray>
#include <QFile>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace collector {

namespace {

constexpr std::array inherited{"PATH",   "HOME", "USER",   "LOGNAME",       "SHELL",      "TERM",        "LANG",
                               "LC_ALL", "TZ",   "TMPDIR", "SSH_AUTH_SOCK", "KRB5CCNAME", "KRB5_CONFIG", "XDG_RUNTIME_DIR"};
constexpr std::string_view ours = "COLLECTOR_";

std::vector<QByteArray> variables(ChildProcess::Environment environment)
{
    std::vector<QByteArray> result;
    if (environment == ChildProcess::Environment::Whole) {
        for (char **variable = environ; variable && *variable; ++variable) {
            if (!std::string_view(*variable).starts_with(ours))
                result.emplace_back(*variable);
        }
        return result;
    }
    for (const char *name : inherited) {
        if (const char *value = getenv(name))
            result.push_back(QByteArray(name) + '=' + value);
    }
    return result;
}

template<typename Strings>
std::vector<char *> pointers(Strings &strings)
{
    std::vector<char *> list;
    list.reserve(size_t(strings.size()) + 1);
    for (QByteArray &text : strings)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

} // namespace

pid_t ChildProcess::start(const QStringList &command, std::span<const int> streams, Environment environment)
{
    std::vector<QByteArray> arguments;
    for (const QString &word : command)
        arguments.push_back(QFile::encodeName(word));
    if (arguments.empty())
        throw std::runtime_error("the command is empty");
    std::vector<QByteArray> named = variables(environment);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (size_t i = 0; i < streams.size(); ++i)
        posix_spawn_file_actions_adddup2(&actions, streams[i], int(i));
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t standard;
    sigemptyset(&none);
    sigemptyset(&standard);
    for (const int ignored : {SIGPIPE, SIGXFSZ})
        sigaddset(&standard, ignored);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t process = -1;
    const int error =
        posix_spawnp(&process, arguments[0].constData(), &actions, &attributes, pointers(arguments).data(), pointers(named).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        throw std::runtime_error((arguments[0] + ": " + strerror(error)).toStdString());
    return process;
}

void ChildProcess::kill(pid_t process)
{
    ::kill(-process, SIGKILL);
}

int ChildProcess::wait(pid_t process)
{
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

} // namespace collector
