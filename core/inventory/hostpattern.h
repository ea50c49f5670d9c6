// Host patterns as text: how Ansible cuts "web:!db,10.*[0:2]" into single patterns, and what one of them says. Values, any thread.
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QByteArrayView>
#include <QRegularExpression>

#include <optional>
#include <variant>
#include <vector>

namespace collector {

class HostAddressGrammar;

/// Splits at commas, else at colons that belong to no address and no range. "@file" stays as it is.
[[nodiscard]] QByteArrayList splitHostPattern(const HostAddressGrammar &grammar, const QByteArray &pattern);

/// A shell pattern as Python's fnmatch reads it: * ? [a-z] [!a-z]. Case counts.
class Glob final
{
public:
    explicit Glob(QByteArrayView pattern);
    [[nodiscard]] bool matches(QByteArrayView text) const;
    /// The one text that it matches, if it has no special characters.
    [[nodiscard]] const QByteArray *literal() const { return m_plain ? &m_literal : nullptr; }

private:
    struct Element
    {
        enum Kind { Character, Any, Star, Set } kind = Character;
        char32_t character = 0;
        bool negated = false;
        std::vector<std::pair<char32_t, char32_t>> ranges;
        [[nodiscard]] bool admits(char32_t c) const;
    };
    std::vector<Element> m_elements;
    QByteArray m_literal;
    bool m_plain = true;
};

/// A glob or, behind ~, a regular expression that must match from the beginning.
class NamePattern final
{
public:
    explicit NamePattern(const QByteArray &pattern);
    [[nodiscard]] bool isValid() const;
    [[nodiscard]] QByteArray problem() const;
    [[nodiscard]] bool matches(QByteArrayView name) const;
    [[nodiscard]] const QByteArray *literal() const;
    /// Whether it is tried on host names although a group bears it.
    [[nodiscard]] bool isForHostsToo() const { return m_forHostsToo; }

private:
    std::variant<Glob, QRegularExpression> m_pattern;
    bool m_forHostsToo;
};

/// [3], [-1], [0:9], [5:] behind a pattern.
struct Subscript
{
    qint64 start = 0;
    std::optional<qint64> end; // last one, included; -1: to the end

    /// Takes it off the pattern's end.
    [[nodiscard]] static std::optional<Subscript> takeFrom(QByteArray &pattern);
};

} // namespace collector
