#include "children.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace collector::fleet {

namespace {

struct Pipe
{
    Pipe()
    {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
            throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
        readEnd = ends[0];
        writeEnd = ends[1];
    }
    ~Pipe()
    {
        for (const int fd : {readEnd, writeEnd}) {
            if (fd >= 0)
                close(fd);
        }
    }
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    static int release(int &fd)
    {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        return std::exchange(fd, -1);
    }

    int readEnd = -1;
    int writeEnd = -1;
};

} // namespace

Child startShell(const std::string &shell, const std::string &line, const std::vector<std::string> &environment)
{
    Pipe input;
    Pipe output;
    Pipe error;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.readEnd, 0);
    posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1);
    posix_spawn_file_actions_adddup2(&actions, error.writeEnd, 2);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t pipeSignal;
    sigemptyset(&pipeSignal);
    sigaddset(&pipeSignal, SIGPIPE); // which we ignore
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &pipeSignal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

    // POSIX wants char *const[], and promises not to write.
    std::string name = shell.substr(shell.rfind('/') + 1);
    std::string option = "-c";
    std::string command = line;
    std::array<char *, 4> arguments{name.data(), option.data(), command.data(), nullptr};
    if (line.empty())
        arguments[1] = nullptr;
    std::vector<std::string> variables = environment;
    std::vector<char *> pointers;
    pointers.reserve(variables.size() + 1);
    for (std::string &variable : variables)
        pointers.push_back(variable.data());
    pointers.push_back(nullptr);

    pid_t pid = 0;
    const int failure = posix_spawn(&pid, shell.c_str(), &actions, &attributes, arguments.data(), pointers.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failure)
        throw std::runtime_error(std::string("no shell: ") + std::strerror(failure));
    const int life = static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); // close-on-exec by nature
    return {pid, life, Pipe::release(input.writeEnd), Pipe::release(output.readEnd), Pipe::release(error.readEnd)};
}

Orphans::~Orphans()
{
    for (const pid_t child : m_children) {
        kill(-child, SIGKILL);
        waitpid(child, nullptr, 0);
    }
}

void Orphans::add(pid_t child)
{
    const std::lock_guard lock(m_mutex);
    m_children.push_back(child);
}

void Orphans::reap()
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_children, [](pid_t child) { return waitpid(child, nullptr, WNOHANG) != 0; });
}

std::string signalName(int signal)
{
    switch (signal) {
    case SIGABRT:
        return "ABRT";
    case SIGALRM:
        return "ALRM";
    case SIGFPE:
        return "FPE";
    case SIGHUP:
        return "HUP";
    case SIGILL:
        return "ILL";
    case SIGINT:
        return "INT";
    case SIGKILL:
        return "KILL";
    case SIGPIPE:
        return "PIPE";
    case SIGQUIT:
        return "QUIT";
    case SIGSEGV:
        return "SEGV";
    case SIGTERM:
        return "TERM";
    case SIGUSR1:
        return "USR1";
    case SIGUSR2:
        return "USR2";
    default:
        return {};
    }
}

} // namespace collector::fleet
