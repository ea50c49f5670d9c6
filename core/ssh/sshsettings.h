// SshSettings: all that the transport has to know of one host before it makes a connection.
//
// Plain values, resolved by whoever asks for the connection from command line, inventory, ssh_config and defaults, in this order. Not
// changed once a shell has them; a jump host's are shared by all its targets. Any thread.

#pragma once

#include "net/socketaddress.h"
#include "ssh/credentials.h"
#include "ssh/knownhosts.h"
#include "ssh/revokedkeys.h"

#include <QByteArray>
#include <QStringList>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace collector {

enum class HostKeyPolicy {
    Strict,
    AcceptNew, // a host of which nothing is known is believed, and written down
    Off,       // any key; then no password is sent
};

// Bits. ssh's own limit, which RequiredRSASize can only raise: what is shorter has been factored, or soon will be.
inline constexpr int smallestRsaSize = 1024;

enum class SshTransport { Native, OpenSsh, Local };

// How long each phase may take, from its own start. Absolute: bytes that trickle in do not extend it.
struct SshTimeouts
{
    std::chrono::milliseconds resolve{10'000};
    std::chrono::milliseconds connect{10'000}; // TCP, all addresses together
    std::chrono::milliseconds handshake{15'000};
    std::chrono::milliseconds authentication{20'000};
    std::chrono::milliseconds slowAuthentication{60'000}; // where an agent or keyboard-interactive takes part
    std::chrono::milliseconds channel{10'000};
    std::chrono::milliseconds exec{10'000};
    std::chrono::milliseconds attempt{60'000}; // all of it, from its first command: then the engine cuts it off

    // Where a whole attempt at the host is given longer than these, as by --timeout, what waits there for a directory or for PAM may take
    // all of it: logging in, opening a channel, starting a command.
    void setAttempt(std::chrono::milliseconds time);
};

inline void SshTimeouts::setAttempt(std::chrono::milliseconds time)
{
    attempt = time;
    for (std::chrono::milliseconds *limit : {&authentication, &slowAuthentication, &channel, &exec})
        *limit = std::max(*limit, time);
}

// Algorithm lists as in ssh_config, without its `+`, `-` and `^` forms (resolved by then). Empty: our own list.
struct SshAlgorithms
{
    QByteArray kex;
    QByteArray hostKeys;
    QByteArray ciphers;
    QByteArray macs;
    QByteArray publicKeys; // PubkeyAcceptedAlgorithms
};

// --become: how commands that ask for it are raised.
struct Become
{
    enum class Method { Sudo, Doas, Su };

    bool isWanted = false;
    Method method = Method::Sudo;
    QByteArray user = "root";
    std::shared_ptr<const Secret> password; // null: only where none is asked for
    bool isPasswordWithheld = false;        // there is one, but nobody has checked the host's key
    bool isWholeScript = false;             // --become-mode script: a job that could raise single commands is raised as a whole
};

struct SshSettings
{
    QByteArray host; // name or literal, after HostName; a literal may have a zone
    quint16 port = 22;
    AddressFamily family = AddressFamily::Any;
    QByteArray bindAddress; // literal; empty: any

    // First hop first; each is reached through those before it. The host's own key is checked under its own name.
    std::vector<std::shared_ptr<const SshSettings>> jumps;
    QStringList proxyCommand; // argv, tokens expanded, run without a shell; empty: none

    QByteArray hostKeyAlias;
    std::shared_ptr<const KnownHosts> knownHosts;
    QString knownHostsFile;      // where accept-new writes; empty: nowhere
    bool hashKnownHosts = false; // HashKnownHosts: how
    HostKeyPolicy hostKeyPolicy = HostKeyPolicy::Strict;
    std::shared_ptr<const RevokedKeys> revokedKeys; // RevokedHostKeys, whatever the policy; null: none

    QByteArray user;
    std::shared_ptr<Credentials> credentials;
    QStringList identityFiles;     // empty: the defaults
    bool mayUseDefaultKeys = true; // IdentityFile none
    QStringList certificateFiles;
    bool identitiesOnly = false;
    std::shared_ptr<const Secret> password; // null: none
    QByteArray passwordUser;                // of a jump host that is not offered the password: whose it is. Empty: nothing is kept back
    QByteArray credentialsGroup;            // hosts of one group are likely to take the same key: the one that worked is offered first
    bool mayUseAgent = true;                // IdentityAgent none
    QString agentSocket;                    // IdentityAgent; empty: that of SSH_AUTH_SOCK
    std::vector<QByteArray> preferredAuthentications; // empty: publickey, password, keyboard-interactive

    SshAlgorithms algorithms;
    bool mayOrderHostKeys = false;         // its host keys are ours with some added or taken away: those that known_hosts knows go first
    int requiredRsaSize = smallestRsaSize; // RequiredRSASize: shorter keys, the host's and ours, are not used
    bool legacy = false;                   // also what is broken, for devices that have nothing else
    SshTimeouts timeouts;
    std::chrono::seconds serverAliveInterval{0}; // 0: a silent host is not asked
    int serverAliveCountMax = 3;
    std::vector<std::pair<QByteArray, QByteArray>> environment; // SetEnv; what the server refuses is left out
    Become become;

    SshTransport transport = SshTransport::Native;

    // For ssh(1), which reads ssh_config for itself.
    QString openSshConfig;             // -F; empty: its own
    QByteArray writtenHost;            // the name by which ssh_config knows the host; empty: `host`
    QStringList openSshOptions;        // "Word=value": what stands above that file, and has no place above
    QStringList userKnownHostsFiles;   // all of them
    QStringList globalKnownHostsFiles; // likewise
};

} // namespace collector
