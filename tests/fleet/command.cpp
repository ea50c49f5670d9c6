#include "command.h"

#include "channel.h"
#include "children.h"

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <map>
#include <stdexcept>

namespace collector::fleet {

void Descriptor::want(std::uint32_t events)
{
    if (m_fd >= 0)
        m_interest.want(events);
}

void Descriptor::close()
{
    if (m_fd < 0)
        return;
    m_interest.want(0);
    ::close(m_fd);
    m_fd = -1;
}

Command::Command(Fleet &fleet, std::string line, const Call &call, std::string user, Place place, Clock::time_point start)
    : m_fleet(fleet),
      m_line(std::move(line)),
      m_call(call),
      m_user(std::move(user)),
      m_place(place),
      m_start(start)
{
}

Command::~Command()
{
    if (m_child > 0 && !m_ended)
        m_fleet.orphans.add(m_child);
}

Clock::time_point Command::due() const
{
    return m_child == 0 && !m_closed ? m_start : Clock::time_point::max();
}

void Command::advance(Channel &channel, Clock::time_point now)
{
    if (m_closed || now < m_start)
        return;
    if (m_child == 0) {
        try {
            spawn(channel);
        } catch (const std::runtime_error &) {
            channel.sendExitStatus(255); // as sshd, where it cannot fork
            channel.close();
            m_closed = true;
            return;
        }
    }
    feed(channel);
    drain(channel, *m_output, m_unsentOutput, false);
    drain(channel, *m_error, m_unsentError, true);
    reap(channel);
    if (!m_ended || m_output->fd() >= 0 || m_error->fd() >= 0 || !m_unsentOutput.empty() || !m_unsentError.empty())
        return;
    channel.sendEof();
    channel.close();
    m_closed = true;
}

void Command::spawn(const Channel &channel)
{
    std::map<std::string, std::string> variables{
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"HOME", "/"},
        {"SHELL", m_fleet.options.shell},
        {"USER", m_user},
        {"LOGNAME", m_user},
        {"SSH_CONNECTION", m_call.peer + ' ' + m_call.host + ' ' + std::to_string(m_call.port)},
    };
    for (const auto &[name, value] : channel.environment)
        variables[name] = value;
    for (const std::string &given : m_fleet.options.environment)
        variables[given.substr(0, given.find('='))] = given.substr(std::min(given.size(), given.find('=') + 1));
    std::vector<std::string> environment;
    for (const auto &[name, value] : variables)
        environment.emplace_back(name).append("=").append(value);
    const Child child = startShell(m_fleet.options.shell, m_line, environment);
    m_child = child.pid;
    m_life = std::make_unique<Descriptor>(child.life, m_place);
    m_input = std::make_unique<Descriptor>(child.input, m_place);
    m_output = std::make_unique<Descriptor>(child.output, m_place);
    m_error = std::make_unique<Descriptor>(child.error, m_place);
    m_life->want(EPOLLIN);
}

void Command::feed(Channel &channel)
{
    while (!channel.input().empty()) {
        if (m_input->fd() < 0) {
            channel.take(channel.input().size());
            continue;
        }
        const auto bytes = channel.input();
        const ssize_t count = write(m_input->fd(), bytes.data(), bytes.size());
        if (count >= 0) {
            channel.take(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            m_input->want(EPOLLOUT);
            return;
        } else {
            m_input->close(); // the child reads no more
        }
    }
    m_input->want(0);
    if (channel.isInputAtEnd())
        m_input->close();
}

void Command::drain(Channel &channel, Descriptor &from, std::string &unsent, bool asError)
{
    for (int budget = 16; budget > 0; --budget) {
        unsent.erase(0, channel.write(unsent, asError));
        if (!unsent.empty() && !channel.isClosedByClient()) {
            from.want(0); // the client's turn, or the socket's
            return;
        }
        unsent.clear();
        if (from.fd() < 0)
            return;
        std::array<char, 32'768> buffer;
        const ssize_t count = read(from.fd(), buffer.data(), buffer.size());
        if (count > 0) {
            unsent.assign(buffer.data(), static_cast<std::size_t>(count));
            continue;
        }
        if (count == 0 || errno != EAGAIN) {
            from.close();
            return;
        }
        break;
    }
    from.want(EPOLLIN);
}

void Command::reap(Channel &channel)
{
    siginfo_t info{};
    if (m_ended || waitid(P_PID, static_cast<id_t>(m_child), &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
        return;
    // What the child wrote before it ended comes before its status, but for what a window holds back.
    drain(channel, *m_output, m_unsentOutput, false);
    drain(channel, *m_error, m_unsentError, true);
    m_ended = true;
    m_life->close();
    const std::string signal = info.si_code == CLD_EXITED ? std::string() : signalName(info.si_status);
    if (info.si_code == CLD_EXITED)
        channel.sendExitStatus(static_cast<std::uint32_t>(info.si_status));
    else if (!signal.empty())
        channel.sendExitSignal(signal);
    else
        channel.sendExitStatus(static_cast<std::uint32_t>(128 + info.si_status));
}

} // namespace collector::fleet
