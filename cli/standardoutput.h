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
    void write(QByteArrayView bytes)
    {
        if (m_error == 0 && !bytes.isEmpty() && std::fwrite(bytes.data(), 1, size_t(bytes.size()), stdout) != size_t(bytes.size()))
            m_error = errno;
    }

    // Whether all of it got there; why not, in `error`.
    [[nodiscard]] bool finish(QString *error)
    {
        if (m_error == 0 && std::fflush(stdout) != 0)
            m_error = errno;
        if (m_error != 0)
            *error = QStringLiteral("standard output: %1").arg(QString::fromLocal8Bit(std::strerror(m_error)));
        return m_error == 0;
    }

private:
    int m_error = 0;
};

} // namespace collector
