// SilentTerminal: a terminal without echo, line editing and signals of its own, while a secret is typed; as it was when this goes. With it,
// what each key does to the line that is typed. On one thread.

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

private:
    const int m_fd;
    termios m_before = {};
    sigset_t m_maskBefore = {};
};

enum class Typed {
    More,
    Changed, // something of the line was taken away
    Whole,   // the line
    Nothing, // the end of input, on an empty line
    Interrupt,
};

// Takes in one key.
[[nodiscard]] Typed typeKey(Secret &line, char key);

void sayOnTerminal(int fd, std::string_view text);

} // namespace collector
