// SshBench: a worker without an engine, to run commands over SSH from a test.
//
// One thread, one event loop; every run() is a host of its own, and many may be in flight.

#pragma once

#include "net/offload.h"
#include "net/reactor.h"
#include "net/resolver.h"
#include "ssh/sshrun.h"
#include "ssh/sshshell.h"
#include "ssh/sshworker.h"

#include <QString>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace collector {

class ServerProcess;

// How a host ended.
struct SshOutcome
{
    // As the plugin ssh-command sees it: a status other than 0, a signal, cut output are causes too.
    [[nodiscard]] Cause commandCause() const;

    std::optional<ShellReply> reply;
    Cause cause = Cause::None;
    QString message;
    ConnectionInfo info;
    SshPhase lastPhase = SshPhase::Idle;
    bool isCommandSent = false;
};

class SshBench
{
public:
    explicit SshBench(SshRun::Options options = {});
    ~SshBench();

    // Settings for a host of that server, with the key that may log in.
    [[nodiscard]] SshSettings settingsFor(const ServerProcess &server, const QByteArray &address = "127.0.0.1") const;

    // Starts it; the outcome is there once wait() has returned.
    const SshOutcome &start(SshSettings settings, std::vector<ShellCommand> commands);
    const SshOutcome &start(SshSettings settings, QByteArray command);
    void wait();
    // As an interrupt does: destroys all that is in flight, from the loop.
    void destroyAll();
    void spinFor(std::chrono::milliseconds time);
    // How long something takes is the machine's business: false only if it has not come in half a minute.
    [[nodiscard]] bool spinUntil(const std::function<bool()> &isThere);
    [[nodiscard]] bool spinUntilSent(); // the commands of all that is in flight
    // In the loop, as all must be that starts or destroys tasks; it is done when this returns.
    void inLoop(const std::function<void()> &function);
    [[nodiscard]] int inFlight() const { return m_inFlight; }

    // As --timeout: a host that takes longer is destroyed, and its cause is that of the phase it was in.
    std::chrono::milliseconds timeout{0};

    SshOutcome run(SshSettings settings, ShellCommand command);
    SshOutcome run(SshSettings settings, QByteArray command);

    Reactor reactor;
    Resolver resolver;
    ThreadPool blocking{4, "blocking"};
    SshRun ssh;
    std::unique_ptr<SshWorker> worker;

private:
    struct HostRun
    {
        SshOutcome outcome;
        SshProgress progress;
        std::unique_ptr<SshShell> shell;
        std::optional<Task<>> task;
    };
    Task<> runAll(HostRun &host, std::vector<ShellCommand> commands);
    Task<> work(HostRun &host, std::vector<ShellCommand> commands);
    Task<> sleep(std::chrono::milliseconds time) { co_await reactor.sleepUntil(reactor.after(time)); }
    void finished(HostRun &host);

    std::list<HostRun> m_hosts;
    int m_inFlight = 0;
};

} // namespace collector
