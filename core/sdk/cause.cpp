#include "collector/cause.h"

#include <algorithm>
#include <array>

namespace collector {

namespace {

constexpr std::array<QByteArrayView, causeCount> names{
    "",
    "dns",
    "no_route",
    "prohibited",
    "bad_address",
    "refused",
    "connect_timeout",
    "reset",
    "rate_limited",
    "not_ssh",
    "handshake",
    "handshake_timeout",
    "no_common_algorithm",
    "host_key_unknown",
    "host_key_changed",
    "host_key_revoked",
    "host_cert_unsupported",
    "auth_denied",
    "auth_timeout",
    "auth_stopped",
    "no_credentials",
    "mfa_required",
    "password_expired",
    "jump_failed",
    "no_reply",
    "channel_refused",
    "shell_rejected",
    "sudo_denied",
    "exec_timeout",
    "output_limit",
    "connection_lost",
    "exit_status",
    "signal",
    "bad_output",
    "plugin_error",
    "bad_variable",
    "unsupported_connection",
    "excluded",
    "interrupted",
    "not_attempted",
    "local_limit",
    "internal",
};

} // namespace

QByteArrayView causeName(Cause cause)
{
    return size_t(cause) < names.size() ? names[size_t(cause)] : QByteArrayView();
}

Cause recordedCause(Cause cause)
{
    return causeName(cause).isEmpty() ? Cause::PluginError : cause;
}

std::optional<Cause> causeFromName(QByteArrayView name)
{
    const auto found = std::find(names.begin() + 1, names.end(), name);
    if (found == names.end())
        return std::nullopt;
    return Cause(found - names.begin());
}

} // namespace collector
