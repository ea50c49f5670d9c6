#include "sshconnection.h"

#include "command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace collector::fleet {

namespace {

// Closes the socket under libssh, which would say farewell: a host that dies does not.
void hangUp(int fd)
{
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup3(nowhere, fd, O_CLOEXEC);
    close(nowhere);
}

} // namespace

SshConnection::SshConnection(Fleet &fleet, Place place, Call call, const Fault *fault, ssh_bind bind)
    : m_fleet(fleet),
      m_place(place),
      m_call(std::move(call)),
      m_fault(fault),
      m_session(ssh_new()),
      m_event(ssh_event_new()),
      m_interest(place.epoll, m_call.fd, place.id),
      m_login(fleet, m_call.host, fault ? fault->login : LoginRule::Normal)
{
    m_fleet.journal.connected(m_call.host, m_call.peer);
    if (ssh_bind_accept_fd(bind, m_session, m_call.fd) != SSH_OK || !begin())
        end();
}

SshConnection::~SshConnection()
{
    m_interest.want(0);
    m_channels.clear();
    ssh_event_remove_session(m_event, m_session);
    ssh_event_free(m_event);
    ssh_free(m_session);
    m_fleet.journal.ended(m_call.host);
}

bool SshConnection::begin()
{
    ssh_set_blocking(m_session, 0);
    const auto answerFor = [](ssh_session, ssh_message message, void *self) { return static_cast<SshConnection *>(self)->answer(message); };
    ssh_set_message_callback(m_session, answerFor, this);
    m_login.begin(m_session);
    const int status = ssh_handle_key_exchange(m_session); // sends the banner; the rest is done by the pump
    fcntl(m_call.fd, F_SETFL, O_RDWR | O_NONBLOCK);        // whatever libssh made of it
    return status != SSH_ERROR && ssh_event_add_session(m_event, m_session) == SSH_OK;
}

void SshConnection::turn(Clock::time_point now)
{
    if (m_fleet.options.latency.count() == 0) {
        pump();
    } else if (m_pumpAt == Clock::time_point::max()) {
        if (isReadable())
            m_pumpAt = now + m_fleet.options.latency;
    }
    if (m_pumpAt <= now) {
        m_pumpAt = Clock::time_point::max();
        for (int i = 0; i < 64 && isReadable() && !isOver(); ++i)
            pump();
    }
    advance(now);
    if (m_leave != Leave::No)
        leave();
    else if (isDead())
        end(); // it was closed while we wrote: nothing would ever wake us, and its number is soon another's
    if (!isOver())
        settle(now);
}

bool SshConnection::isReadable() const
{
    pollfd fd{m_call.fd, POLLIN, 0};
    return poll(&fd, 1, 0) > 0;
}

bool SshConnection::isDead() const
{
    return ssh_get_fd(m_session) == SSH_INVALID_SOCKET || (ssh_get_status(m_session) & (SSH_CLOSED | SSH_CLOSED_ERROR));
}

// A packet answered with two leaves the second in libssh until the socket has been polled again.
void SshConnection::pump()
{
    for (int i = 0; i < 4; ++i) {
        ssh_event_dopoll(m_event, 0);
        if (isDead())
            return end();
        if (!(ssh_get_status(m_session) & SSH_WRITE_PENDING))
            return;
    }
}

void SshConnection::advance(Clock::time_point now)
{
    for (Channel &channel : m_channels)
        channel.advance(now);
    m_channels.remove_if([](const Channel &channel) { return channel.isClosed(); });
}

void SshConnection::settle(Clock::time_point now)
{
    auto due = m_pumpAt;
    for (const Channel &channel : m_channels)
        due = std::min(due, std::max(channel.due(), now));
    setDue(due);
    std::uint32_t events = m_pumpAt == Clock::time_point::max() ? EPOLLIN : EPOLLRDHUP;
    if (ssh_get_status(m_session) & SSH_WRITE_PENDING)
        events |= EPOLLOUT;
    m_interest.want(events);
}

int SshConnection::answer(ssh_message message)
{
    switch (ssh_message_type(message)) {
    case SSH_REQUEST_SERVICE:
        return m_fault && m_fault->login == LoginRule::ServiceStalls ? 0 : 1;
    case SSH_REQUEST_AUTH:
        return answerLogin(message);
    case SSH_REQUEST_CHANNEL_OPEN:
        return answerOpen(message);
    case SSH_REQUEST_CHANNEL:
        return answerRequest(message);
    default:
        return 1;
    }
}

