// SshArguments: what stands in ansible_ssh_args, ansible_ssh_common_args and ansible_ssh_extra_args: words for ssh(1), of which those that
// say how to connect are understood: -J -p -l -i -F -4 -6 and -o.
//
// Pure; any thread.

#pragma once

#include "ssh/sshconfig.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace collector {

struct SshArguments
{
    QString configFile;            // -F; empty: none
    QList<QByteArray> unsupported; // "-C", "ControlPersist": known to ssh, without effect here

    // Adds to `overrides`. Nothing, with `error`, if ssh would refuse them. `text` is split like a shell's words.
    [[nodiscard]] static std::optional<SshArguments> parse(const QByteArray &text, const QByteArray &origin, SshOverrides &overrides,
                                                           QString *error);
};

} // namespace collector
