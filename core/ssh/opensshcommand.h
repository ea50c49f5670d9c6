// OpensshCommand: one command on one host through ssh(1), for what libssh cannot do: host certificates, GSSAPI, FIDO.
//
// A process in batch mode; nothing is asked. Its own log, at -v, tells how far it has come and why it failed, so that record and causes
// are those of the native transport. What it says on its standard error before it is logged in, the host's banner, is nobody's. On the
// worker's thread.

#pragma once

#include "model/record.h"
#include "ssh/childcommand.h"
#include "ssh/opensshlog.h"
#include "ssh/sshprogress.h"
#include "ssh/sshsettings.h"

#include <memory>

namespace collector {

class OpensshCommand final : public ChildCommand
{
public:
    OpensshCommand(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                   OutputLimits limits);
    ~OpensshCommand() override;

    // Waits for its turn, then starts ssh. Throws JobError: excluded, dns, bad_variable, local_limit.
    Task<> start(QByteArray command);

private:
    Task<> refuseExcluded();
    void takeLog(QByteArrayView bytes) override { m_log.append(bytes); }
    [[nodiscard]] QByteArrayView commandsOwn(QByteArrayView error) override;
    Task<ShellReply> conclude() override;

    const std::shared_ptr<const SshSettings> m_settings;
    SshProgress &m_progress;
    Gate::Pass m_turn;
    QByteArray m_directory; // of the log, and of revoked keys
    OpensshLog m_log;
    const QByteArray m_mark; // a line on its standard error, between its own and the command's
    QByteArray m_beforeMark; // the end of what came
    QByteArray m_firstWords; // its beginning
    bool m_isPastMark = false;
};

} // namespace collector
