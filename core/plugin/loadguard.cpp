#include "plugin/loadguard.h"

#include <unistd.h>

namespace collector {

namespace {

constexpr int usageError = 2;
const QByteArray *messageOfNow = nullptr; // for the handler

void tell(int)
{
    if (messageOfNow)
        (void)!::write(STDERR_FILENO, messageOfNow->constData(), size_t(messageOfNow->size()));
    _exit(usageError);
}

} // namespace

LoadGuard::LoadGuard(const QByteArray &plugin, const QString &path)
    : m_message("collector: the plugin " + plugin + " (" + path.toUtf8() +
                ") crashed as it was loaded; nothing was contacted. Leave it out, or rebuild it without code that fails in its constructor "
                "or in static objects\n")
{
    messageOfNow = &m_message;
    struct sigaction action
    {
    };
    action.sa_handler = tell;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < signals.size(); ++i)
        sigaction(signals[i], &action, &m_before[i]);
}

LoadGuard::~LoadGuard()
{
    for (size_t i = 0; i < signals.size(); ++i)
        sigaction(signals[i], &m_before[i], nullptr);
    messageOfNow = nullptr;
}

} // namespace collector
