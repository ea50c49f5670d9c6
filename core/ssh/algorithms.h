// Which algorithms are proposed to a host. Pure functions; any thread.

#pragma once

#include "ssh/sshsettings.h"

#include <QByteArray>

namespace collector {

// What is proposed where the settings say nothing, with `legacy` what is broken at the end; from a list of the settings, what this libssh
// may be trusted with. Throws JobError (bad_variable) where that is none of the ciphers, and where a list is still `-pattern`: it would
// leave nothing.
[[nodiscard]] SshAlgorithms proposedAlgorithms(const SshAlgorithms &wanted, bool legacy);

// Whether that libssh checks the tag of AES-GCM (CVE-2026-59847): 0.11.5, 0.12.1 and what follows each. `version` as of ssh_version(0).
// Distributions mend older ones without changing it, which cannot be told apart.
[[nodiscard]] bool isGcmSound(QByteArrayView version);

} // namespace collector
