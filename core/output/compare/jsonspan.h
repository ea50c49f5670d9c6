// JSON read in place: where a value ends, what members an object has, as views of the bytes that were given. No tree is built,
// so two results can be compared at the speed at which they are read, and only what differs is ever looked at twice. All
// bytes are taken for hostile: grammar is checked, depth is bounded. Pure; any thread. The views live as long as the text.

#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace collector {

inline constexpr int maximumJsonDepth = 64; // twice what a record may have

// One past the end of the JSON value that starts at `at` (no blanks before it); nullptr where there is none or it is deeper
// than `depth` levels.
[[nodiscard]] const char *jsonValueEnd(const char *at, const char *end, int depth = maximumJsonDepth);

[[nodiscard]] const char *skipJsonBlanks(const char *at, const char *end);

// The text of a JSON string (with its quotes), escapes resolved; lone surrogates become U+FFFD. Empty for another value.
[[nodiscard]] QByteArray jsonText(QByteArrayView value);

// The same, for text that is known to be a string: a view of the bytes themselves where nothing is escaped.
[[nodiscard]] inline QByteArrayView jsonTextView(QByteArrayView value, QByteArray &storage);

// Walks the members of an object, in their order.
class JsonMembers
{
public:
    explicit JsonMembers(QByteArrayView object);

    // The next member; false at the end, and where the text is not an object, see isValid().
    [[nodiscard]] bool next();
    [[nodiscard]] bool isValid() const { return m_isValid; }

    [[nodiscard]] QByteArrayView key() const { return m_key; } // escapes resolved
    [[nodiscard]] QByteArrayView value() const { return m_value; }

private:
    const char *m_at;
    const char *m_end;
    QByteArrayView m_key;
    QByteArrayView m_value;
    QByteArray m_keyStorage;
    bool m_isFirst = true;
    bool m_isValid = true;
};

// Walks the items of an array.
class JsonItems
{
public:
    explicit JsonItems(QByteArrayView array);

    [[nodiscard]] bool next();
    [[nodiscard]] bool isValid() const { return m_isValid; }
    [[nodiscard]] QByteArrayView value() const { return m_value; }

private:
    const char *m_at;
    const char *m_end;
    QByteArrayView m_value;
    bool m_isFirst = true;
    bool m_isValid = true;
};

// The value of one member, of several of that name the last, as with QJsonDocument and Python; empty where there is none.
[[nodiscard]] QByteArrayView jsonMember(QByteArrayView object, QByteArrayView key);

// Whether two values mean the same: the order of members, escapes and the way a number is written do not matter.
[[nodiscard]] bool sameJson(QByteArrayView one, QByteArrayView other);

inline bool isJsonNull(QByteArrayView value)
{
    return value.isEmpty() || value.front() == 'n';
}
inline bool isJsonObject(QByteArrayView value)
{
    return !value.isEmpty() && value.front() == '{';
}
inline bool isJsonArray(QByteArrayView value)
{
    return !value.isEmpty() && value.front() == '[';
}
inline bool isJsonString(QByteArrayView value)
{
    return !value.isEmpty() && value.front() == '"';
}

inline QByteArrayView jsonTextView(QByteArrayView value, QByteArray &storage)
{
    if (!isJsonString(value))
        return {};
    if (!value.contains('\\'))
        return value.sliced(1, value.size() - 2);
    storage = jsonText(value);
    return storage;
}

} // namespace collector
