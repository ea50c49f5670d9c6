#include "ssh/openingwatch.h"

#include "ssh/packetsizewatch.h"

#include <libssh/callbacks.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace collector {

namespace {

struct Heard
{
    std::optional<unsigned> sent;
    std::optional<unsigned> packetSize;
    std::vector<ChannelAnswer> answers;
};

thread_local Heard heard; // libssh's log callback is the thread's

void listen(int, const char *, const char *message, void *)
{
    if (const auto size = packetSizeIn(message))
        heard.packetSize = std::min(heard.packetSize.value_or(*size), *size);
    // After the name of the function: what follows may quote the host.
    const char *text = strstr(message, ": ");
    if (!text)
        return;
    text += 2;
    ChannelAnswer answer;
    ChannelAnswer::Refusal refusal;
    int length = 0;
    if (sscanf(text, "Creating a channel %u with", &answer.channel) == 1) {
        heard.sent = answer.channel;
    } else if (sscanf(text, "Received a CHANNEL_OPEN_CONFIRMATION for channel %u:", &answer.channel) == 1) {
        heard.answers.push_back(answer);
    } else if (sscanf(text, "Channel opening failure: channel %u error (%u)%n", &answer.channel, &refusal.code, &length) == 2) {
        refusal.reason = QByteArray(text + length).trimmed();
        answer.refusal = refusal;
        heard.answers.push_back(answer);
    }
}

} // namespace

OpeningWatch::OpeningWatch(bool isWanted) : m_isWanted(isWanted)
{
    if (!m_isWanted)
        return;
    m_previousLevel = ssh_get_log_level();
    heard = {};
    ssh_set_log_callback(listen);
    ssh_set_log_level(SSH_LOG_PROTOCOL);
}

OpeningWatch::~OpeningWatch()
{
    if (m_isWanted)
        ssh_set_log_level(m_previousLevel);
}

std::optional<unsigned> OpeningWatch::sent() const
{
    return m_isWanted ? heard.sent : std::nullopt;
}

std::optional<unsigned> OpeningWatch::packetSize() const
{
    return m_isWanted ? heard.packetSize : std::nullopt;
}

std::vector<ChannelAnswer> OpeningWatch::answers() const
{
    return m_isWanted ? heard.answers : std::vector<ChannelAnswer>();
}

} // namespace collector
