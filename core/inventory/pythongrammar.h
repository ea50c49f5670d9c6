// The grammar of Python's literals, for one line of text. Python finds wrong syntax first and evaluates then, from left to right, and
// errors differ by that: so this yields a tree, and PythonLiteral evaluates it. Pure; nesting is bounded at Python's own 200.
#pragma once

#include "inventory/value.h"

#include <QByteArrayView>

#include <optional>
#include <vector>

namespace collector {

struct PythonNode
{
    enum Kind { Constant, Number, Bytes, Complex, Ellipsis, EmptySet, Tuple, List, Set, Map, Malformed };
    enum Form { Plain, Signed, Summed };

    Kind kind = Malformed;
    Form form = Plain;
    Value value;
    std::vector<PythonNode> items; // of a map: key, value, key, value, …
};

/// Nothing where the text is not made of literals alone. It is UTF-8, and has no NUL.
[[nodiscard]] std::optional<PythonNode> parsePython(QByteArrayView text);

} // namespace collector
