// How a script on standard input is run: by the interpreter that its #! line names. A pure function.

#pragma once

#include <QByteArray>

namespace collector {

// The command line for the login shell, such as `exec /usr/bin/python3 -`; `arguments` stand at its end as they are. Throws JobError
// (bad_variable) where the #! line has what a login shell would take for its own.
[[nodiscard]] QByteArray interpreterCommand(const QByteArray &script, const QByteArray &arguments);

} // namespace collector
