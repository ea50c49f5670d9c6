// Options: what the command line of fleet says, checked. Read by every thread, written by none once parsed.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace collector::fleet {

struct Options
{
    std::uint16_t port = 0; // 0: any free one
    int threads = 2;
    int backlog = 65535; // the kernel cuts it down to net.core.somaxconn
    std::string hostKeyFile;
    std::string knownHostsFile;
    std::vector<std::string> authorizedKeyFiles; // none: any key may log in
    std::optional<std::string> password;         // none: the method is not offered
    std::optional<std::string> user;             // none: any
    std::string output = "hello world\n";
    bool run = false;
    std::string shell = "/bin/sh";        // login shell, for --run
    std::vector<std::string> environment; // NAME=VALUE, for --run
    std::chrono::milliseconds delay{0};
    std::chrono::milliseconds latency{0};
    std::string fault;
    std::string faultMapFile;
    std::string logFile;
    std::string statsFile;
    int maxAuthTries = 6;
    bool anyAddress = false; // not only 127.0.0.0/8
    bool listFaults = false;
    bool parentDeath = false;
    bool help = false;
};

// Throws std::invalid_argument with a message for a person.
[[nodiscard]] Options parseOptions(int argc, char **argv);
[[nodiscard]] std::string usage();

} // namespace collector::fleet