int SshConnection::answerLogin(ssh_message message)
{
    if (const char *user = ssh_message_auth_user(message); user && *user)
        m_user = user;
    switch (m_login.answer(m_session, message)) {
    case Login::Outcome::Disconnect:
        m_leave = Leave::Disconnect;
        break;
    case Login::Outcome::Close:
        m_leave = Leave::Close;
        break;
    case Login::Outcome::Answered:
        break;
    }
    return 0;
}

int SshConnection::answerOpen(ssh_message message)
{
    const ChannelRule rule = m_fault ? m_fault->channel : ChannelRule::Normal;
    if (ssh_message_subtype(message) != SSH_CHANNEL_SESSION || rule == ChannelRule::OpenRefused)
        return 1;
    if (rule == ChannelRule::OpenCloses)
        closeLine();
    if (rule == ChannelRule::OpenUnanswered || rule == ChannelRule::OpenCloses)
        return 0;
    ssh_channel channel = ssh_message_channel_request_open_reply_accept(message);
    if (!channel)
        return 1;
    m_channels.emplace_back(m_session, channel, rule != ChannelRule::InputUnread);
    return 0;
}

int SshConnection::answerRequest(ssh_message message)
{
    ssh_channel asked = ssh_message_channel_request_channel(message);
    const auto found = std::find_if(m_channels.begin(), m_channels.end(), [asked](const Channel &c) { return c.is(asked); });
    if (found == m_channels.end())
        return 1;
    switch (ssh_message_subtype(message)) {
    case SSH_CHANNEL_REQUEST_EXEC:
    case SSH_CHANNEL_REQUEST_SHELL:
        return run(*found, message);
    case SSH_CHANNEL_REQUEST_ENV:
        found->environment.emplace_back(ssh_message_channel_request_env_name(message), ssh_message_channel_request_env_value(message));
        ssh_message_channel_request_reply_success(message);
        return 0;
    default:
        return 1; // no terminals, no subsystems
    }
}

int SshConnection::run(Channel &channel, ssh_message message)
{
    const char *text = ssh_message_subtype(message) == SSH_CHANNEL_REQUEST_EXEC ? ssh_message_channel_request_command(message) : nullptr;
    const std::string line = text ? text : "";
    m_fleet.journal.executed(m_call.host, line);
    const ChannelRule rule = m_fault ? m_fault->channel : ChannelRule::Normal;
    if (rule == ChannelRule::ExecRefused)
        return 1;
    if (rule == ChannelRule::ExecCloses)
        closeLine();
    if (rule == ChannelRule::ExecUnanswered || rule == ChannelRule::ExecCloses)
        return 0;
    ssh_message_channel_request_reply_success(message);
    if (rule == ChannelRule::ExecThenCloses)
        closeLine();
    else if (rule == ChannelRule::ExecThenResets)
        resetLine();
    else
        channel.start(programFor(line));
    return 0;
}

std::unique_ptr<Program> SshConnection::programFor(std::string line)
{
    const Options &options = m_fleet.options;
    Line &own = *this;
    if (m_fault && m_fault->play)
        return std::make_unique<Play>(m_fleet.scripts.of(*m_fault), own);
    if (m_fault && m_fault->channel == ChannelRule::InputUnread)
        return std::make_unique<Play>(m_fleet.scripts.silence(), own);
    if (options.run)
        return std::make_unique<Command>(m_fleet, std::move(line), m_call, m_user, m_place, Clock::now() + options.delay);
    return std::make_unique<Play>(m_fleet.scripts.answer(), own);
}

void SshConnection::leave()
{
    if (m_leave == Leave::Disconnect) {
        pump(); // so that libssh holds the socket to be writable
        ssh_session_set_disconnect_message(m_session, "Too many authentication failures");
        m_channels.clear();
        ssh_disconnect(m_session);
    } else if (ssh_get_fd(m_session) == m_call.fd) {
        if (m_leave == Leave::Reset) {
            const linger hard{1, 0};
            setsockopt(m_call.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        }
        hangUp(m_call.fd);
    }
    end();
}

} // namespace collector::fleet
