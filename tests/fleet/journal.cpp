#include "journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace collector::fleet {

Journal::Journal(const std::string &logFile)
{
    if (logFile.empty())
        return;
    m_log = open(logFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (m_log < 0)
        throw std::runtime_error("cannot write " + logFile + ": " + std::strerror(errno));
}

Journal::~Journal()
{
    if (m_log >= 0)
        close(m_log);
}

void Journal::connected(std::string_view address, std::string_view peer)
{
    ++m_connections;
    const std::int64_t active = ++m_active;
    std::int64_t peak = m_peak;
    while (active > peak && !m_peak.compare_exchange_weak(peak, active)) {
    }
    note(address, "connect", peer);
}

void Journal::ended(std::string_view address)
{
    --m_active;
    note(address, "end", {});
}

void Journal::authenticated(std::string_view address, std::string_view method, std::string_view detail, bool accepted)
{
    ++(accepted ? m_accepted : m_denied);
    if (m_log < 0)
        return;
    std::string text(method);
    text.append(accepted ? " accepted " : " denied ").append(detail);
    note(address, "auth", text);
}

void Journal::executed(std::string_view address, std::string_view command)
{
    ++m_commands;
    note(address, "exec", command);
}

void Journal::note(std::string_view address, std::string_view event, std::string_view detail)
{
    if (m_log < 0)
        return;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    std::string line = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    line.append(" ").append(address).append(" ").append(event);
    if (!detail.empty())
        line.append(" ");
    constexpr std::size_t longest = 4000;
    for (const char c : detail.substr(0, longest))
        line.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
    line.push_back('\n');
    // One write to a file opened with O_APPEND: lines of several threads do not mix.
    if (write(m_log, line.data(), line.size()) < 0)
        return; // a full disk shall not end the fleet
}

std::string Journal::totals() const
{
    std::string text;
    const auto field = [&text](const char *name, const std::atomic<std::int64_t> &value) {
        text.append(text.empty() ? "{\"" : ",\"").append(name).append("\":").append(std::to_string(value.load()));
    };
    field("connections", m_connections);
    field("active", m_active);
    field("peak", m_peak);
    field("auth_accepted", m_accepted);
    field("auth_denied", m_denied);
    field("commands", m_commands);
    return text.append("}\n");
}

} // namespace collector::fleet
