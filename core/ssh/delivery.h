// Delivery: how commands and scripts are put so that any login shell runs them, and nothing of ours outlives the channel.
//
// Pure functions; any thread.

#pragma once

#include "ssh/sshsettings.h"

#include <collector/remoteshell.h>

#include <QByteArray>

namespace collector {

// What `/bin/sh -s` gets on its standard input to run the script with nothing on the script's own: if the channel is closed before
// the script has ended, its process group is killed, or where that may not be its own, its descendants. Standard input must stay open
// meanwhile. A line on it ends what is left of ours there, once the script itself has ended, and nothing before.
[[nodiscard]] QByteArray supervised(const QByteArray &script);

// For /bin/sh: one word, whatever is in it.
[[nodiscard]] QByteArray quoted(const QByteArray &text);

// A command line that raises a shell, understood by sh, csh and fish alike, and the marks that tell how it goes: `prompt` comes on standard
// error when the password is wanted (empty: ask for none), `begun` and a line end on standard output once the raised `/bin/sh -s` reads. As
// for verifyingCommand(), no ticket of sudo's counts, and none is left.
[[nodiscard]] QByteArray raisingCommand(const Become &become, const QByteArray &prompt, const QByteArray &begun);

// One that asks sudo for the password if any of its rules wants one, runs nothing, and says `begun` if all is well. With -k: a ticket that
// is there proves nothing, and none is left for whoever asks next.
[[nodiscard]] QByteArray verifyingCommand(const QByteArray &prompt, const QByteArray &begun);

// Whether it is run through raisingCommand().
[[nodiscard]] bool isToBeRaised(const ShellCommand &command, const SshSettings &settings);

// A script's command line, or one that raises, with a word in front that does nothing, in every shell: whoever looks at the host's
// processes or its audit log sees which run it was (`: collector-<run id>; exec /bin/sh -s`). A user's own command stays as it is.
[[nodiscard]] QByteArray marked(const QByteArray &commandLine, const QByteArray &mark);

// A command that is not raised: what it gets on its standard input, and whether that ends there.
[[nodiscard]] QByteArray inputOf(const ShellCommand &command);
[[nodiscard]] bool isInputKeptOpen(const ShellCommand &command);

// One that is: the script for the raised shell, not yet supervised. A plain command has its input in a here-document that ends with `end`.
[[nodiscard]] QByteArray raisedScript(const ShellCommand &command, const QByteArray &end);

// Whether it will use sudo with a password of ours, once for each command that it raises.
[[nodiscard]] bool isRaisingWithPassword(const ShellCommand &command, const Become &become);

// Tells a script that raises single commands how (ShellCommand::raisingMark), or has it raised as a whole.
void settleRaising(ShellCommand &command, const Become &become);

// For a script that raises single commands itself: B=sudo, B=doas or B='', and W= the password, quoted. su raises shells alone.
[[nodiscard]] QByteArray raisingAssignments(const Become &become);

} // namespace collector
