// Agents: the ssh-agents that ssh_config names for some hosts (IdentityAgent), beside that of SSH_AUTH_SOCK.
//
// Each is asked once which keys it holds, when the first host needs it, on its own thread: one that stalls is waited for by those hosts
// alone. Of one run; any thread. What it gives lives as long as it does.

#pragma once

#include "net/reactor.h"

#include <collector/task.h>

#include <QString>

#include <map>
#include <memory>
#include <mutex>

namespace collector {

class AgentClient;

class Agents
{
public:
    Agents();
    ~Agents();
    Agents(const Agents &) = delete;
    Agents &operator=(const Agents &) = delete;

    struct Found
    {
        AgentClient *agent = nullptr; // null: it cannot be asked
        QString problem;              // why, for a person
    };
    Task<Found> at(Reactor &reactor, QString socket);

private:
    struct Entry;

    std::mutex m_mutex;
    std::map<QString, std::unique_ptr<Entry>> m_entries;
};

} // namespace collector
