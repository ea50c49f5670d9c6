// SshWorker: what the SSH connections of one worker share: its reactor, its handshake slots, its sessions to jump hosts.
//
// Made, used and destroyed on the worker's thread, after all shells that use it.

#pragma once

#include "net/gate.h"
#include "net/reactor.h"
#include "ssh/sshrun.h"

#include <memory>

namespace collector {

class JumpHosts;

class SshWorker
{
public:
    SshWorker(Reactor &reactor, SshRun &run);
    ~SshWorker();
    SshWorker(const SshWorker &) = delete;
    SshWorker &operator=(const SshWorker &) = delete;

    Reactor &reactor;
    SshRun &run;
    Gate handshakes; // so many key exchanges and logins at once, or each takes longer than its deadline
    const std::unique_ptr<JumpHosts> jumpHosts;
};

} // namespace collector
