// OpeningWatch: reads out of libssh's own log which channels are being opened, and what the host answers to whichever.
//
// libssh keeps one error text a session: of two answers that one call takes in, the first one's reason would be the second one's. Raises
// the log level of this thread while it lives, and is the only one of it then.

#pragma once

#include <QByteArray>

#include <optional>
#include <vector>

namespace collector {

struct ChannelAnswer
{
    struct Refusal
    {
        unsigned code = 0; // RFC 4254 5.1
        QByteArray reason;
    };
    unsigned channel = 0; // libssh's own number of it
    std::optional<Refusal> refusal{};
};

class OpeningWatch
{
public:
    explicit OpeningWatch(bool isWanted);
    ~OpeningWatch();
    OpeningWatch(const OpeningWatch &) = delete;
    OpeningWatch &operator=(const OpeningWatch &) = delete;

    // Since the watch began:
    [[nodiscard]] std::optional<unsigned> sent() const;       // the channel whose opening was sent last
    [[nodiscard]] std::optional<unsigned> packetSize() const; // the smallest maximum of a packet that was confirmed
    [[nodiscard]] std::vector<ChannelAnswer> answers() const;

private:
    const bool m_isWanted;
    int m_previousLevel = 0;
};

} // namespace collector
