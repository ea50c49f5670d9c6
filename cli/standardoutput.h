// StandardOutput: stdout as a place to write results to: buffered, and a full disk or a closed pipe is noticed. Main thread.

#pragma once

#include <QByteArrayView>
#include <QString>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace collector {

class StandardOutput
{
public:
    // False: more of it need not be made.
    bool write(QByteArrayView bytes)
    {
        if (m_error == 0 && !bytes.isEmpty() && std::fwrite(bytes.data(), 1, size_t(bytes.size()), stdout) != size_t(bytes.size()))
            m_error = errno;
        return m_error == 0;
    }

    // The exit status: 0, or 1 where not all of it got there; then `who` says so on stderr, unless whoever read it has seen enough (head).
    [[nodiscard]] int finish(const QString &who)
    {
        if (m_error == 0 && std::fflush(stdout) != 0)
            m_error = errno;
        if (m_error == 0)
            return 0;
        if (m_error == EPIPE)
            return 1;
        const QString reason = QString::fromLocal8Bit(std::strerror(m_error));
        std::fputs(QStringLiteral("%1: standard output: %2\n").arg(who, reason).toLocal8Bit().constData(), stderr);
        return 1;
    }

private:
    int m_error = 0;
};

// All of it, as above.
[[nodiscard]] inline int printAnswer(QByteArrayView text, const QString &who = QStringLiteral("collector"))
{
    StandardOutput out;
    out.write(text);
    return out.finish(who);
}

} // namespace collector
