// ScriptedStream: a TCP service as JobTester plays it, line by line. One thread.

#pragma once

#include "collector/jobtester.h"
#include "virtualclock.h"

namespace collector {

class ScriptedStream final : public TcpStream
{
public:
    // `sent` gets what the job writes. All outlive it.
    ScriptedStream(VirtualClock &clock, QList<JobTester::TcpLine> lines, bool isSilent, QByteArray &sent);

    Task<QByteArray> read(qint64 limit, std::chrono::milliseconds timeout) override
    {
        return hasAhead() ? given(takeAhead(limit)) : receive(limit, timeout);
    }
    Task<> write(QByteArray data, std::chrono::milliseconds timeout) override;

private:
    static Task<QByteArray> given(QByteArray data) { co_return data; }
    Task<QByteArray> receive(qint64 limit, std::chrono::milliseconds timeout);
    void play(); // the lines whose turn has come

    VirtualClock &m_clock;
    const QList<JobTester::TcpLine> m_lines;
    const bool m_isSilent;
    QByteArray &m_sent;
    QByteArray m_heard; // since the last line was played
    QByteArray m_ready; // what may be read, from m_readyAt on
    VirtualClock::Time m_readyAt{0};
    qsizetype m_next = 0;
};

} // namespace collector
