// LoadGuard: while it lives, a crash of this process, or a call of exit(), is told as that of the plugin whose code runs before the first
// host: it is loaded, prepared, or asked for a document. The process ends with status 2: nothing has been contacted yet. Main thread, one
// at a time.

#pragma once

#include <QByteArray>
#include <QString>

#include <array>
#include <csignal>

namespace collector {

class LoadGuard
{
public:
    enum class Step : quint8 { Load, Prepare, Document };

    LoadGuard(Step step, const QByteArray &plugin, const QString &path);
    ~LoadGuard();
    LoadGuard(const LoadGuard &) = delete;
    LoadGuard &operator=(const LoadGuard &) = delete;

private:
    static constexpr std::array signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

    const QByteArray m_message; // a signal handler can put none together
    std::array<struct sigaction, signals.size()> m_before;
};

} // namespace collector
