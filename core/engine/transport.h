// Transport: what one worker has to reach hosts with. The composition root stands SSH and ICMP behind it. Made, used and
// destroyed on the worker's thread.

#pragma once

#include "engine/hostsource.h"
#include "model/record.h"
#include "net/connectcounts.h"
#include "net/reactor.h"

#include <collector/pinger.h>
#include <collector/remoteshell.h>
#include <collector/tcpstream.h>

#include <functional>
#include <memory>

namespace collector {

// How far the host has come. Lives outside the coroutines: who destroys them reads it, to say in the record where the time
// ran out.
struct Progress
{
    Cause expiry = Cause::ExecTimeout;          // what it means when the host's time is up now: connect_timeout, handshake_timeout, …
    QByteArray phase;                           // for -vv and messages: "key exchange"
    std::chrono::nanoseconds held{0};           // that it waited for what is not its own: a jump host, and who logs in there
    bool isCommandSent = false;                 // from here on the host is not tried again: a command never runs twice
    QByteArray address;                         // the one in use, as a literal
    std::unique_ptr<ConnectionInfo> connection; // made when a connection is tried
    Deadline timeUp = never;                    // when the host's time is over, but for `held`; known when a shell is made
};

// A host's connection, as its jobs see it, and as the engine asks how far it has come.
class HostShell : public RemoteShell
{
public:
    using RemoteShell::run;
    virtual void report(Progress &progress) const = 0;
    // What belongs behind a message of that cause from a job that cannot know it.
    [[nodiscard]] virtual QString remarkOn(Cause) const { return {}; }
};

class Transport
{
public:
    virtual ~Transport() = default;
    // Whether a host that is started now would get its turn soon. After false: `onRoom` is called once, from the worker's loop.
    [[nodiscard]] virtual bool hasRoom() { return true; }
    std::function<void()> onRoom; // the worker's, set before the first host
    // Hosts in flight that wait for a person, who is being asked to log in to what stands before them. They cost next to nothing: as many
    // others as fit the window may be in flight beside them.
    [[nodiscard]] virtual int waitingForSomebody() const { return 0; }
    // What became of its connections, all together.
    [[nodiscard]] virtual ConnectCounts connects() const { return {}; }
    // `host` and `progress` outlive what is made here.
    [[nodiscard]] virtual std::unique_ptr<HostShell> makeShell(const PlannedHost &host, Progress &progress) = 0;
    [[nodiscard]] virtual std::unique_ptr<Pinger> makePinger(const PlannedHost &host, Progress &progress) = 0;
    // An address of the host that may be contacted, as a literal.
    virtual Task<QByteArray> resolve(const PlannedHost &host, Progress &progress) = 0;
    virtual Task<std::unique_ptr<TcpStream>> connectTcp(const PlannedHost &host, Progress &progress, quint16 port,
                                                        std::chrono::milliseconds timeout) = 0;
};

class TransportFactory
{
public:
    virtual ~TransportFactory() = default;
    // On the worker's thread, once.
    [[nodiscard]] virtual std::unique_ptr<Transport> make(Reactor &reactor) = 0;
};

} // namespace collector
