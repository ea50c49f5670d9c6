#include "output/jsonspan.h"

#include "model/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace collector {

namespace {

// What stands in a string as it is: all but the quote, the backslash and control characters.
constexpr std::array<bool, 256> isPlain = [] {
    std::array<bool, 256> table{};
    for (int c = 0x20; c < 256; ++c)
        table[size_t(c)] = c != '"' && c != '\\';
    return table;
}();

bool isBlank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

int hexValue(char c)
{
    if (isDigit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// `at` is behind the opening quote.
const char *stringEnd(const char *at, const char *end)
{
    while (at != end) {
        if (isPlain[uchar(*at)]) {
            ++at;
        } else if (*at == '"') {
            return at + 1;
        } else if (*at != '\\' || end - at < 2) {
            return nullptr;
        } else if (at[1] == 'u') {
            if (end - at < 6 || !std::all_of(at + 2, at + 6, [](char c) { return hexValue(c) >= 0; }))
                return nullptr;
            at += 6;
        } else {
            if (!QByteArrayView("\"\\/bfnrt").contains(at[1]))
                return nullptr;
            at += 2;
        }
    }
    return nullptr;
}

const char *numberEnd(const char *at, const char *end)
{
    const auto digits = [&] {
        const char *const from = at;
        while (at != end && isDigit(*at))
            ++at;
        return at != from;
    };
    if (at != end && *at == '-')
        ++at;
    if (at != end && *at == '0')
        ++at;
    else if (!digits())
        return nullptr;
    if (at != end && *at == '.') {
        ++at;
        if (!digits())
            return nullptr;
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-'))
            ++at;
        if (!digits())
            return nullptr;
    }
    return at;
}

const char *wordEnd(const char *at, const char *end, const char *word)
{
    const auto length = qsizetype(std::strlen(word));
    return end - at >= length && std::memcmp(at, word, size_t(length)) == 0 ? at + length : nullptr;
}

const char *containerEnd(const char *at, const char *end, int depth)
{
    const bool isObject = *at == '{';
    const char close = isObject ? '}' : ']';
    at = skipJsonBlanks(at + 1, end);
    if (at != end && *at == close)
        return at + 1;
    while (at != end) {
        if (isObject) {
            if (*at != '"' || !(at = stringEnd(at + 1, end)))
                return nullptr;
            at = skipJsonBlanks(at, end);
            if (at == end || *at != ':')
                return nullptr;
            at = skipJsonBlanks(at + 1, end);
        }
        at = jsonValueEnd(at, end, depth - 1);
        if (!at)
            return nullptr;
        at = skipJsonBlanks(at, end);
        if (at == end)
            return nullptr;
        if (*at == close)
            return at + 1;
        if (*at != ',')
            return nullptr;
        at = skipJsonBlanks(at + 1, end);
    }
    return nullptr;
}

// The four hexadecimal digits behind `\u`, which the grammar has checked.
char32_t codeUnit(const char *digits)
{
    char32_t unit = 0;
    for (int i = 0; i < 4; ++i)
        unit = unit << 4 | char32_t(std::max(0, hexValue(digits[i])));
    return unit;
}

std::optional<double> numberOf(QByteArrayView value)
{
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
        return std::nullopt;
    return number;
}

bool sameObjects(QByteArrayView one, QByteArrayView other)
{
    struct Member
    {
        QByteArray key;
        QByteArrayView value;
    };
    const auto sorted = [](QByteArrayView object) {
        std::vector<Member> members;
        for (JsonMembers walk(object); walk.next();)
            members.push_back({walk.key().toByteArray(), walk.value()});
        std::stable_sort(members.begin(), members.end(), [](const Member &a, const Member &b) { return a.key < b.key; });
        const auto isNamedAlike = [](const Member &a, const Member &b) { return a.key == b.key; };
        members.erase(members.begin(), std::unique(members.rbegin(), members.rend(), isNamedAlike).base()); // the last counts
        return members;
    };
    const std::vector<Member> left = sorted(one);
    const std::vector<Member> right = sorted(other);
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const Member &a, const Member &b) { return a.key == b.key && sameJson(a.value, b.value); });
}

} // namespace

const char *skipJsonBlanks(const char *at, const char *end)
{
    while (at != end && isBlank(*at))
        ++at;
    return at;
}

const char *jsonValueEnd(const char *at, const char *end, int depth)
{
    if (at == end)
        return nullptr;
    switch (*at) {
    case '"':
        return stringEnd(at + 1, end);
    case '{':
    case '[':
        return depth > 0 ? containerEnd(at, end, depth) : nullptr;
    case 't':
        return wordEnd(at, end, "true");
    case 'f':
        return wordEnd(at, end, "false");
    case 'n':
        return wordEnd(at, end, "null");
    default:
        return numberEnd(at, end);
    }
}

