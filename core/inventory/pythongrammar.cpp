#include "inventory/pythongrammar.h"

#include "inventory/pythonnumber.h"
#include "inventory/pythontext.h"

#include "model/utf8.h"

#include <algorithm>

namespace collector {

namespace {

constexpr int deepestNesting = 200;        // Python: "too many nested parentheses"
constexpr qsizetype longestInteger = 4300; // digits: Python's limit for int(text), and for printing what was written in another base

using Node = PythonNode;

struct Elements
{
    std::vector<Node> items;
    bool trailingComma = false;
};

bool isNameByte(char c)
{
    return isWordCharacter(static_cast<uchar>(c)) || static_cast<uchar>(c) >= 0x80;
}

class Parser final
{
public:
    explicit Parser(QByteArrayView text) : m_text(text) {}

    std::optional<Node> parse()
    {
        auto all = elements('\0');
        if (!all || m_at != m_text.size() || all->items.empty())
            return std::nullopt;
        return tupleOrItem(std::move(*all));
    }

private:
    char peek(qsizetype ahead = 0) const { return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0'; }

    void skipSpace()
    {
        while (peek() == ' ' || peek() == '\t' || peek() == '\f')
            ++m_at;
        if (peek() == '#')
            m_at = m_text.size();
    }

    static Node tupleOrItem(Elements elements)
    {
        if (elements.items.size() == 1 && !elements.trailingComma)
            return std::move(elements.items.front());
        return {Node::Tuple, Node::Plain, {}, std::move(elements.items)};
    }

    /// Expressions with commas between them, up to `close`, which stays.
    std::optional<Elements> elements(char close)
    {
        Elements result;
        for (;;) {
            skipSpace();
            if (m_at == m_text.size() || peek() == close)
                return result;
            if (!result.items.empty() && !result.trailingComma)
                return std::nullopt;
            auto item = sum();
            if (!item)
                return std::nullopt;
            result.items.push_back(std::move(*item));
            skipSpace();
            result.trailingComma = peek() == ',';
            if (result.trailingComma)
                ++m_at;
        }
    }

    std::optional<Node> sum()
    {
        auto left = sign();
        for (skipSpace(); left && (peek() == '+' || peek() == '-'); skipSpace()) {
            ++m_at;
            const auto right = sign();
            if (!right)
                return std::nullopt;
            const bool complex =
                left->kind == Node::Number && left->form != Node::Summed && right->kind == Node::Complex && right->form == Node::Plain;
            *left = {complex ? Node::Complex : Node::Malformed, Node::Summed, {}, {}};
        }
        return left;
    }

    std::optional<Node> sign()
    {
        skipSpace();
        const char c = peek();
        if (c != '+' && c != '-')
            return atom();
        if (++m_depth > deepestNesting)
            return std::nullopt;
        ++m_at;
        auto node = sign();
        --m_depth;
        if (!node)
            return std::nullopt;
        const bool number = (node->kind == Node::Number || node->kind == Node::Complex) && node->form == Node::Plain;
        node->kind = number ? node->kind : Node::Malformed;
        node->form = Node::Signed;
        if (c == '-')
            negate(node->value);
        return node;
    }

    std::optional<Node> atom()
    {
        const char c = peek();
        if (c == '(' || c == '[' || c == '{')
            return bracketed(c);
        if (isDigit(c) || (c == '.' && isDigit(peek(1))))
            return number();
        if (c == '.' && peek(1) == '.' && peek(2) == '.') {
            m_at += 3;
            return Node{Node::Ellipsis, Node::Plain, {}, {}};
        }
        return c == '\'' || c == '"' ? strings() : word();
    }

    std::optional<Node> bracketed(char open)
    {
        if (++m_depth > deepestNesting)
            return std::nullopt;
        ++m_at;
        const char close = open == '(' ? ')' : (open == '[' ? ']' : '}');
        std::optional<Node> node;
        if (open == '{') {
            node = braced();
        } else if (auto inner = elements(close)) {
            node = open == '(' ? tupleOrItem(std::move(*inner)) : Node{Node::List, Node::Plain, {}, std::move(inner->items)};
        }
        if (!node || peek() != close)
            return std::nullopt;
        ++m_at;
        --m_depth;
        return node;
    }

    std::optional<Node> braced();
    std::optional<Node> number();
    std::optional<Node> floatNumber(qsizetype begin);
    std::optional<Node> strings();
    bool string(QByteArray &out, bool &bytes);
    bool escape(QByteArray &out, bool bytes);
    std::optional<Node> word();
    bool digits(int base);

    QByteArrayView m_text;
    qsizetype m_at = 0;
    int m_depth = 0;
};

std::optional<Node> Parser::braced()
{
    Node node{Node::Map, Node::Plain, {}, {}};
    bool comma = true;
    for (skipSpace(); m_at < m_text.size() && peek() != '}'; skipSpace()) {
        if (!comma)
            return std::nullopt;
        auto key = sum();
        if (!key)
            return std::nullopt;
        const bool first = node.items.empty();
        node.items.push_back(std::move(*key));
        const bool pair = peek() == ':';
        if (first && !pair)
            node.kind = Node::Set;
        if (pair != (node.kind == Node::Map))
            return std::nullopt;
        if (pair) {
            ++m_at;
            auto value = sum();
            if (!value)
                return std::nullopt;
            node.items.push_back(std::move(*value));
        }
        comma = peek() == ',';
        if (comma)
            ++m_at;
    }
    return node;
}

/// Digits with single underscores between them; false where there is none or an underscore stands wrong.
bool Parser::digits(int base)
{
    if (digitValue(peek()) >= base)
        return false;
    while (digitValue(peek()) < base || (peek() == '_' && digitValue(peek(1)) < base))
        ++m_at;
    return peek() != '_';
}

std::optional<Node> Parser::number()
{
    const qsizetype begin = m_at;
    const char marker = static_cast<char>(peek(1) | 0x20);
    const int base = peek() != '0' ? 10 : (marker == 'x' ? 16 : (marker == 'o' ? 8 : (marker == 'b' ? 2 : 10)));
    if (base != 10) {
        m_at += 2;
        if (peek() == '_')
            ++m_at;
        if (!digits(base) || isNameByte(peek()) || m_at - begin > longestInteger)
            return std::nullopt;
        const QByteArray plain = m_text.sliced(begin + 2, m_at - begin - 2).toByteArray().replace("_", "");
        return Node{Node::Number, Node::Plain, integerOf(toDecimal(plain, base)), {}};
    }
    if (peek() != '.' && !digits(10))
        return std::nullopt;
    if (peek() == '.' || (peek() | 0x20) == 'e' || (peek() | 0x20) == 'j')
        return floatNumber(begin);
    const QByteArray plain = m_text.sliced(begin, m_at - begin).toByteArray().replace("_", "");
    const bool leadingZero = plain.size() > 1 && plain.startsWith('0');
    const bool zero = std::all_of(plain.begin(), plain.end(), [](char c) { return c == '0'; });
    if (isNameByte(peek()) || (leadingZero && !zero) || plain.size() > longestInteger)
        return std::nullopt;
    return Node{Node::Number, Node::Plain, zero ? Value(qint64(0)) : integerOf(plain), {}};
}

std::optional<Node> Parser::floatNumber(qsizetype begin)
{
    if (peek() == '.') {
        ++m_at;
        if (isDigit(peek()) && !digits(10))
            return std::nullopt;
    }
    if ((peek() | 0x20) == 'e') {
        const qsizetype sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
        if (!isDigit(peek(sign)))
            return std::nullopt;
        m_at += sign;
        if (!digits(10))
            return std::nullopt;
    }
    const QByteArray plain = m_text.sliced(begin, m_at - begin).toByteArray().replace("_", "");
    const bool imaginary = (peek() | 0x20) == 'j';
    if (imaginary)
        ++m_at;
    if (isNameByte(peek()))
        return std::nullopt;
    if (imaginary)
        return Node{Node::Complex, Node::Plain, {}, {}};
    return Node{Node::Number, Node::Plain, Value(parseDouble(plain)), {}};
}

std::optional<Node> Parser::strings()
{
    QByteArray text;
    std::optional<bool> bytes;
    for (;;) {
        const qsizetype before = m_at;
        bool theseBytes = false;
        if (!string(text, theseBytes)) {
            if (!bytes || m_at != before)
                return std::nullopt;
            break;
        }
        if (bytes && *bytes != theseBytes)
            return std::nullopt;
        bytes = theseBytes;
        skipSpace();
    }
    return Node{*bytes ? Node::Bytes : Node::Constant, Node::Plain, Value(text), {}};
}

/// One string with its prefix. False and nothing eaten where none begins here.
bool Parser::string(QByteArray &out, bool &bytes)
{
    qsizetype at = m_at;
    bool raw = false;
    bool unicode = false;
    for (; at < m_text.size() && m_text[at] != '\'' && m_text[at] != '"'; ++at) {
        const char c = static_cast<char>(m_text[at] | 0x20);
        bool &flag = c == 'r' ? raw : (c == 'b' ? bytes : unicode);
        if ((c != 'r' && c != 'b' && c != 'u') || flag || at - m_at >= 2)
            return false;
        flag = true;
    }
    if (at >= m_text.size() || (unicode && (raw || bytes)))
        return false;
    const char quote = m_text[at];
    m_at = at + 1;
    const bool triple = peek() == quote && peek(1) == quote;
    m_at += triple ? 2 : 0;
    const auto closes = [&] { return peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote)); };
    while (m_at < m_text.size() && !closes()) {
        if (bytes && static_cast<uchar>(peek()) >= 0x80)
            return false;
        if (peek() != '\\') {
            out += m_text[m_at++];
        } else if (raw) {
            out += m_text[m_at++];
            if (m_at == m_text.size())
                return false;
            out += m_text[m_at++];
        } else if (!escape(out, bytes)) {
            return false;
        }
    }
    if (m_at >= m_text.size())
        return false;
    m_at += triple ? 3 : 1;
    return true;
}

bool Parser::escape(QByteArray &out, bool bytes)
{
    static constexpr char letters[] = "abfnrtv\\'\"";
    static constexpr char meanings[] = "\a\b\f\n\r\t\v\\'\"";
    const char c = peek(1);
    m_at += 2;
    if (m_at > m_text.size())
        return false;
    const auto put = [&](char32_t character) {
        if (bytes)
            out += static_cast<char>(character);
        else if (character >= 0xd800 && character <= 0xdfff)
            out += '?'; // what Python prints of it in the end
        else
            appendUtf8(out, character);
    };
    if (const char *letter = c == '\0' ? nullptr : std::find(letters, std::end(letters) - 1, c); letter && *letter) {
        out += meanings[letter - letters];
        return true;
    }
    if (digitValue(c) < 8) {
        char32_t number = static_cast<char32_t>(digitValue(c));
        for (int i = 0; i < 2 && digitValue(peek()) < 8; ++i)
            number = number * 8 + static_cast<char32_t>(digitValue(m_text[m_at++]));
        put(bytes ? number & 0xff : number);
        return true;
    }
    const int wanted = c == 'x' ? 2 : (bytes ? 0 : (c == 'u' ? 4 : (c == 'U' ? 8 : 0)));
    if (c == 'N' && !bytes)
        return false; // the table of character names is Python's; such a value stays text
    if (wanted == 0) {
        out += '\\';
        out += c;
        return true;
    }
    char32_t number = 0;
    for (int i = 0; i < wanted; ++i) {
        if (digitValue(peek()) >= 16)
            return false;
        number = number * 16 + static_cast<char32_t>(digitValue(m_text[m_at++]));
    }
    if (number > 0x10ffff)
        return false;
    put(number);
    return true;
}

std::optional<Node> Parser::word()
{
    qsizetype end = m_at;
    while (end < m_text.size() && isNameByte(m_text[end]))
        ++end;
    const QByteArrayView name = m_text.sliced(m_at, end - m_at);
    if (name.isEmpty())
        return std::nullopt;
    if (end < m_text.size() && (m_text[end] == '\'' || m_text[end] == '"'))
        return strings();
    m_at = end;
    if (name == "True" || name == "False")
        return Node{Node::Constant, Node::Plain, Value(name == "True"), {}};
    if (name == "None")
        return Node{Node::Constant, Node::Plain, Value(), {}};
    skipSpace();
    if (name == "set" && peek() == '(') {
        ++m_at;
        skipSpace();
        if (peek() != ')')
            return std::nullopt;
        ++m_at;
        return Node{Node::EmptySet, Node::Plain, {}, {}};
    }
    return Node{Node::Malformed, Node::Plain, {}, {}};
}

} // namespace

std::optional<PythonNode> parsePython(QByteArrayView text)
{
    return Parser(text).parse();
}

} // namespace collector
