// Children: starting a shell, and telling how it ended.

#pragma once

#include <sys/types.h>

#include <mutex>
#include <string>
#include <vector>

namespace collector::fleet {

struct Child
{
    pid_t pid;
    int life;  // a pidfd
    int input; // ends of pipes, ours, not blocking
    int output;
    int error;
};

// Throws std::runtime_error. The child leads its own process group.
[[nodiscard]] Child startShell(const std::string &shell, const std::string &line, const std::vector<std::string> &environment);

// Children whose connection is gone. sshd leaves them alone, and so does the fleet as long as it runs. Any thread may call.
class Orphans
{
public:
    ~Orphans(); // kills them, with what is left of their process groups
    void add(pid_t child);
    void reap();

private:
    std::mutex m_mutex;
    std::vector<pid_t> m_children;
};

// Name without SIG as RFC 4254, section 6.10 has it; empty: it has none there.
[[nodiscard]] std::string signalName(int signal);

} // namespace collector::fleet
