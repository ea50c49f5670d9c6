// LoadGuard: while it lives, a crash of this process is told as that of the plugin that is being loaded, whose code runs for the first time
// then. The process ends with status 2: nothing has been contacted yet. Main thread, one at a time.

#pragma once

#include <QByteArray>
#include <QString>

#include <array>
#include <csignal>

namespace collector {

class LoadGuard
{
public:
    LoadGuard(const QByteArray &plugin, const QString &path);
    ~LoadGuard();
    LoadGuard(const LoadGuard &) = delete;
    LoadGuard &operator=(const LoadGuard &) = delete;

private:
    static constexpr std::array signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

    const QByteArray m_message; // a signal handler can put none together
    std::array<struct sigaction, signals.size()> m_before;
};

} // namespace collector
