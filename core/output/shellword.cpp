#include "output/shellword.h"

#include <algorithm>

namespace collector {

QString shellWord(const QString &text)
{
    static constexpr QStringView plain = u"_-./:,+@%=";
    const bool isPlain = std::all_of(text.begin(), text.end(), [](QChar c) { return c.isLetterOrNumber() || plain.contains(c); });
    if (isPlain && !text.isEmpty())
        return text;
    return u'\'' + QString(text).replace(u'\'', QStringLiteral("'\\''")) + u'\'';
}

} // namespace collector