bool isWholeJsonObject(QByteArrayView text)
{
    const char *const end = text.data() + text.size();
    return isJsonObject(text) && jsonValueEnd(text.data(), end) == end;
}

QByteArray jsonText(QByteArrayView value)
{
    QByteArray out;
    if (!isJsonString(value) || value.size() < 2)
        return out;
    const char *at = value.data() + 1;
    const char *const end = value.data() + value.size() - 1;
    out.reserve(end - at);
    while (at < end) {
        if (*at != '\\') {
            out += *at++;
            continue;
        }
        if (at + 1 >= end)
            break;
        const char kind = at[1];
        at += 2;
        switch (kind) {
        case 'b':
            out += '\b';
            break;
        case 'f':
            out += '\f';
            break;
        case 'n':
            out += '\n';
            break;
        case 'r':
            out += '\r';
            break;
        case 't':
            out += '\t';
            break;
        case 'u': {
            if (end - at < 4)
                return out;
            char32_t c = codeUnit(at);
            at += 4;
            if (c >= 0xd800 && c < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
                const char32_t low = codeUnit(at + 2);
                if (low >= 0xdc00 && low < 0xe000) {
                    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                    at += 6;
                }
            }
            appendUtf8(out, c >= 0xd800 && c < 0xe000 ? U'\xfffd' : c);
            break;
        }
        default:
            out += kind;
        }
    }
    return out;
}

JsonWalk::JsonWalk(QByteArrayView text, bool isContainer) : m_at(text.data()), m_end(text.data() + text.size()), m_isValid(isContainer)
{
    if (m_isValid)
        m_at = skipJsonBlanks(m_at + 1, m_end);
}

bool JsonWalk::hasNext(char closing)
{
    if (!m_isValid)
        return false;
    m_isValid = m_at != m_end && *m_at == closing;
    if (m_isValid || m_at == m_end)
        return false;
    if (!std::exchange(m_isFirst, false)) {
        if (*m_at != ',')
            return false;
        m_at = skipJsonBlanks(m_at + 1, m_end);
    }
    return true;
}

bool JsonWalk::takeValue()
{
    const char *const valueEnd = jsonValueEnd(m_at, m_end);
    if (!valueEnd)
        return false;
    m_value = QByteArrayView(m_at, valueEnd);
    m_at = skipJsonBlanks(valueEnd, m_end);
    m_isValid = true;
    return true;
}

bool JsonMembers::next()
{
    if (!hasNext('}') || m_at == m_end || *m_at != '"')
        return false;
    const char *const keyEnd = stringEnd(m_at + 1, m_end);
    if (!keyEnd)
        return false;
    m_key = jsonTextView(QByteArrayView(m_at, keyEnd), m_keyStorage);
    m_at = skipJsonBlanks(keyEnd, m_end);
    if (m_at == m_end || *m_at != ':')
        return false;
    m_at = skipJsonBlanks(m_at + 1, m_end);
    return takeValue();
}

QByteArrayView jsonMember(QByteArrayView object, QByteArrayView key)
{
    QByteArrayView value;
    for (JsonMembers walk(object); walk.next();) {
        if (walk.key() == key)
            value = walk.value();
    }
    return value;
}

bool sameJson(QByteArrayView one, QByteArrayView other)
{
    if (one == other)
        return true;
    if (one.isEmpty() || other.isEmpty())
        return isJsonNull(one) && isJsonNull(other);
    if (isJsonString(one))
        return isJsonString(other) && (one.contains('\\') || other.contains('\\')) && jsonText(one) == jsonText(other);
    if (isJsonObject(one))
        return isJsonObject(other) && sameObjects(one, other);
    if (isJsonArray(one)) {
        if (!isJsonArray(other))
            return false;
        JsonItems left(one), right(other);
        while (true) {
            const bool hasLeft = left.next(), hasRight = right.next();
            if (!hasLeft || !hasRight)
                return hasLeft == hasRight;
            if (!sameJson(left.value(), right.value()))
                return false;
        }
    }
    // Integers beyond 53 bits are told apart by their digits alone.
    const bool isWhole = !one.contains('.') && !one.contains('e') && !one.contains('E') && !other.contains('.') && !other.contains('e') &&
                         !other.contains('E');
    if (isWhole)
        return false;
    const auto left = numberOf(one), right = numberOf(other);
    return left && right && *left == *right;
}

} // namespace collector
