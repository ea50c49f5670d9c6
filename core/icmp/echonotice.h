// What the ping thread has to say to the person at the terminal, through the logging categories `collector.ping` and
// `collector.ping.method`.

#pragma once

#include <QLoggingCategory>

namespace collector {

class EchoSocket;
struct EchoCounters;

Q_DECLARE_LOGGING_CATEGORY(pingLog)
Q_DECLARE_LOGGING_CATEGORY(pingMethodLog) // its one line is shown unless the person wants quiet

// Which method is used for either family, and how to get a better one. Either socket may be null; `error`: why IPv4's is.
void noticeMethod(const EchoSocket *v4, const EchoSocket *v6, int error);
// Answers came faster than we read them.
void noticeReceiveOverflow();

// The balance, at the end; nothing where nothing was sent.
void noticeCounters(const EchoCounters &counters);

// What to do to be allowed ICMP, for messages.
[[nodiscard]] QString icmpPermissionAdvice();

} // namespace collector
