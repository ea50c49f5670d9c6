// A configuration: lines of `name = value`, with the long names of options and `plugin.option` for those of plugins; `#` and `;` comments,
// sections for the eye only; a name may stand again where its option may. `never` is no option: whom nobody contacts from this machine.
// Pure but for reading the file.

#pragma once

#include "cli/commandline.h"

#include <QByteArray>
#include <QString>

namespace collector {

// As if all of it stood on a command line: options by their names, those of plugins as `O`, and `never`. Throws UsageError, with the line.
[[nodiscard]] CommandLine parseConfiguration(const QString &path, const QByteArray &text);

// The same of a file.
[[nodiscard]] CommandLine readConfiguration(const QString &path);

} // namespace collector
