// Python's ast.literal_eval for one line of text: how Ansible gives the values of an INI file their types.
// Pure functions, any thread.
#pragma once

#include "inventory/value.h"

#include <QByteArrayView>

namespace collector {

struct PythonLiteral
{
    enum Kind {
        Text,    // not a literal: the text stays what it is (ValueError and SyntaxError in Python)
        Literal, // `value` holds it, perhaps as Value::Unprintable
        Refused, // Python fails on it, and so does Ansible: `problem` says why
    };
    Kind kind = Text;
    Value value;
    const char *problem = nullptr;

    [[nodiscard]] static PythonLiteral parse(QByteArrayView text);
};

/// Whether `text` begins as a literal might; most values of an inventory do not, and are done with here.
[[nodiscard]] bool mayBePythonLiteral(QByteArrayView text);

} // namespace collector
