// OpensshCommand: one command on one host through ssh(1), for what libssh cannot do: host certificates, GSSAPI, FIDO.
//
// A process in batch mode, started and reaped on the blocking pool; nothing is asked. Its own log, at -v, tells how far it has come and why
// it failed, so that record and causes are those of the native transport. Killed with its group when destroyed. On the worker's thread.

#pragma once

#include "model/record.h"
#include "net/tcpconnect.h"
#include "ssh/opensshlog.h"
#include "ssh/runningcommand.h"
#include "ssh/sshprogress.h"
#include "ssh/sshsettings.h"
#include "ssh/sshworker.h"

#include <array>
#include <memory>
#include <optional>

namespace collector {

class OpensshCommand final : public RunningCommand
{
public:
    OpensshCommand(SshWorker &worker, std::shared_ptr<const SshSettings> settings, ConnectionInfo &info, SshProgress &progress,
                   OutputLimits limits);
    ~OpensshCommand() override;

    // Waits for its turn, then starts ssh. Throws JobError: local_limit, unsupported_connection.
    Task<> start(QByteArray command);

    void feed(const QByteArray &bytes) override;
    void feedEnd() override;
    void feedSecret(const Secret &secret) override;
    Task<bool> advance(Deadline deadline) override;
    [[nodiscard]] bool isOver() const override { return m_isOver; }
    Task<ShellReply> runToEnd(Deadline deadline) override;

private:
    enum Stream { Output, Error, Log, streamCount };

    [[nodiscard]] QStringList arguments(const QByteArray &command) const;
    void read(Stream stream);
    void sendInput();
    void watch(int descriptor, uint32_t events, uint64_t tag, int operation);
    Task<ShellReply> conclude();

    SshWorker &m_worker;
    const std::shared_ptr<const SshSettings> m_settings;
    SshProgress &m_progress;
    const OutputLimits m_limits;
    Gate::Pass m_turn;
    OwnedSocket m_set; // an epoll set of all streams
    std::array<OwnedSocket, streamCount> m_streams;
    OwnedSocket m_input;
    QByteArray m_pending;   // input
    QByteArray m_directory; // of the log
    OpensshLog m_log;
    qint64 m_dropped = 0;
    pid_t m_process = -1;
    int m_open = 0; // streams
    bool m_isInputEnding = false;
    bool m_isInputWatched = false;
    bool m_isOver = false;
};

} // namespace collector
