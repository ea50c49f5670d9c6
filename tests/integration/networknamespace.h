// A network namespace of the test's own: what happens in it stays there and ends with the process.

#pragma once

#include <QString>

// Enters it, with this process; before any thread. The name of what this machine lacks for such tests; empty: we are in it, as root
// of a user namespace where we are not root already.
[[nodiscard]] QString enterTestNetwork();

// Runs a command with sh -e; what went wrong, empty: nothing.
[[nodiscard]] QString run(const QString &command);
