// The host key, judged before any credential is sent. Any thread.

#pragma once

#include "ssh/hostkeys.h"
#include "ssh/knownhostsappender.h"
#include "ssh/sshsettings.h"

#include <collector/joberror.h>

namespace collector {

enum class HostKeyDecision {
    Known,
    New,       // believed, and to be written down
    Unchecked, // believed because nothing is checked: no password may be sent
};

// `blob`: the key that the host has proven to own. Throws JobError: host_key_unknown, host_key_changed, host_key_revoked,
// host_cert_unsupported; handshake for an RSA key shorter than RequiredRSASize.
[[nodiscard]] HostKeyDecision judgeHostKey(const HostKeys &known, const QByteArray &blob, const SshSettings &settings);

// A New one, to be written down. The first host of that name to show a key settles it for the run. Throws JobError: host_key_changed for
// another key than that; host_key_unknown for a name under which it cannot be kept.
void acceptHostKey(KnownHostsAppender &appender, const QByteArray &blob, const SshSettings &settings);

} // namespace collector
