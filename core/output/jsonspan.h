// JSON read in place: where a value ends, what members an object has, as views of the bytes that were given. No tree is built,
// so two results can be compared at the speed at which they are read, and only what differs is ever looked at twice. All
// bytes are taken for hostile: grammar is checked, depth is bounded. Pure; any thread. The views live as long as the text.

#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace collector {

inline constexpr int maximumJsonDepth = 64; // twice what a record may have

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

// One past the end of the JSON value that starts at `at` (no blanks before it); nullptr where there is none or it is deeper
// than `depth` levels.
[[nodiscard]] const char *jsonValueEnd(const char *at, const char *end, int depth = maximumJsonDepth);

// Whether `text` is one object and nothing else.
[[nodiscard]] bool isWholeJsonObject(QByteArrayView text);

[[nodiscard]] const char *skipJsonBlanks(const char *at, const char *end);

// The text of a JSON string (with its quotes), escapes resolved; lone surrogates become U+FFFD. Empty for another value.
[[nodiscard]] QByteArray jsonText(QByteArrayView value);

// The same, for text that is known to be a string: a view of the bytes themselves where nothing is escaped.
[[nodiscard]] inline QByteArrayView jsonTextView(QByteArrayView value, QByteArray &storage);

// What walks over members and over items have in common.
class JsonWalk
{
public:
    // Whether all that was walked over was well-formed, and what was given an object, or an array.
    [[nodiscard]] bool isValid() const { return m_isValid; }
    [[nodiscard]] QByteArrayView value() const { return m_value; }

protected:
    JsonWalk(QByteArrayView text, bool isContainer);
    // Whether something follows before the bracket that closes. If so, it stands at m_at, and all is invalid until takeValue().
    [[nodiscard]] bool hasNext(char closing);
    [[nodiscard]] bool takeValue();

    const char *m_at;
    const char *m_end;

private:
    QByteArrayView m_value;
    bool m_isFirst = true;
    bool m_isValid;
};

// Walks the members of an object, in their order.
class JsonMembers : public JsonWalk
{
public:
    explicit JsonMembers(QByteArrayView object) : JsonWalk(object, isJsonObject(object)) {}

    // The next member; false at the end, and where the text is not an object, see isValid().
    [[nodiscard]] bool next();
    [[nodiscard]] QByteArrayView key() const { return m_key; } // escapes resolved

private:
    QByteArrayView m_key;
    QByteArray m_keyStorage;
};

// Walks the items of an array.
class JsonItems : public JsonWalk
{
public:
    explicit JsonItems(QByteArrayView array) : JsonWalk(array, isJsonArray(array)) {}

    [[nodiscard]] bool next() { return hasNext(']') && takeValue(); }
};

// The value of one member, of several of that name the last, as with QJsonDocument and Python; empty where there is none.
[[nodiscard]] QByteArrayView jsonMember(QByteArrayView object, QByteArrayView key);

// Whether two values mean the same: the order of members, escapes and the way a number is written do not matter.
[[nodiscard]] bool sameJson(QByteArrayView one, QByteArrayView other);

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
