// Command: a real process, -c of the login shell, with its three streams, its exit status or its signal.
//
// As with sshd, it is not killed when its connection is lost: it loses its pipes. Its end is told at once, the channel closes
// when nobody holds its output any more.

#pragma once

#include "fleet.h"
#include "interest.h"
#include "program.h"

#include <sys/types.h>

#include <memory>
#include <string>

namespace collector::fleet {

// One end of a pipe to a child, or what tells of its end.
class Descriptor
{
public:
    Descriptor(int fd, const Place &place) : m_fd(fd), m_interest(place.epoll, fd, place.id) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    [[nodiscard]] int fd() const { return m_fd; } // -1: closed
    void want(std::uint32_t events);
    void close();

private:
    int m_fd;
    Interest m_interest;
};

class Command final : public Program
{
public:
    // Starts at `start`; an empty line is a login shell, which reads its commands from the input.
    Command(Fleet &fleet, std::string line, const Call &call, std::string user, Place place, Clock::time_point start);
    ~Command() override;

    void advance(Channel &channel, Clock::time_point now) override;
    [[nodiscard]] Clock::time_point due() const override;

private:
    void spawn(const Channel &channel);
    void feed(Channel &channel);
    void drain(Channel &channel, Descriptor &from, std::string &unsent, bool asError);
    void reap(Channel &channel);

    Fleet &m_fleet;
    const std::string m_line;
    const Call &m_call; // the connection's, which outlives us
    const std::string m_user;
    const Place m_place;
    const Clock::time_point m_start;
    pid_t m_child = 0;
    bool m_ended = false;  // and told so
    bool m_closed = false; // EOF and CLOSE are sent
    std::unique_ptr<Descriptor> m_input;
    std::unique_ptr<Descriptor> m_output;
    std::unique_ptr<Descriptor> m_error;
    std::unique_ptr<Descriptor> m_life; // readable once the child is gone
    std::string m_unsentOutput;
    std::string m_unsentError;
};

} // namespace collector::fleet
