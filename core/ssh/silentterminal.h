// SilentTerminal: a terminal without echo, line editing and signals of its own, while a secret is typed; as it was when this goes, and
// while this process is suspended. With it, what each key does to the line that is typed. On one thread; one at a time.

#pragma once

#include "ssh/secret.h"

#include <signal.h>
#include <string_view>
#include <termios.h>

namespace collector {

class SilentTerminal
{
public:
    // Throws std::runtime_error where `fd` is no terminal.
    explicit SilentTerminal(int fd);
    ~SilentTerminal();
    SilentTerminal(const SilentTerminal &) = delete;
    SilentTerminal &operator=(const SilentTerminal &) = delete;

    // What a ^Z does elsewhere: gives the terminal back, and stops this process and its group. Returns when they go on.
    void suspend();
    // Whether this process goes on, however it was stopped, since this was last asked. A shell has used the terminal meanwhile: it is
    // silent again when this returns, and what stood there is to be drawn anew.
    [[nodiscard]] bool wentOn();

private:
    void silence();
    void giveBack();

    const int m_fd;
    bool m_isSilent = false;
    int m_continued = 0; // how often, that we know of
    termios m_before = {};
    sigset_t m_maskBefore = {};
    struct sigaction m_continueBefore = {};
};

enum class Typed {
    More,
    Changed, // something of the line was taken away
    Whole,   // the line
    Nothing, // the end of input, on an empty line
    Interrupt,
    Suspend,
};

// Takes in one key.
[[nodiscard]] Typed typeKey(Secret &line, char key);

void sayOnTerminal(int fd, std::string_view text);

} // namespace collector
