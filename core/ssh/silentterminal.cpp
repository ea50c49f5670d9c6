#include "ssh/silentterminal.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <stdexcept>

namespace collector {

namespace {

constexpr size_t longestLine = 64 * 1024;

// How often this process was continued while a terminal was silent.
std::atomic<int> continued = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void setTerminal(int fd, const termios &mode)
{
    while (tcsetattr(fd, TCSAFLUSH, &mode) != 0 && errno == EINTR) {
    }
}

} // namespace

SilentTerminal::SilentTerminal(int fd) : m_fd(fd)
{
    if (tcgetattr(fd, &m_before) != 0)
        throw std::runtime_error("cannot ask for a secret: this is no terminal");
    sigset_t held = {};
    sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
        sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &m_maskBefore);
    struct sigaction onContinue = {};
    onContinue.sa_handler = [](int) { ++continued; };
    onContinue.sa_flags = SA_RESTART;
    sigaction(SIGCONT, &onContinue, &m_continueBefore);
    silence();
}

SilentTerminal::~SilentTerminal()
{
    giveBack();
    sigaction(SIGCONT, &m_continueBefore, nullptr);
    pthread_sigmask(SIG_SETMASK, &m_maskBefore, nullptr);
}

// From a terminal's background this stops us, until we are in its foreground: there is nobody to ask.
void SilentTerminal::silence()
{
    m_isSilent = true;
    m_continued = continued;
    termios silent = m_before;
    silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    setTerminal(m_fd, silent);
}

void SilentTerminal::giveBack()
{
    m_isSilent = false;
    setTerminal(m_fd, m_before);
}

void SilentTerminal::suspend()
{
    struct sigaction onStop = {};
    sigaction(SIGTSTP, nullptr, &onStop);
    if (onStop.sa_handler == SIG_IGN)
        return; // whoever started us wants no stops
    giveBack();
    const int before = continued;
    sigset_t stop = {};
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
    kill(0, SIGTSTP); // the group, as the terminal would: whoever is piped to us stops as well
    // Any thread may take it, a moment later. Where no shell looks after our group, nobody is stopped.
    constexpr int moment = 20, moments = 50;
    for (int i = 0; i < moments && continued == before; ++i)
        poll(nullptr, 0, moment);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

bool SilentTerminal::wentOn()
{
    if (m_isSilent && continued == m_continued)
        return false;
    silence();
    return true;
}

Typed typeKey(Secret &line, char key)
{
    constexpr char interrupt = 3, endOfInput = 4, backspace = 8, killLine = 21, suspend = 26, quit = 28, rubOut = 127;
    if (key == interrupt || key == quit)
        return Typed::Interrupt;
    if (key == suspend)
        return Typed::Suspend;
    if (key == endOfInput && line.isEmpty())
        return Typed::Nothing;
    if (key == '\n' || key == '\r' || key == endOfInput)
        return Typed::Whole;
    if (key == backspace || key == rubOut) {
        line.chop(1);
        return Typed::Changed;
    }
    if (key == killLine) {
        line.clear();
        return Typed::Changed;
    }
    if (line.size() < longestLine)
        line.append(key);
    return Typed::More;
}

void sayOnTerminal(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return;
        text.remove_prefix(size_t(std::max<ssize_t>(written, 0)));
    }
}

} // namespace collector
