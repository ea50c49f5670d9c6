#include "inventory/hostpattern.h"

#include "inventory/hostaddress.h"
#include "inventory/pythontext.h"

#include "model/utf8.h"

#include <algorithm>

namespace collector {

QByteArrayList splitHostPattern(const HostAddressGrammar &grammar, const QByteArray &pattern)
{
    QByteArrayList parts;
    if (pattern.contains(',')) {
        parts = pattern.split(',');
    } else if (pattern.startsWith('@') || grammar.isAddress(pattern)) {
        parts.append(pattern);
    } else {
        QByteArray part;
        for (qsizetype i = 0; i < pattern.size();) {
            const qsizetype close = pattern[i] == '[' ? pattern.indexOf(']', i) : -1;
            const qsizetype space = leadingSpace(QByteArrayView(pattern).sliced(i));
            const qsizetype length = close > 0 ? close - i + 1 : std::max<qsizetype>(space, 1);
            const bool separates = close < 0 && (space > 0 || pattern[i] == ':' || pattern[i] == '[' || pattern[i] == ']');
            if (separates)
                parts.append(std::exchange(part, {}));
            else
                part += pattern.mid(i, length);
            i += length;
        }
        parts.append(part);
    }
    QByteArrayList single;
    for (const QByteArray &part : std::as_const(parts)) {
        if (const QByteArrayView text = stripped(part); !text.isEmpty())
            single.append(text.toByteArray());
    }
    return single;
}

bool Glob::Element::admits(char32_t c) const
{
    if (kind == Character)
        return c == character;
    if (kind != Set)
        return true;
    const bool inside = std::any_of(ranges.begin(), ranges.end(), [c](const auto &range) { return range.first <= c && c <= range.second; });
    return inside != negated;
}

Glob::Glob(QByteArrayView pattern) : m_literal(pattern.toByteArray())
{
    std::vector<char32_t> text;
    for (qsizetype i = 0; i < pattern.size();) {
        const qsizetype length = utf8Length(pattern.sliced(i));
        text.push_back(length == 0 ? 0xdc00U + static_cast<uchar>(pattern[i]) : firstCharacter(pattern.sliced(i)));
        i += std::max<qsizetype>(length, 1);
    }
    for (size_t i = 0; i < text.size(); ++i) {
        Element element{Element::Character, text[i], false, {}};
        if (text[i] == '*') {
            element.kind = Element::Star;
        } else if (text[i] == '?') {
            element.kind = Element::Any;
        } else if (text[i] == '[') {
            size_t close = i + 1;
            if (close < text.size() && text[close] == '!')
                ++close;
            if (close < text.size() && text[close] == ']')
                ++close;
            while (close < text.size() && text[close] != ']')
                ++close;
            if (close < text.size()) {
                element.kind = Element::Set;
                element.negated = text[i + 1] == '!';
                for (size_t j = i + (element.negated ? 2 : 1); j < close; ++j) {
                    const bool range = j + 2 < close && text[j + 1] == '-';
                    element.ranges.emplace_back(text[j], range ? text[j + 2] : text[j]);
                    j += range ? 2 : 0;
                }
                i = close;
            }
        }
        m_plain = m_plain && element.kind == Element::Character;
        m_elements.push_back(std::move(element));
    }
}

bool Glob::matches(QByteArrayView text) const
{
    if (m_plain)
        return text == m_literal;
    // The usual walk: on a mismatch back to the last star, which then eats one character more.
    size_t element = 0;
    qsizetype at = 0;
    std::optional<size_t> star;
    qsizetype starAt = 0;
    const auto step = [&](qsizetype from) { return std::max<qsizetype>(utf8Length(text.sliced(from)), 1); };
    while (at < text.size()) {
        if (element < m_elements.size() && m_elements[element].kind == Element::Star) {
            star = element++;
            starAt = at;
            continue;
        }
        const bool valid = utf8Length(text.sliced(at)) > 0;
        const char32_t c = valid ? firstCharacter(text.sliced(at)) : 0xdc00U + static_cast<uchar>(text[at]);
        if (element < m_elements.size() && m_elements[element].admits(c)) {
            ++element;
            at += step(at);
            continue;
        }
        if (!star)
            return false;
        element = *star + 1;
        starAt += step(starAt);
        at = starAt;
    }
    while (element < m_elements.size() && m_elements[element].kind == Element::Star)
        ++element;
    return element == m_elements.size();
}

NamePattern::NamePattern(const QByteArray &pattern) : m_pattern(Glob({})), m_forHostsToo(pattern.startsWith('~'))
{
    if (m_forHostsToo) {
        QRegularExpression expression(QString::fromUtf8(pattern.sliced(1)), QRegularExpression::UseUnicodePropertiesOption);
        m_pattern = expression;
        return;
    }
    m_pattern = Glob(pattern);
    m_forHostsToo = std::any_of(pattern.begin(), pattern.end(), [](char c) { return c == '.' || c == '?' || c == '*' || c == '['; });
}

bool NamePattern::isValid() const
{
    const auto *expression = std::get_if<QRegularExpression>(&m_pattern);
    return !expression || expression->isValid();
}

QByteArray NamePattern::problem() const
{
    const auto *expression = std::get_if<QRegularExpression>(&m_pattern);
    return expression ? expression->errorString().toUtf8() : QByteArray();
}

bool NamePattern::matches(QByteArrayView name) const
{
    if (const auto *glob = std::get_if<Glob>(&m_pattern))
        return glob->matches(name);
    return std::get<QRegularExpression>(m_pattern)
        .match(QString::fromUtf8(name), 0, QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption)
        .hasMatch();
}

const QByteArray *NamePattern::literal() const
{
    const auto *glob = std::get_if<Glob>(&m_pattern);
    return glob ? glob->literal() : nullptr;
}

std::optional<Subscript> Subscript::takeFrom(QByteArray &pattern)
{
    static const QRegularExpression form(QStringLiteral(R"(^(.+)\[(?:(-?[0-9]+)|([0-9]+)([:-])([0-9]*))\]$)"));
    if (pattern.startsWith('~') || !pattern.endsWith(']'))
        return std::nullopt;
    const auto match = form.match(QString::fromUtf8(pattern));
    if (!match.hasMatch())
        return std::nullopt;
    Subscript subscript;
    if (match.capturedLength(2) > 0) {
        subscript.start = match.captured(2).toLongLong();
    } else {
        subscript.start = match.captured(3).toLongLong();
        subscript.end = match.capturedLength(5) > 0 ? match.captured(5).toLongLong() : -1;
    }
    pattern = match.captured(1).toUtf8();
    return subscript;
}

} // namespace collector
