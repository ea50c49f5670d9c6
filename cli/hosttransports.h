// HostTransports: SSH and ICMP behind the engine's seam. One for a run; outlives the engine.

#pragma once

#include "cli/hostsettings.h"
#include "engine/transport.h"
#include "icmp/echoservice.h"
#include "net/offload.h"
#include "net/resolver.h"
#include "ssh/sshrun.h"

#include <memory>

namespace collector {

class HostTransports final : public TransportFactory
{
public:
    struct Setup
    {
        std::shared_ptr<const HostSettings> settings;
        SshRun::Options ssh;
        double pingRate = 0; // packets a second; 0: no limit
    };
    explicit HostTransports(Setup setup);
    ~HostTransports() override;

    [[nodiscard]] std::unique_ptr<Transport> make(Reactor &reactor) override;
    [[nodiscard]] SshRun &ssh() { return m_ssh; }

private:
    class WorkerTransport;
    class Shell;
    class Echo;

    const Setup m_setup;
    Resolver m_resolver;
    ThreadPool m_blocking;
    SshRun m_ssh;
    EchoService m_echo;
};

} // namespace collector
