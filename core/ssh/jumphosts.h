// JumpHosts: the jump sessions of a run, one or more for each chain of jump hosts, shared by all their targets.
//
// The first login of a chain goes alone. A session takes a hundred channels, then another one is opened; but where the login has asked a
// person, that one session carries all, and who comes when it is full waits for a place. One that is lost is left to its last tunnels;
// after three losses of a chain its targets end as `not_attempted`. On the jump service's thread.

#pragma once

#include "net/tcpconnect.h"
#include "ssh/jumpsession.h"
#include "ssh/sshsettings.h"

#include <collector/task.h>

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace collector {

class Tunnel;

class JumpHosts
{
public:
    explicit JumpHosts(SshWorker &worker) : m_worker(worker) {}
    ~JumpHosts();

    // A way to the target through its jump hosts. `whenBegun` is called once they are logged in to, have room, and it is this one's turn.
    // Throws JobError: jump_failed, not_attempted, and what the last of them says of the target.
    Task<std::pair<OwnedSocket, std::unique_ptr<Tunnel>>> openTunnel(std::shared_ptr<const SshSettings> target,
                                                                     std::function<void()> whenBegun);

private:
    struct Chain
    {
        std::vector<std::shared_ptr<JumpSession>> sessions;
        size_t hops = 0;
        bool hasAskedNobody = false; // its first login: there may be more sessions than one
    };
    [[nodiscard]] std::shared_ptr<JumpSession> sessionFor(const SshSettings &target);

    SshWorker &m_worker;
    std::map<QByteArray, Chain> m_chains; // by chainKey()
};

} // namespace collector
