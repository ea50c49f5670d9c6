#include "inventory/pythonliteral.h"

#include "inventory/pythongrammar.h"
#include "inventory/pythonnumber.h"

#include "model/utf8.h"

#include <algorithm>

namespace collector {

namespace {

using Node = PythonNode;

/// Raised while evaluating, caught in parse(): the first thing that Python would have stumbled on.
struct Stumble
{
    const char *problem; // nullptr: malformed, the value stays text
};

constexpr const char *unhashable = "a list, set or dictionary can be neither an element of a set nor a key of a dictionary";
constexpr const char *noJson = "a set, a complex number, bytes or an ellipsis has no form in JSON";

/// Whether every part can be a key. A tuple of lists cannot.
bool isHashable(const Node &node)
{
    if (node.kind == Node::List || node.kind == Node::Set || node.kind == Node::Map || node.kind == Node::EmptySet)
        return false;
    return node.kind != Node::Tuple || std::all_of(node.items.begin(), node.items.end(), isHashable);
}

Value evaluate(Node &node, const char *&later)
{
    switch (node.kind) {
    case Node::Constant:
    case Node::Number:
        return std::move(node.value);
    case Node::Malformed:
        throw Stumble{nullptr};
    case Node::Bytes:
    case Node::Complex:
    case Node::Ellipsis:
    case Node::EmptySet:
        later = noJson;
        return {};
    case Node::Tuple:
    case Node::List: {
        Value::List list;
        list.reserve(node.items.size());
        for (Node &item : node.items)
            list.push_back(evaluate(item, later));
        return Value(std::move(list));
    }
    case Node::Set:
        for (Node &item : node.items) {
            evaluate(item, later);
            if (!isHashable(item))
                throw Stumble{unhashable};
        }
        later = noJson;
        return {};
    case Node::Map: {
        Value::Map map;
        for (size_t i = 0; i < node.items.size(); i += 2) {
            Value key = evaluate(node.items[i], later);
            Value value = evaluate(node.items[i + 1], later);
            if (!isHashable(node.items[i]))
                throw Stumble{unhashable};
            if (node.items[i].kind == Node::Tuple)
                later = "a tuple as key of a dictionary has no form in JSON";
            setInMap(map, std::move(key), std::move(value));
        }
        return Value(std::move(map));
    }
    }
    return {};
}

} // namespace

bool mayBePythonLiteral(QByteArrayView text)
{
    if (text.isEmpty())
        return false;
    const char c = text.front();
    if (isDigit(c)) {
        // Digits with two dots, as addresses have, are no number.
        int dots = 0;
        for (const char each : text) {
            dots += each == '.' ? 1 : 0;
            if (each != '.' && !isDigit(each))
                return true;
        }
        return dots < 2;
    }
    switch (c) {
    case '+':
    case '-':
    case '.':
    case '(':
    case '[':
    case '{':
    case '\'':
    case '"':
    case ' ':
    case '\t':
        return true;
    case 'T':
        return text.startsWith("True");
    case 'F':
        return text.startsWith("False");
    case 'N':
        return text.startsWith("None");
    case 's':
        return text.startsWith("set");
    case 'r':
    case 'R':
    case 'b':
    case 'B':
    case 'u':
    case 'U':
        return text.first(std::min<qsizetype>(text.size(), 3)).contains('\'') ||
               text.first(std::min<qsizetype>(text.size(), 3)).contains('"');
    default:
        return false;
    }
}

PythonLiteral PythonLiteral::parse(QByteArrayView text)
{
    if (!mayBePythonLiteral(text) || text.contains('\0') || !isUtf8(text))
        return {};
    auto node = parsePython(text);
    if (!node)
        return {};
    // Ansible turns bytes into text, but only where they are the whole value.
    if (node->kind == Node::Bytes)
        return {Literal, std::move(node->value), nullptr};
    try {
        const char *later = nullptr;
        Value value = evaluate(*node, later);
        if (later)
            return {Literal, Value(Value::Unprintable{later}), later};
        return {Literal, std::move(value), nullptr};
    } catch (const Stumble &stumble) {
        return {stumble.problem ? Refused : Text, {}, stumble.problem};
    }
}

} // namespace collector
