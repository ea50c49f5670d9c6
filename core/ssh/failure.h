// What libssh and a host say when they fail, as causes and sentences.

#pragma once

#include "ssh/proposal.h"
#include "ssh/session.h"
#include "ssh/sshsettings.h"

#include <collector/joberror.h>
#include <collector/remoteshell.h>

#include <optional>

namespace collector {

// The key exchange did not end well. `place`: `10.0.0.7:22`. `theirs`, where it was seen, tells whether it could have.
[[nodiscard]] JobError handshakeFailure(const SshSession &session, SshSession::End end, const QString &place,
                                        std::chrono::milliseconds after, const SshAlgorithms &ours, const std::optional<Proposal> &theirs);

// The connection is gone in the middle of something.
[[nodiscard]] JobError connectionLost(const SshSession &session, const QString &during);

// Where a limit of ours is what --timeout can raise: `; --timeout T above 20 s gives it longer`.
[[nodiscard]] QString howToWiden(std::chrono::milliseconds limit);

// Of an account that sshd lets in nowhere, and of one that it drops behind the login: `; where that is always so, …`.
[[nodiscard]] QString howAccountsAreShutOut();
[[nodiscard]] QString howAccountsAreDropped();

// Where `reply` is what sshd says, in place of the user's shell, to an account that a key let in and whose password has expired.
[[nodiscard]] std::optional<JobError> expiredPassword(const ShellReply &reply, const QByteArray &user);

// A login that would be refused as one was before it; `why`: what that one said, where it is known.
[[nodiscard]] JobError notTriedAgain(const QString &why, const QByteArray &user);

[[nodiscard]] JobError flooded(const QString &when);

} // namespace collector
