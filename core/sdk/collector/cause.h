// Cause: why a job on a host did not end well. A closed list: programs match on these words, each end of a job has its
// own, none is a catch-all for another. The words are those of the record's field `cause`.

#pragma once

#include "export.h"

#include <QByteArrayView>

#include <optional>

namespace collector {

enum class Cause : quint8 {
    None,
    // before the session
    Dns,
    NoRoute,
    Prohibited,
    BadAddress,
    Refused,
    ConnectTimeout,
    Reset,
    RateLimited,
    NotSsh,
    Handshake,
    HandshakeTimeout,
    NoCommonAlgorithm,
    HostKeyUnknown,
    HostKeyChanged,
    HostKeyRevoked,
    HostCertUnsupported,
    AuthDenied,
    AuthTimeout,
    AuthStopped,
    NoCredentials,
    MfaRequired,
    PasswordExpired,
    JumpFailed,
    NoReply,
    // in the session
    ChannelRefused,
    ShellRejected,
    SudoDenied,
    ExecTimeout,
    OutputLimit,
    ConnectionLost,
    ExitStatus,
    Signal,
    BadOutput,
    PluginError,
    // ours
    BadVariable,
    UnsupportedConnection,
    Excluded,
    Interrupted,
    NotAttempted,
    LocalLimit,
    Internal,
};

inline constexpr int causeCount = int(Cause::Internal) + 1;

// The word of the contract, such as "host_key_unknown"; empty for None, and for a number that is none of these. Static storage.
[[nodiscard]] COLLECTOR_SDK QByteArrayView causeName(Cause cause);

// As a record may have it: plugin_error in place of None, which is no end, and of a number that a later SDK has given a name.
[[nodiscard]] COLLECTOR_SDK Cause recordedCause(Cause cause);

// The cause of that word; nothing where there is none of that name.
[[nodiscard]] COLLECTOR_SDK std::optional<Cause> causeFromName(QByteArrayView name);

} // namespace collector
