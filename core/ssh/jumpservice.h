// JumpService: the jump hosts of a run, on a thread of their own, for the targets of all workers.
//
// A session to a jump host is logged in to once and carries whoever asks, whatever its worker; the socket pair of a tunnel is where the
// threads meet. No plugin runs on this thread, so none can hold a session up. Made with the first tunnel, ended after the workers.
// openTunnel() from any worker's thread.

#pragma once

#include "net/inbox.h"
#include "net/tcpconnect.h"
#include "ssh/carrier.h"
#include "ssh/sshprogress.h"
#include "ssh/sshsettings.h"

#include <collector/task.h>

#include <QThread>

#include <atomic>
#include <memory>
#include <utility>

namespace collector {

class SshRun;
class SshWorker;

class JumpService
{
public:
    explicit JumpService(SshRun &run); // throws JobError: local_limit
    ~JumpService();
    JumpService(const JumpService &) = delete;
    JumpService &operator=(const JumpService &) = delete;

    // As JumpHosts::openTunnel(); the socket is the worker's reactor's. Until the jump host is logged in to, and is asked for the
    // target, `progress` is held: that time is not the target's.
    Task<std::pair<OwnedSocket, std::unique_ptr<Carrier>>> openTunnel(SshWorker &worker, SshProgress &progress,
                                                                      std::shared_ptr<const SshSettings> target);

private:
    struct Request;
    class Answer;
    class Desk;
    class FarTunnel;

    void end(quint64 number);

    SshRun &m_run;
    std::atomic<quint64> m_lastNumber = 0; // of a request, and of the tunnel that comes of it
    Desk *m_desk = nullptr;                // the thread's own
    std::shared_ptr<Inbox> m_inbox;        // likewise
    QThread m_thread;
};

} // namespace collector
