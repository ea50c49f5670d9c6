// SshRun: what the SSH connections of one run share, whatever worker they are on.
//
// Made on the main thread before the workers, destroyed after them. Thread-safe.

#pragma once

#include "net/gate.h"
#include "net/offload.h"
#include "net/resolver.h"
#include "ssh/addressgates.h"
#include "ssh/agents.h"
#include "ssh/jumplosses.h"
#include "ssh/passwordbrake.h"
#include "ssh/provenkeys.h"

#include <QHostAddress>

#include <functional>
#include <memory>
#include <mutex>

namespace collector {

class AgentClient;
class JumpService;
class KnownHostsAppender;
class TerminalQuestions;

class SshRun
{
public:
    struct Options
    {
        int maxAuthFailures = 3; // --max-auth-failures
        int unauthenticatedPerAddress = 8;
        int opensshProcesses = 50;
        QByteArray mark{}; // a word in front of command lines of our own (marked() in delivery.h); empty: none
        // Asked of every address, those of jump hosts included, before a packet goes there. Called from all workers.
        std::function<bool(const QHostAddress &)> isExcluded;
    };

    SshRun(Options options, Resolver &resolver, ThreadPool &blocking);
    ~SshRun();
    SshRun(const SshRun &) = delete;
    SshRun &operator=(const SshRun &) = delete;

    const Options options;
    Resolver &resolver;
    ThreadPool &blocking;
    ThreadPool calculations; // of libssh that take long, as many at once as there are cores
    AddressGates addresses;
    PasswordBrake passwords;
    ProvenKeys provenKeys;
    JumpLosses jumpLosses;
    Gate opensshProcesses;
    Agents agents; // of IdentityAgent

    // Null: none. Set before the workers start.
    std::shared_ptr<AgentClient> agent; // of SSH_AUTH_SOCK
    std::shared_ptr<KnownHostsAppender> knownHostsAppender;
    std::shared_ptr<TerminalQuestions> questions; // of jump hosts, to a person

    // Made when it is first asked for.
    [[nodiscard]] JumpService &jumps();

private:
    std::once_flag m_areJumpsMade;
    std::unique_ptr<JumpService> m_jumps; // last: its thread uses all of the above
};

} // namespace collector
