#include "scriptedstream.h"

namespace collector {

ScriptedStream::ScriptedStream(VirtualClock &clock, QList<JobTester::TcpLine> lines, bool isSilent, QByteArray &sent)
    : m_clock(clock),
      m_lines(std::move(lines)),
      m_isSilent(isSilent),
      m_sent(sent),
      m_readyAt(clock.now())
{
    play();
}

void ScriptedStream::play()
{
    while (m_next < m_lines.size()) {
        const JobTester::TcpLine &line = m_lines[m_next];
        const qsizetype at = m_heard.indexOf(line.expected);
        if (at < 0)
            return;
        m_heard.remove(0, at + line.expected.size());
        m_ready += line.answer;
        m_readyAt = std::max(m_readyAt, m_clock.now()) + line.after;
        ++m_next;
    }
}

Task<QByteArray> ScriptedStream::receive(qint64 limit, std::chrono::milliseconds timeout)
{
    const bool isClosing = m_next == m_lines.size() && !m_isSilent;
    const bool hasMore = !m_ready.isEmpty() || isClosing;
    const VirtualClock::Time deadline = m_clock.in(timeout);
    if (!hasMore || m_readyAt > deadline) {
        co_await m_clock.until(deadline);
        throw JobError(Cause::ExecTimeout, QStringLiteral("the service did not answer within %1 ms").arg(timeout.count()));
    }
    co_await m_clock.until(m_readyAt);
    const QByteArray data = m_ready.first(std::min<qint64>(limit, m_ready.size()));
    m_ready.remove(0, data.size());
    co_return data;
}

Task<> ScriptedStream::write(QByteArray data, std::chrono::milliseconds)
{
    co_await m_clock.after(VirtualClock::Time(0));
    m_sent += data;
    m_heard += data;
    play();
}

} // namespace collector
