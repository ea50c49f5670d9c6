// PeerServer: an SSH server of another make, started by the script of its name in servers/.
//
// Logging in: user `peer` with clientKey(), or with password() where the server has that. Like its base, it ends with the object.

#pragma once

#include "fleet/serverprocess.h"

#include <utility>

namespace collector {

class PeerServer final : public ServerProcess
{
public:
    using File = std::pair<QString, QByteArray>; // path below the server's folder, content

    // `files` are there before it starts: sshd_config and etc/… of those whose account is the machine's.
    explicit PeerServer(const QString &name, const QList<File> &files = {});

    [[nodiscard]] static bool isUsable(const QString &name); // installed, and we may do what it takes
    [[nodiscard]] static QByteArray account() { return QByteArrayLiteral("peer"); }
    [[nodiscard]] static const char *password() { return "open sesame"; }
};

} // namespace collector
