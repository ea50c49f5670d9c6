#include "plugin/loadguard.h"

#include <unistd.h>

#include <cstdlib>

namespace collector {

namespace {

constexpr int usageError = 2;
const QByteArray *messageOfNow = nullptr; // for the handler
pid_t processOfNow = 0;                   // whose it is, and not that of a child which a plugin forked

void tell(int)
{
    if (messageOfNow && processOfNow == getpid())
        (void)!::write(STDERR_FILENO, messageOfNow->constData(), size_t(messageOfNow->size()));
    _exit(usageError);
}

// Else the program would end with the plugin's status, most often 0, without a word.
void exited()
{
    if (messageOfNow && processOfNow == getpid())
        tell(0);
}

const QByteArray *messageAtEnd = nullptr;
int statusAtEnd = 0;

void crashedAtEnd(int)
{
    if (processOfNow == getpid())
        (void)!::write(STDERR_FILENO, messageAtEnd->constData(), size_t(messageAtEnd->size()));
    _exit(statusAtEnd);
}

struct Words
{
    const char *when, *remedy;
};

Words wordsFor(LoadGuard::Step step)
{
    switch (step) {
    case LoadGuard::Step::Load:
        return {"as it was loaded", "rebuild it without code that fails in its constructor or in static objects"};
    case LoadGuard::Step::Prepare:
        return {"as it was prepared", "rebuild it with a prepare() that throws JobError to refuse its options"};
    case LoadGuard::Step::Document:
        break;
    }
    return {"as it was asked for a document", "rebuild it with a document() that gives one"};
}

} // namespace

LoadGuard::LoadGuard(Step step, const QByteArray &plugin, const QString &path)
    : m_message("collector: the plugin " + plugin + " (" + path.toUtf8() + ") crashed " + wordsFor(step).when +
                ", or called exit(); nothing was contacted. Leave it out, or " + wordsFor(step).remedy + '\n')
{
    static const bool isRegistered = std::atexit(exited) == 0;
    (void)isRegistered;
    processOfNow = getpid();
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

void guardEnd(const QList<QByteArray> &plugins, int exitStatus)
{
    static const auto *const message =
        new QByteArray("collector: a crash as the program ended, the results being whole: in a static object "
                       "or a thread of " +
                       plugins.join(", ") + ", or of a library that is used there\n");
    messageAtEnd = message; // never destroyed: it is for those who come after
    statusAtEnd = exitStatus;
    processOfNow = getpid();
    struct sigaction action
    {
    };
    action.sa_handler = crashedAtEnd;
    sigemptyset(&action.sa_mask);
    for (const int signal : LoadGuard::signals)
        sigaction(signal, &action, nullptr);
}

} // namespace collector
