// Program: what runs on a channel: a scripted play or a real command.

#pragma once

#include "connection.h"

namespace collector::fleet {

class Channel;

class Program
{
public:
    virtual ~Program() = default;
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;

    // Does what can be done now without waiting. Called whenever anything about the connection may have changed.
    virtual void advance(Channel &channel, Clock::time_point now) = 0;
    [[nodiscard]] virtual Clock::time_point due() const = 0;

protected:
    Program() = default;
};

} // namespace collector::fleet
