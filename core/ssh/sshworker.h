// SshWorker: what the SSH connections of one worker share: its reactor, its handshake slots.
//
// Made, used and destroyed on the worker's thread, after all shells that use it.

#pragma once

#include "net/connectcounts.h"
#include "net/gate.h"
#include "net/reactor.h"
#include "ssh/credentials.h"
#include "ssh/sessionprototypes.h"
#include "ssh/sshrun.h"
#include "ssh/sshsettings.h"

#include <collector/task.h>

#include <QStringList>

#include <map>
#include <memory>
#include <tuple>

namespace collector {

class JumpHosts;

class SshWorker
{
public:
    SshWorker(Reactor &reactor, SshRun &run);
    ~SshWorker();
    SshWorker(const SshWorker &) = delete;
    SshWorker &operator=(const SshWorker &) = delete;

    // The keys for a host, from what was gathered before the run; those that only its own settings name are read on the pool, once. Null:
    // there are none.
    Task<std::shared_ptr<const Credentials::Offers>> offersFor(const SshSettings &settings);

    Reactor &reactor;
    SshRun &run;
    ConnectCounts connects; // direct ones
    int held = 0;           // hosts that wait for a jump host to be logged in to, or for their turn there
    Gate handshakes;        // so many key exchanges and logins at once, or each takes longer than its deadline
    SessionPrototypes prototypes;
    std::unique_ptr<JumpHosts> jumpHosts; // null, but on the jump hosts' own thread; its sessions use all of the above

private:
    using OfferKey = std::tuple<std::shared_ptr<Credentials>, QStringList, QStringList, bool, bool>;
    std::map<OfferKey, std::shared_ptr<const Credentials::Offers>> m_offers; // few: one for each set of files
};

} // namespace collector
