// PacketSizeWatch: reads the maximum packet size of a channel out of libssh's own log, the only place where it tells.
//
// libssh < 0.11 sends empty packets for a minute, and fills 256 MB, where a host allows packets of ten bytes. Raises the
// log level of this thread while it lives.

#pragma once

#include <optional>

namespace collector {

// What a line of that log says of it.
[[nodiscard]] std::optional<unsigned> packetSizeIn(const char *message);

class PacketSizeWatch
{
public:
    explicit PacketSizeWatch(bool isWanted);
    ~PacketSizeWatch();
    PacketSizeWatch(const PacketSizeWatch &) = delete;
    PacketSizeWatch &operator=(const PacketSizeWatch &) = delete;

    // What a host confirmed since the watch began.
    [[nodiscard]] std::optional<unsigned> size() const;

private:
    const bool m_isWanted;
    int m_previousLevel = 0;
};

} // namespace collector
