#include "cli/leftovers.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace collector {

namespace {

constexpr QByteArrayView lockSuffix(".lock");

sigset_t setOf(std::initializer_list<int> signals)
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals)
        sigaddset(&set, signal);
    return set;
}

} // namespace

Leftovers::Leftovers()
{
    const sigset_t endings = setOf({SIGINT, SIGTERM});
    pthread_sigmask(SIG_BLOCK, &endings, &m_maskBefore);
    m_signals = FileHandle(signalfd(-1, &endings, SFD_CLOEXEC));
    m_end = FileHandle(eventfd(0, EFD_CLOEXEC));
    m_thread = std::thread([this] { watch(); });
}

Leftovers::~Leftovers()
{
    forget();
    pthread_sigmask(SIG_SETMASK, &m_maskBefore, nullptr);
}

void Leftovers::add(const OutputLocks &locks)
{
    const std::lock_guard lock(m_mutex);
    for (const QByteArray &path : locks.paths()) {
        m_paths.push_back(path.chopped(lockSuffix.size()) + ".live");
        m_paths.push_back(path);
    }
}

void Leftovers::addFolder(const QByteArray &path)
{
    const std::lock_guard lock(m_mutex);
    m_folders.push_back(path);
}

void Leftovers::forget()
{
    if (!m_thread.joinable())
        return;
    eventfd_write(m_end.get(), 1);
    m_thread.join();
}

void Leftovers::watch()
{
    std::array<pollfd, 2> ready{pollfd{m_signals.get(), POLLIN, 0}, pollfd{m_end.get(), POLLIN, 0}};
    while (poll(ready.data(), ready.size(), -1) < 0 && errno == EINTR) {
    }
    signalfd_siginfo info{};
    if (ready[1].revents != 0 || read(m_signals.get(), &info, sizeof info) != ssize_t(sizeof info))
        return;
    const std::lock_guard lock(m_mutex);
    std::error_code ignored;
    for (const QByteArray &path : m_paths)
        std::filesystem::remove_all(path.toStdString(), ignored);
    for (const QByteArray &folder : m_folders)
        rmdir(folder.constData());
    // Whoever started us is to see by what we were ended.
    const sigset_t own = setOf({int(info.ssi_signo)});
    pthread_sigmask(SIG_UNBLOCK, &own, nullptr);
    raise(int(info.ssi_signo));
}

} // namespace collector
