#include "ssh/sshhostconfig.h"

#include "ssh/namepattern.h"

#include <algorithm>

namespace collector {

namespace {

std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), size_t(bytes.size())};
}

QByteArray withoutWildcards(const QByteArray &list, const QByteArray &all)
{
    if (all.isEmpty() || !(list.contains('*') || list.contains('?')))
        return list;
    QList<QByteArray> result;
    for (const QByteArray &pattern : list.split(',')) {
        for (const QByteArray &name : all.split(',')) {
            if (!result.contains(name) && matchesPattern(view(name), view(pattern)))
                result.append(name);
        }
    }
    return result.join(',');
}

} // namespace

QByteArray withAlgorithms(const QByteArray &spec, const QByteArray &defaults, const QByteArray &all)
{
    if (spec.isEmpty())
        return defaults;
    const char sign = spec.front();
    if (sign != '+' && sign != '-' && sign != '^')
        return withoutWildcards(spec, all);
    QList<QByteArray> result = defaults.split(',');
    QByteArray rest = spec.mid(1);
    if (sign == '-') {
        result.removeIf([&](const QByteArray &name) { return matchPatternList(view(name), view(rest)) == PatternMatch::Positive; });
        return result.join(',');
    }
    rest = withoutWildcards(rest, all);
    QList<QByteArray> named;
    for (const QByteArray &name : rest.split(',')) {
        if (!name.isEmpty() && !named.contains(name) && (sign == '^' || !result.contains(name)))
            named.append(name);
    }
    if (sign == '+')
        return (result + named).join(',');
    result.removeIf([&](const QByteArray &name) { return named.contains(name); });
    return (named + result).join(',');
}

} // namespace collector
