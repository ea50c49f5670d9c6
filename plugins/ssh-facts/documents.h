// What `collector plugins ssh-facts --script`, `--sudoers` and `--authorized-keys` print, and the command of a key that can
// take inventory and nothing else. Pure; any thread.

#pragma once

#include "sections.h"

#include <QByteArray>
#include <QList>

#include <span>

namespace collector::facts {

// A read that the script raises, exactly as it calls it.
struct RaisedRead
{
    const char *label;     // as in the script
    const char *programs;  // full paths, with blanks between them: the first that is there is taken
    const char *arguments; // with one blank between them
};
[[nodiscard]] std::span<const RaisedRead> raisedReads();

[[nodiscard]] QByteArray sudoers();

// SHA-256 of wholeScript(), in hexadecimal.
[[nodiscard]] QByteArray scriptHash();

// How to install it, the program, and the line for authorized_keys.
[[nodiscard]] QByteArray inventoryKey();
// The program alone: refuses all but the command below.
[[nodiscard]] QByteArray inventoryProgram();
// `collector-facts 1 NONCE SECONDS SECONDS SECTION,…`: nothing of it is run.
[[nodiscard]] QByteArray inventoryCommand(const QList<const SectionSpec *> &sections, const ScriptSettings &settings);

} // namespace collector::facts
