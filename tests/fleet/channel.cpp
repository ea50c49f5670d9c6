#include "channel.h"

#include <libssh/server.h>

#include <algorithm>
#include <array>

namespace collector::fleet {

namespace {

constexpr std::size_t mostInput = 262'144; // beyond it the client's window closes
constexpr std::size_t mostAtOnce = 32'768;

} // namespace

Channel::Channel(ssh_session session, ssh_channel channel, bool readsInput)
    : m_session(session),
      m_channel(channel),
      m_readsInput(readsInput)
{
    ssh_callbacks_init(&m_callbacks);
    m_callbacks.userdata = this;
    m_callbacks.channel_data_function = &Channel::onData;
    m_callbacks.channel_eof_function = [](ssh_session, ssh_channel, void *self) { static_cast<Channel *>(self)->m_clientEof = true; };
    m_callbacks.channel_close_function = [](ssh_session, ssh_channel, void *self) { static_cast<Channel *>(self)->m_clientClosed = true; };
    ssh_set_channel_callbacks(m_channel, &m_callbacks);
}

Channel::~Channel()
{
    m_program.reset();
    ssh_remove_channel_callbacks(m_channel, &m_callbacks);
    ssh_channel_free(m_channel);
}

int Channel::onData(ssh_session, ssh_channel, void *data, std::uint32_t size, int, void *self)
{
    auto *channel = static_cast<Channel *>(self);
    if (!channel->m_readsInput)
        return 0;
    const std::size_t room = mostInput - std::min(mostInput, channel->m_input.size());
    const std::size_t taken = std::min<std::size_t>(size, room);
    channel->m_input.append(static_cast<const char *>(data), taken);
    channel->m_heldBack = taken < size;
    return static_cast<int>(taken);
}

void Channel::advance(Clock::time_point now)
{
    if (m_program)
        m_program->advance(*this, now);
    if (m_clientClosed && !m_closed)
        close();
}

void Channel::take(std::size_t count)
{
    m_input.erase(0, count);
    if (!m_heldBack || m_input.size() > mostInput / 2)
        return;
    std::array<char, mostAtOnce> buffer;
    const int count2 = ssh_channel_read_nonblocking(m_channel, buffer.data(), buffer.size(), 0);
    if (count2 > 0)
        m_input.append(buffer.data(), static_cast<std::size_t>(count2));
    else
        m_heldBack = false;
}

std::size_t Channel::write(std::string_view bytes, bool asError)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && !m_closed && !m_clientClosed) {
        // libssh would buffer a whole window for a client that does not read.
        const std::size_t room = std::min<std::size_t>(ssh_channel_window_size(m_channel), mostAtOnce);
        if (room == 0 || (ssh_get_status(m_session) & SSH_WRITE_PENDING))
            break;
        const auto size = static_cast<std::uint32_t>(std::min(room, bytes.size() - taken));
        const int count = asError ? ssh_channel_write_stderr(m_channel, bytes.data() + taken, size)
                                  : ssh_channel_write(m_channel, bytes.data() + taken, size);
        if (count <= 0)
            break;
        taken += static_cast<std::size_t>(count);
    }
    return taken;
}

void Channel::sendEof()
{
    ssh_channel_send_eof(m_channel);
}

void Channel::sendExitStatus(std::uint32_t status)
{
    ssh_channel_request_send_exit_status(m_channel, static_cast<int>(status));
}

void Channel::sendExitSignal(const std::string &name)
{
    ssh_channel_request_send_exit_signal(m_channel, name.c_str(), 0, "", "");
}

void Channel::close()
{
    ssh_channel_close(m_channel);
    m_closed = true;
}

} // namespace collector::fleet
