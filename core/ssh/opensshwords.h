// What ssh(1) is told of a host, so that it goes where the native transport would go, and finds in ssh_config what libssh cannot do.
//
// It reads ssh_config for itself, by the name as it was written: a host certificate, a token, GSSAPI stand there, under that name. What
// was decided here stands on its command line, above that file: address, port, user, the way there, which host keys are believed, and
// what command line and inventory say. Pure; any thread.

#pragma once

#include "ssh/sshconfig.h"
#include "ssh/sshsettings.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <map>

namespace collector {

// `ssh` and its arguments, up to the command. Jump hosts are processes of the same kind, each the ProxyCommand of the next: with ssh's own
// -J they would ask on the terminal, and heed neither --known-hosts nor --host-keys. All of them write to `log`. Throws JobError
// (bad_variable) for a name that ssh, or a shell that it starts, would take for something else. `revoked`: of such hosts, itself and its
// jump hosts, as have keys that are to be refused whatever else is checked, the files that hold these. `mark`: a word that it is to say on
// its standard error once it is logged in, before anything of the command can come: sshd's Banner stands there too, whatever is logged.
using RevokedFiles = std::map<const SshSettings *, QString>;
[[nodiscard]] QStringList opensshWords(const SshSettings &settings, const QString &log, const RevokedFiles &revoked = {},
                                       const QByteArray &mark = {});

// Of `overrides`, what SshSettings does not hold in a form of its own, as values of -o, tokens and all.
[[nodiscard]] QStringList opensshOptions(const SshOverrides &overrides);

} // namespace collector
