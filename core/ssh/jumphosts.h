// JumpHosts: the jump sessions of one worker, one or more for each chain of jump hosts, shared by all their targets.
//
// A session takes a hundred channels, then another one is opened. One that is lost is left to its last tunnels; after three losses of a
// chain, on whatever workers, its targets end as `not_attempted`. On the worker's thread.

#pragma once

#include "net/tcpconnect.h"
#include "ssh/carrier.h"
#include "ssh/jumpsession.h"
#include "ssh/sshsettings.h"

#include <collector/task.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace collector {

class JumpHosts
{
public:
    explicit JumpHosts(SshWorker &worker) : m_worker(worker) {}
    ~JumpHosts();

    // A way to the target through its jump hosts. Throws JobError: jump_failed, not_attempted, and what the last of them says of the
    // target.
    Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> openTunnel(std::shared_ptr<const SshSettings> target);

private:
    [[nodiscard]] std::shared_ptr<JumpSession> sessionFor(const SshSettings &target);

    SshWorker &m_worker;
    std::map<QByteArray, std::vector<std::shared_ptr<JumpSession>>> m_chains;
};

} // namespace collector
