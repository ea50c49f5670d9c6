#include "inventory/hostrange.h"

#include "inventory/pythontext.h"

#include <algorithm>

namespace collector {

namespace {

constexpr QByteArrayView letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr quint64 uncountable = ~0ULL;

/// Python's int(text): blanks around, a sign, single underscores between digits.
std::optional<qint64> pythonInteger(QByteArrayView text)
{
    text = stripped(text);
    QByteArray plain;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool between =
            i > 0 && i + 1 < text.size() && text[i - 1] != '_' && text[i - 1] >= '0' && text[i - 1] <= '9' && text[i + 1] != '_';
        if (text[i] == '_' && !between)
            return std::nullopt;
        if (text[i] != '_')
            plain += text[i];
    }
    const QByteArrayView digits = plain.startsWith('+') || plain.startsWith('-') ? QByteArrayView(plain).sliced(1) : QByteArrayView(plain);
    if (digits.isEmpty() || !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    bool fits = false;
    const qint64 number = plain.toLongLong(&fits);
    // Far below the ends of 64 bits, so that sums of three never leave them.
    return fits && number > -(1LL << 60) && number < (1LL << 60) ? std::optional(number) : std::nullopt;
}

quint64 countOf(qint64 begin, qint64 end, qint64 step)
{
    if (step > 0)
        return begin < end ? static_cast<quint64>((end - begin - 1) / step + 1) : 0;
    return begin > end ? static_cast<quint64>((begin - end - 1) / -step + 1) : 0;
}

} // namespace

/// Returns what is wrong with it, nullptr if nothing.
const char *HostRange::parsePart(QByteArrayView bounds, Part &part)
{
    std::vector<QByteArrayView> fields;
    for (QByteArrayView rest = bounds;;) {
        const qsizetype colon = rest.indexOf(':');
        fields.push_back(colon < 0 ? rest : rest.first(colon));
        if (colon < 0)
            break;
        rest = rest.sliced(colon + 1);
    }
    if (fields.size() != 2 && fields.size() != 3)
        return "a range is [begin:end] or [begin:end:step]";
    const QByteArrayView begin = fields[0].isEmpty() ? QByteArrayView("0") : fields[0];
    const QByteArrayView end = fields[1];
    if (end.isEmpty())
        return "a range needs its end";
    if (begin.front() == '0' && begin.size() > 1) {
        if (characterCount(begin) != characterCount(end))
            return "begin and end of a zero-padded range have the same number of digits";
        part.width = static_cast<int>(characterCount(begin));
    }
    const auto step = fields.size() == 3 ? pythonInteger(fields[2]) : std::optional<qint64>(1);
    // Python looks the text up in the alphabet: "ab" is found there too, at the place of its first letter.
    const qsizetype beginLetter = letters.indexOf(begin);
    const qsizetype endLetter = letters.indexOf(end);
    if (beginLetter >= 0 && endLetter >= 0) {
        if (beginLetter > endLetter)
            return "a range of letters goes upwards, small letters come before capital ones";
        if (step && *step != 0) {
            // Downwards there is nothing, for letters never stand in falling order.
            part = {{}, true, beginLetter, *step, *step > 0 ? countOf(beginLetter, endLetter + 1, *step) : 0, part.width};
            return nullptr;
        }
    }
    const auto from = pythonInteger(begin);
    const auto to = pythonInteger(end);
    if (!from || !to)
        return "a range goes from number to number or from letter to letter";
    if (!step)
        return "the step of a range is a number";
    if (*step == 0)
        return "the step of a range is not 0";
    part = {{}, false, *from, *step, countOf(*from, *to + 1, *step), part.width};
    return nullptr;
}

HostRange::Parsed HostRange::parse(QByteArrayView pattern)
{
    Parsed parsed;
    HostRange &range = parsed.range;
    // Ansible writes | for both brackets and splits there, so a | of the name's own is one too many.
    if (const qsizetype bar = pattern.indexOf('|'); bar >= 0) {
        parsed.at = bar;
        parsed.problem = "a name with a range has no | in it";
        return parsed;
    }
    qsizetype offset = 0;
    for (QByteArrayView rest = pattern;;) {
        const qsizetype open = rest.indexOf('[');
        if (open < 0) {
            range.m_after = rest.toByteArray();
            return parsed;
        }
        const qsizetype close = rest.indexOf(']');
        const qsizetype first = close < 0 ? open : std::min(open, close);
        const qsizetype second = std::max(open, close);
        parsed.at = offset + first;
        if (close < 0) {
            parsed.problem = "a bracket is opened and never closed";
            return parsed;
        }
        Part part;
        parsed.problem = parsePart(rest.sliced(first + 1, second - first - 1), part);
        if (parsed.problem)
            return parsed;
        part.before = rest.first(first).toByteArray();
        if (part.count == 0) {
            range.m_count = 0; // Ansible never looks at what comes behind
            return parsed;
        }
        if (__builtin_mul_overflow(range.m_count, part.count, &range.m_count))
            range.m_count = uncountable;
        range.m_parts.push_back(std::move(part));
        offset += second + 1;
        rest = rest.sliced(second + 1);
    }
}

QByteArray HostRange::element(const Part &part, quint64 index)
{
    const qint64 number = part.begin + static_cast<qint64>(index) * part.step;
    QByteArray text = part.letters ? QByteArray(1, letters[static_cast<qsizetype>(number)]) : QByteArray::number(number);
    if (text.size() >= part.width)
        return text;
    const qsizetype sign = text.startsWith('-') ? 1 : 0;
    return text.insert(sign, QByteArray(part.width - text.size(), '0'));
}

QByteArray HostRange::name(quint64 index) const
{
    std::vector<quint64> indexes(m_parts.size());
    for (size_t i = m_parts.size(); i-- > 0; index /= m_parts[i].count)
        indexes[i] = index % m_parts[i].count;
    QByteArray text;
    for (size_t i = 0; i < m_parts.size(); ++i)
        text += m_parts[i].before + element(m_parts[i], indexes[i]);
    return text + m_after;
}

std::optional<quint64> HostRange::indexOf(QByteArrayView name) const
{
    return m_count == 0 ? std::nullopt : match(name, 0, 0);
}

std::optional<quint64> HostRange::match(QByteArrayView name, size_t at, quint64 index) const
{
    if (at == m_parts.size())
        return name == m_after ? std::optional(index) : std::nullopt;
    const Part &part = m_parts[at];
    if (!name.startsWith(part.before))
        return std::nullopt;
    name = name.sliced(part.before.size());
    // Two ranges may touch, so every length that can be an element is tried, longest first.
    qsizetype longest = 0;
    while (longest < name.size() && longest < 20 &&
           (part.letters ? longest == 0 && letters.contains(name[longest])
                         : (name[longest] >= '0' && name[longest] <= '9') || (longest == 0 && name[0] == '-')))
        ++longest;
    for (qsizetype length = longest; length > 0; --length) {
        const QByteArray text = name.first(length).toByteArray();
        bool number = true;
        const qint64 value = part.letters ? letters.indexOf(text) : text.toLongLong(&number);
        const qint64 distance = number ? value - part.begin : -1;
        if (!number || distance % part.step != 0 || distance / part.step < 0 || static_cast<quint64>(distance / part.step) >= part.count)
            continue;
        const quint64 element = static_cast<quint64>(distance / part.step);
        if (HostRange::element(part, element) != text)
            continue;
        if (const auto found = match(name.sliced(length), at + 1, index * part.count + element))
            return found;
    }
    return std::nullopt;
}

} // namespace collector
