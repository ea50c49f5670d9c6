// RunningCommand: a command that a host has begun to run, whatever transport carries it.
//
// advance() where somebody reads along, runToEnd() for the rest of the way. Destroyed before it has ended, it is ended as far as the
// transport can. On the worker's thread.

#pragma once

#include "net/reactor.h"
#include "ssh/secret.h"

#include <collector/remoteshell.h>
#include <collector/task.h>

#include <QByteArray>

namespace collector {

// Bytes that are kept of what it writes.
struct OutputLimits
{
    qint64 output = 4 << 20;
    qint64 error = 64 << 10;
};

class RunningCommand
{
public:
    RunningCommand() = default;
    virtual ~RunningCommand() = default;
    RunningCommand(const RunningCommand &) = delete;
    RunningCommand &operator=(const RunningCommand &) = delete;

    // To its standard input, after what was fed before. As it is taken, never far ahead.
    virtual void feed(const QByteArray &bytes) = 0;
    virtual void feedEnd() = 0;
    virtual void feedSecret(const Secret &secret) = 0; // and a line end; kept nowhere

    // One step: until something has come or gone, or the deadline. False: the deadline has come.
    virtual Task<bool> advance(Deadline deadline) = 0;
    [[nodiscard]] virtual bool isOver() const = 0;

    // From then on runToEnd() gives what has come on standard output, if anything has, in place of waiting on: the reply is late.
    void keepAt(Deadline moment) { m_keepAt = moment; }

    // Throws JobError: exec_timeout, connection_lost, output_limit, and what the transport fails with.
    virtual Task<ShellReply> runToEnd(Deadline deadline) = 0;

    [[nodiscard]] const QByteArray &output() const { return m_reply.output; }
    [[nodiscard]] const QByteArray &errorOutput() const { return m_reply.errorOutput; }
    // What has been read along is not part of the reply.
    void forgetOutput() { m_reply.output.clear(); }
    void forgetErrorOutput() { m_reply.errorOutput.clear(); }

protected:
    // Appends what there is room for; the rest is dropped and marked.
    void keep(const char *bytes, qint64 size, bool isError, const OutputLimits &limits)
    {
        QByteArray &kept = isError ? m_reply.errorOutput : m_reply.output;
        const qint64 room = qMax<qint64>((isError ? limits.error : limits.output) - kept.size(), 0);
        if (size > room)
            m_reply.isTruncated = true;
        kept.append(bytes, qMin(size, room));
    }

    // Until when runToEnd() is to advance, and whether it was late rather than too late then.
    [[nodiscard]] Deadline nextEnd(Deadline deadline) const { return m_reply.output.isEmpty() ? deadline : qMin(deadline, m_keepAt); }
    [[nodiscard]] bool isKept() const { return m_keepAt != never && !m_reply.output.isEmpty(); }
    [[nodiscard]] ShellReply takeLate()
    {
        m_reply.isLate = true;
        return std::move(m_reply);
    }

    ShellReply m_reply;

private:
    Deadline m_keepAt = never;
};

} // namespace collector
