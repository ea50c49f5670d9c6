#include "ssh/silentterminal.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace collector {

namespace {

constexpr size_t longestLine = 64 * 1024;

}

SilentTerminal::SilentTerminal(int fd) : m_fd(fd)
{
    if (tcgetattr(fd, &m_before) != 0)
        throw std::runtime_error("cannot ask for a secret: this is no terminal");
    sigset_t signals = {};
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
        sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, &m_maskBefore);
    termios silent = m_before;
    silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSAFLUSH, &silent);
}

SilentTerminal::~SilentTerminal()
{
    tcsetattr(m_fd, TCSAFLUSH, &m_before);
    pthread_sigmask(SIG_SETMASK, &m_maskBefore, nullptr);
}

Typed typeKey(Secret &line, char key)
{
    constexpr char interrupt = 3, endOfInput = 4, backspace = 8, killLine = 21, rubOut = 127;
    if (key == interrupt)
        return Typed::Interrupt;
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
