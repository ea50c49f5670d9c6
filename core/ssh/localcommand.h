// LocalCommand: one command on this machine, for hosts whose ansible_connection is local. On the worker's thread.

#pragma once

#include "ssh/childcommand.h"
#include "ssh/sshprogress.h"

namespace collector {

class LocalCommand final : public ChildCommand
{
public:
    LocalCommand(SshWorker &worker, SshProgress &progress, OutputLimits limits) : ChildCommand(worker, limits), m_progress(progress) {}

    // Given to /bin/sh. Waits for its turn among processes. Throws JobError: local_limit.
    Task<> start(QByteArray command);

private:
    Task<ShellReply> conclude() override;

    SshProgress &m_progress;
    Gate::Pass m_turn;
};

} // namespace collector
