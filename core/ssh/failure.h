// What libssh and a host say when they fail, as causes and sentences.

#pragma once

#include "ssh/session.h"
#include "ssh/sshsettings.h"

#include <collector/joberror.h>

namespace collector {

// The key exchange did not end well. `place`: `10.0.0.7:22`.
[[nodiscard]] JobError handshakeFailure(const SshSession &session, SshSession::End end, const QString &place,
                                        std::chrono::milliseconds after);

// The connection is gone in the middle of something.
[[nodiscard]] JobError connectionLost(const SshSession &session, const QString &during);

[[nodiscard]] JobError flooded(const QString &when);

} // namespace collector
