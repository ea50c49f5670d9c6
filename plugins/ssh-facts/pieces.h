// The pieces of the script, as they are sent, in order: the prelude, one or more for the sections, the main part.

#pragma once

#include <span>

namespace collector::facts {

struct Piece
{
    const char *name; // the file's, such as `21-cpu`
    const char *text;
};

[[nodiscard]] std::span<const Piece> scriptPieces();

} // namespace collector::facts
