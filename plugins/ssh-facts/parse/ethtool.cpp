#include "ethtool.h"

#include "text.h"

namespace collector::facts {

QJsonObject parseEthtoolFeatures(QByteArrayView output)
{
    QJsonObject features;
    for (const QByteArrayView line : linesOf(output)) {
        const auto [key, value] = keyValue(line, ':');
        if (!value.isEmpty() && features.size() < 500)
            features.insert(toText(key).replace(u'-', u'_'), toText(value));
    }
    return features;
}

void putTimestamping(QJsonObject &interface, QByteArrayView output)
{
    QJsonArray modes, filters;
    for (const QByteArrayView line : linesOf(output)) {
        for (QByteArrayView word : wordsOf(line)) {
            while (word.startsWith('('))
                word = word.sliced(1);
            while (word.endsWith(')'))
                word.chop(1);
            if (word.startsWith("SOF_TIMESTAMPING_"))
                modes.append(toText(word.sliced(17)).toLower());
            else if (word.startsWith("HWTSTAMP_FILTER_"))
                filters.append(toText(word.sliced(16)).toLower());
        }
        const auto [key, value] = keyValue(line, ':');
        if (key == "PTP Hardware Clock" && toInteger(value))
            interface.insert(u"phc_index", *toInteger(value));
    }
    interface.insert(u"timestamping", modes);
    interface.insert(u"hw_timestamp_filters", filters);
}

void putEthtool(QJsonObject &object, const QByteArray &name, const Section &in)
{
    const Block *features = in.find("ethtool-k " + name);
    if (features && features->status == 0)
        object.insert(u"features", parseEthtoolFeatures(features->bytes));
    const Block *times = in.find("ethtool-T " + name);
    if (times && times->status == 0)
        putTimestamping(object, times->bytes);
}

} // namespace collector::facts
