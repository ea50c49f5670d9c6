// Where secrets come from: a file, the environment, the terminal. Never the command line.
//
// Called from the main thread before the run; all of them may block. What cannot be had is a std::runtime_error whose message names the
// source and the remedy, and nothing of the secret.

#pragma once

#include "ssh/secret.h"

#include <QString>

#include <optional>

namespace collector {

// The one line that a file holds, without its line end. Refused: a file that others may read or write, one owned by neither us nor root, an
// empty one, one of several lines. A FIFO, as of `--password-file <(pass show fleet)`, is read until its end.
[[nodiscard]] Secret readSecretFile(const QString &path);

// The whole of a private file, line ends and all: a private key. The same permissions, at most `largest` bytes.
[[nodiscard]] Secret readPrivateFile(const QString &path, size_t largest);

// Takes a variable out of the environment: its bytes there are overwritten, then it is unset, so that neither /proc nor a child shows
// it. Nothing if it is not set. Before there are other threads.
[[nodiscard]] std::optional<Secret> takeSecretFromEnvironment(const char *variable);

// Asks on the terminal, /dev/tty, without echo. Throws at once where there is none, and says that `otherwise` is to be given then.
[[nodiscard]] Secret askOnTerminal(const QString &prompt, const QString &otherwise);

// The same on a terminal that is open already. A ^C, or a signal that would end us, gives the terminal back as it was and throws. After
// a ^Z the question is asked anew.
[[nodiscard]] Secret askOnTerminal(int terminal, const QString &prompt);

} // namespace collector
