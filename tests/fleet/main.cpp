// fleet: a process full of simulated SSH hosts. See README.md.

#include "files.h"
#include "fleet.h"
#include "listener.h"
#include "worker.h"

#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <thread>

namespace {

using namespace collector::fleet;

void listFaults()
{
    for (const Fault &fault : allFaults()) {
        const auto text = std::string(fault.name) + '\t' + std::string(fault.cause) + '\t' + std::string(fault.description);
        std::puts(text.c_str());
    }
}

// Blocked in every thread, waited for in this one.
sigset_t endingSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&signals, signal);
    return signals;
}

void serve(Fleet &fleet)
{
    const sigset_t signals = endingSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    const Listener listener(fleet.options.port, fleet.options.backlog);
    const std::string line = fleet.keys.knownHostsLine(listener.port());
    if (!fleet.options.knownHostsFile.empty())
        writeFile(fleet.options.knownHostsFile, line + '\n');

    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::jthread> threads;
    workers.reserve(static_cast<std::size_t>(fleet.options.threads));
    threads.reserve(static_cast<std::size_t>(fleet.options.threads));
    for (int i = 0; i < fleet.options.threads; ++i)
        workers.push_back(std::make_unique<Worker>(fleet, listener.fd()));
    for (const auto &worker : workers)
        threads.emplace_back([&worker] { worker->run(); });

    std::printf("listening %d\nhostkey %s\nfingerprint %s\n", int(listener.port()), line.c_str(), fleet.keys.fingerprint().c_str());
    std::fflush(stdout);

    const timespec oneSecond{1, 0};
    while (sigtimedwait(&signals, nullptr, &oneSecond) < 0)
        fleet.orphans.reap();
    for (const auto &worker : workers)
        worker->stop();
}

} // namespace

int main(int argc, char **argv)
{
    try {
        Options options = parseOptions(argc, argv);
        if (options.help) {
            std::fputs(usage().c_str(), stdout);
            return 0;
        }
        if (options.listFaults) {
            listFaults();
            return 0;
        }
        if (options.parentDeath) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            if (getppid() == 1)
                return 0; // it was faster
        }
        ssh_init();
        Fleet fleet(std::move(options));
        serve(fleet);
        const std::string totals = fleet.journal.totals();
        std::fputs(totals.c_str(), stderr);
        if (!fleet.options.statsFile.empty())
            writeFile(fleet.options.statsFile, totals);
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "fleet: %s\n", error.what());
        return 2;
    }
}
