// SessionPrototypes: sessions of libssh that are only there to be copied, one for each set of algorithms.
//
// libssh takes each list of algorithms apart and compares every name with those it knows: a twelfth of what a session costs beside its
// cryptography, and the same for all hosts that have the same lists. Of one worker, on its thread.

#pragma once

#include "ssh/sshsettings.h"

#include <libssh/libssh.h>

#include <map>
#include <memory>
#include <tuple>

namespace collector {

class SessionPrototypes
{
public:
    // A session that proposes these and reads no file; the caller's. Null: there is no memory. Throws JobError (bad_variable) where libssh
    // knows none of a list.
    [[nodiscard]] ssh_session makeSession(const SshAlgorithms &algorithms);

private:
    struct Free
    {
        void operator()(ssh_session session) const { ssh_free(session); }
    };
    using Prototype = std::unique_ptr<ssh_session_struct, Free>;
    using Lists = std::tuple<QByteArray, QByteArray, QByteArray, QByteArray, QByteArray>;

    [[nodiscard]] static Prototype makePrototype(const SshAlgorithms &algorithms);

    std::map<Lists, Prototype> m_prototypes;
};

} // namespace collector
