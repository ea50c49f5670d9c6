// The values of ssh_config's words: checked when a file is read, and brought into one form ("yes"/"no", seconds, a port's number), so that
// whoever asks later need not check again.
//
// Pure functions; any thread.

#pragma once

#include "ssh/sshconfigline.h"
#include "ssh/sshwords.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>
#include <vector>

namespace collector {

// The values of a line whose keyword is `word` (one that has a setting); nothing, with `error`, if ssh would refuse it.
[[nodiscard]] std::optional<QList<QByteArray>> sshValues(SshWord word, const SshConfigLine &line, QString *error);

// One hop of ProxyJump: `[user@]host[:port]` or `ssh://…`.
struct JumpHop
{
    QByteArray user; // empty: as for any host
    QByteArray host;
    quint16 port = 0; // 0: as for any host
};

// The hops in the order in which they are passed; nothing if one of them is malformed. "none" gives an empty list.
[[nodiscard]] std::optional<std::vector<JumpHop>> jumpHops(const QByteArray &value);

// "1h30m" in seconds, as ssh's own times: bare numbers are seconds.
[[nodiscard]] std::optional<int> sshSeconds(const QByteArray &text);

} // namespace collector
