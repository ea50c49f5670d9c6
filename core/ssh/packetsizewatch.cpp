#include "ssh/packetsizewatch.h"

#include <libssh/callbacks.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace collector {

namespace {

thread_local std::optional<unsigned> seen; // libssh's log callback is the thread's, and so is what it hears

void listen(int, const char *, const char *message, void *)
{
    if (const auto size = packetSizeIn(message))
        seen = std::min(seen.value_or(*size), *size); // the smallest: nothing that is said later makes it larger
}

} // namespace

std::optional<unsigned> packetSizeIn(const char *message)
{
    unsigned window = 0;
    unsigned size = 0;
    const char *start = strstr(message, "Remote window");
    if (!start || sscanf(start, "Remote window : %u, maxpacket : %u", &window, &size) != 2)
        return std::nullopt;
    return size;
}

PacketSizeWatch::PacketSizeWatch(bool isWanted) : m_isWanted(isWanted)
{
    if (!m_isWanted)
        return;
    m_previousLevel = ssh_get_log_level();
    seen.reset();
    ssh_set_log_callback(listen);
    ssh_set_log_level(SSH_LOG_PROTOCOL);
}

PacketSizeWatch::~PacketSizeWatch()
{
    if (m_isWanted)
        ssh_set_log_level(m_previousLevel);
}

std::optional<unsigned> PacketSizeWatch::size() const
{
    return m_isWanted ? seen : std::nullopt;
}

} // namespace collector
