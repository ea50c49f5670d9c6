#include "text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace collector::facts {

QList<QByteArrayView> linesOf(QByteArrayView text)
{
    QList<QByteArrayView> lines;
    while (!text.isEmpty() && lines.size() < mostLines) {
        const qsizetype end = text.indexOf('\n');
        QByteArrayView line = end < 0 ? text : text.first(end);
        if (line.endsWith('\r'))
            line.chop(1);
        lines.append(line);
        text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
    }
    return lines;
}

QList<QByteArrayView> wordsOf(QByteArrayView line)
{
    QList<QByteArrayView> words;
    qsizetype start = -1;
    for (qsizetype i = 0; i <= line.size(); ++i) {
        const bool isBlank = i == line.size() || line[i] == ' ' || line[i] == '\t' || line[i] == '\r';
        if (!isBlank && start < 0)
            start = i;
        if (isBlank && start >= 0) {
            words.append(line.sliced(start, i - start));
            start = -1;
        }
    }
    return words;
}

QList<QByteArrayView> split(QByteArrayView text, char separator)
{
    QList<QByteArrayView> parts;
    for (;;) {
        const qsizetype end = text.indexOf(separator);
        if (end < 0) {
            parts.append(text);
            return parts;
        }
        parts.append(text.first(end));
        text = text.sliced(end + 1);
    }
}

std::pair<QByteArrayView, QByteArrayView> keyValue(QByteArrayView line, char separator)
{
    const qsizetype at = line.indexOf(separator);
    if (at < 0)
        return {line.trimmed(), {}};
    return {line.first(at).trimmed(), line.sliced(at + 1).trimmed()};
}

QByteArrayView baseName(QByteArrayView path)
{
    return path.sliced(path.lastIndexOf('/') + 1);
}

QByteArrayView unquoted(QByteArrayView value)
{
    value = value.trimmed();
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
        return value.sliced(1, value.size() - 2);
    return value;
}

std::optional<qint64> toInteger(QByteArrayView text, int base)
{
    bool isNumber = false;
    const qint64 value = text.trimmed().toByteArray().toLongLong(&isNumber, base);
    return isNumber ? std::optional(value) : std::nullopt;
}

qint64 bytesOf(qint64 count, qint64 unit)
{
    constexpr qint64 most = qint64(1) << 60;
    return count > 0 && unit > 0 && count <= most / unit ? count * unit : 0;
}

void addBytes(qint64 &sum, qint64 bytes)
{
    if (sum <= (qint64(1) << 62) - bytes)
        sum += bytes;
}

std::optional<double> toNumber(QByteArrayView text)
{
    bool isNumber = false;
    const double value = text.trimmed().toByteArray().toDouble(&isNumber);
    return isNumber && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

QString toText(QByteArrayView utf8)
{
    return QString::fromUtf8(utf8);
}

Assignments::Assignments(QByteArrayView text)
{
    for (QByteArrayView line : linesOf(text)) {
        line = line.trimmed();
        const qsizetype at = line.indexOf('=');
        if (at > 0 && line.front() != '#')
            m_all.append({line.first(at).trimmed(), unquoted(line.sliced(at + 1))});
    }
}

QByteArrayView Assignments::value(QByteArrayView name) const
{
    const auto found = std::find_if(m_all.rbegin(), m_all.rend(), [&](const auto &pair) { return pair.first == name; });
    return found == m_all.rend() ? QByteArrayView() : found->second;
}

bool Assignments::has(QByteArrayView name) const
{
    return std::any_of(m_all.begin(), m_all.end(), [&](const auto &pair) { return pair.first == name; });
}

bool Thing::has(QByteArrayView key) const
{
    return std::any_of(attributes.begin(), attributes.end(), [&](const auto &pair) { return pair.first == key; });
}

QByteArrayView Thing::value(QByteArrayView key) const
{
    const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const auto &pair) { return pair.first == key; });
    return found == attributes.end() ? QByteArrayView() : found->second.trimmed();
}

QList<QByteArrayView> Thing::values(QByteArrayView key) const
{
    QList<QByteArrayView> all;
    for (const auto &[attribute, text] : attributes) {
        if (attribute == key)
            all.append(text.trimmed());
    }
    return all;
}

bool Thing::isDenied(QByteArrayView key) const
{
    return std::any_of(attributes.begin(), attributes.end(),
                       [&](const auto &pair) { return pair.first.startsWith('!') && pair.first.sliced(1) == key; });
}

QList<Thing> thingsOf(QByteArrayView text)
{
    QList<Thing> things;
    for (const QByteArrayView line : linesOf(text)) {
        if (line.startsWith('@')) {
            if (things.size() == mostEntries)
                break;
            things.append(Thing{line.sliced(1), {}});
            continue;
        }
        if (things.isEmpty())
            things.append(Thing{});
        const qsizetype at = line.indexOf('=');
        if (!line.isEmpty())
            things.last().attributes.append({at < 0 ? line : line.first(at), at < 0 ? QByteArrayView() : line.sliced(at + 1)});
    }
    return things;
}

QList<std::pair<QByteArrayView, QByteArrayView>> linksOf(QByteArrayView listing)
{
    QList<std::pair<QByteArrayView, QByteArrayView>> links;
    for (const QByteArrayView line : linesOf(listing)) {
        const qsizetype arrow = line.indexOf(" -> ");
        const qsizetype path = line.indexOf(" /");
        if (line.startsWith('l') && arrow > 0 && path > 0 && path < arrow)
            links.append({line.sliced(path + 1, arrow - path - 1), line.sliced(arrow + 4)});
    }
    return links;
}

QList<std::pair<QByteArray, QByteArrayView>> listedLinksOf(QByteArrayView listing)
{
    QList<std::pair<QByteArray, QByteArrayView>> links;
    QByteArray folder;
    for (const QByteArrayView line : linesOf(listing)) {
        if (line.startsWith('/') && line.endsWith(':')) {
            folder = line.chopped(1).toByteArray() + '/';
            continue;
        }
        const qsizetype arrow = line.indexOf(" -> ");
        const qsizetype name = arrow < 0 ? -1 : line.first(arrow).lastIndexOf(' ');
        if (line.startsWith('l') && name > 0 && links.size() < mostEntries)
            links.append({folder + line.sliced(name + 1, arrow - name - 1).toByteArray(), line.sliced(arrow + 4)});
    }
    return links;
}

QString sizeForPeople(double bytes)
{
    static constexpr std::array units{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return QStringLiteral("%1 %2").arg(bytes, 0, 'f', 2).arg(QLatin1String(units[unit]));
}

} // namespace collector::facts
