// ChildCommand: a command that runs in a process of ours, its streams over sockets, whatever it is that the process does.
//
// Started and reaped on the blocking pool. Killed with its group when destroyed. On the worker's thread.

#pragma once

#include "net/childprocess.h"
#include "net/tcpconnect.h"
#include "ssh/runningcommand.h"
#include "ssh/sshworker.h"

#include <QStringList>

#include <array>

namespace collector {

class ChildCommand : public RunningCommand
{
public:
    ~ChildCommand() override;

    void feed(const QByteArray &bytes) override;
    void feedEnd() override;
    void feedSecret(const Secret &secret) override;
    Task<bool> advance(Deadline deadline) override;
    [[nodiscard]] bool isOver() const override { return m_isOver; }
    Task<ShellReply> runToEnd(Deadline deadline) override;

protected:
    ChildCommand(SshWorker &worker, OutputLimits limits) : m_worker(worker), m_limits(limits) {}

    // Throws JobError (local_limit), and std::runtime_error where it cannot be started.
    Task<> launch(QStringList words, ChildProcess::Environment environment = ChildProcess::Environment::Whole);
    // A further descriptor whose bytes come to takeLog(); it does not keep the command going.
    void readAlong(int log);
    void readLog();
    [[nodiscard]] bool hasLog() const { return m_streams[Log].descriptor() >= 0; }
    virtual void takeLog(QByteArrayView) {}
    // What comes on its standard error; what is left of it is the command's.
    [[nodiscard]] virtual QByteArrayView commandsOwn(QByteArrayView error) { return error; }
    // Once its streams are closed: its status, as of waitpid().
    Task<int> reap();
    // Of the command that has ended; not asked where the reply was cut.
    virtual Task<ShellReply> conclude() = 0;

    SshWorker &m_worker;

private:
    enum Stream { Output, Error, Log, streamCount };

    void read(Stream stream);
    void sendInput();
    void watch(int descriptor, uint32_t events, uint64_t tag, int operation);

    const OutputLimits m_limits;
    OwnedSocket m_set; // an epoll set of all streams
    std::array<OwnedSocket, streamCount> m_streams;
    OwnedSocket m_input;
    QByteArray m_pending; // input
    qint64 m_dropped = 0;
    pid_t m_process = -1;
    int m_open = 0; // streams
    bool m_isInputEnding = false;
    bool m_isInputWatched = false;
    bool m_isOver = false;
};

} // namespace collector
