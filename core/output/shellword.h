// A text as one word of a shell's, for commands that a person pastes. Pure.

#pragma once

#include <QString>

namespace collector {

// As it is where a shell takes it so, else in quotes.
[[nodiscard]] QString shellWord(const QString &text);

} // namespace collector
