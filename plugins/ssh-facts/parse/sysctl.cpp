#include "sysctl.h"

#include "text.h"

namespace collector::facts {

namespace {

bool isKey(QByteArrayView text)
{
    if (!text.contains('.'))
        return false;
    for (const char c : text) {
        if (c == ' ' || c == '\t')
            return false;
    }
    return true;
}

} // namespace

Sysctl::Sysctl(QByteArrayView output)
{
    for (const QByteArrayView line : linesOf(output)) {
        // The separator is the first of the two that stands behind a key: a value may hold either.
        for (qsizetype at = 0; at < line.size(); ++at) {
            if (line[at] != ':' && line[at] != '=')
                continue;
            const QByteArrayView key = line.first(at).trimmed();
            // Linux repeats the key for each line of a value: the first one counts.
            if (isKey(key) && m_values.size() < mostEntries && !m_values.contains(key.toByteArray()))
                m_values.insert(key.toByteArray(), line.sliced(at + 1).trimmed());
            break;
        }
    }
}

QByteArrayView Sysctl::text(const char *key) const
{
    return m_values.value(key);
}

std::optional<qint64> Sysctl::number(const char *key) const
{
    return toInteger(text(key));
}

} // namespace collector::facts
