// Channel: one open session channel of a host, and the program that answers on it.
//
// libssh's callbacks only take notes here; what they call for is done in advance(), outside of libssh. Not destroyed before
// its session, unless both sides have closed it.

#pragma once

#include "connection.h"
#include "program.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace collector::fleet {

class Channel
{
public:
    Channel(ssh_session session, ssh_channel channel, bool readsInput);
    ~Channel();
    Channel(const Channel &) = delete;
    Channel &operator=(const Channel &) = delete;

    void start(std::unique_ptr<Program> program) { m_program = std::move(program); }
    void advance(Clock::time_point now);
    [[nodiscard]] Clock::time_point due() const { return m_program ? m_program->due() : Clock::time_point::max(); }
    [[nodiscard]] bool isClosed() const { return m_clientClosed && m_closed; }
    [[nodiscard]] ssh_session session() const { return m_session; }
    [[nodiscard]] bool is(ssh_channel channel) const { return m_channel == channel; }

    // What a program may do. write() takes as much as window and socket allow, maybe nothing.
    [[nodiscard]] std::size_t write(std::string_view bytes, bool asError);
    void sendEof();
    void sendExitStatus(std::uint32_t status);
    void sendExitSignal(const std::string &name);
    void close();

    // What the client sent and the program has not taken; take() makes room for more.
    [[nodiscard]] std::string_view input() const { return m_input; }
    void take(std::size_t count);
    [[nodiscard]] bool isInputAtEnd() const { return (m_clientEof || m_clientClosed) && m_input.empty(); }
    [[nodiscard]] bool isClosedByClient() const { return m_clientClosed; }

    std::vector<std::pair<std::string, std::string>> environment; // as requested

private:
    static int onData(ssh_session, ssh_channel, void *data, std::uint32_t size, int isError, void *self);

    ssh_session m_session;
    ssh_channel m_channel;
    ssh_channel_callbacks_struct m_callbacks{};
    std::unique_ptr<Program> m_program;
    std::string m_input;
    const bool m_readsInput;
    bool m_heldBack = false; // libssh keeps input that we had no room for
    bool m_clientEof = false;
    bool m_clientClosed = false;
    bool m_closed = false;
};

} // namespace collector::fleet
