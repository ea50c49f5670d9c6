// LoadGuard: while it lives, a crash of this process, or a call of exit(), is told as that of the plugin whose code runs before the first
// host: it is loaded, prepared, or asked for a document. The process ends with status 2: nothing has been contacted yet. What that code
// writes to stdout goes to stderr. Main thread, one at a time.

#pragma once

#include "plugin/strayoutput.h"

#include <QByteArray>
#include <QList>
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

    friend void guardEnd(const QList<QByteArray> &plugins, int exitStatus);

    const QByteArray m_message; // a signal handler can put none together
    std::array<struct sigaction, signals.size()> m_before;
    const StrayOutput m_strayOutput;
};

// All is done, and the process about to end, by this status: so it does where what a plugin leaves behind, a static object or a thread,
// crashes meanwhile, which is told. Main thread, once, when no LoadGuard is left.
void guardEnd(const QList<QByteArray> &plugins, int exitStatus);

} // namespace collector
