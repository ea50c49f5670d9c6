// A configuration: lines of `name = value`, with the long names of options and `plugin.option` for those of plugins; `#` and `;` comments,
// sections for the eye only; a name may stand again where its option may, of others the last one counts; `~/` in front of a file is the
// home. `never` is no option: whom nobody contacts from this machine. What is not understood is refused, for a line that is overlooked may
// be one that forbids.

#pragma once

#include "cli/commandline.h"

#include <QByteArray>
#include <QString>

namespace collector {

// As if all of it stood on a command line: options by their names, those of plugins as `O`, and `never`. Throws UsageError, with the line.
[[nodiscard]] CommandLine parseConfiguration(const QString &path, const QByteArray &text);

// The same of a file, of at most 1 MiB.
[[nodiscard]] CommandLine readConfiguration(const QString &path);

// A file as it is named there: no shell has replaced `~/`, and ssh_config and ansible.cfg have it.
[[nodiscard]] QString withHome(const QString &path);

} // namespace collector
