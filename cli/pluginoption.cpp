#include "cli/pluginoption.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>
#include <utility>

namespace collector {

namespace {

QString asJson(const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    QJsonArray one{value};
    const QByteArray json = QJsonDocument(one).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(json.mid(1, json.size() - 2));
}

// As it would be typed. A manifest has durations in milliseconds, and a number without a unit would be seconds.
QString typed(const OptionSpec &option, double number)
{
    if (option.type != OptionSpec::Type::Duration || number == 0)
        return QString::number(number, 'g', 12);
    for (const auto &[unit, ms] : {std::pair{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}) {
        if (std::fmod(number, ms) == 0)
            return QString::number(number / ms, 'g', 12) + QLatin1String(unit);
    }
    return QString::number(number, 'g', 12) + QStringLiteral("ms");
}

QString rangeOf(const OptionSpec &option)
{
    if (!option.choices.isEmpty())
        return option.choices.join(QStringLiteral("|"));
    QString range = QString::fromUtf8(typeName(option.type));
    if (option.minimum || option.maximum)
        range += QStringLiteral(" %1…%2").arg(option.minimum ? typed(option, *option.minimum) : QString(),
                                              option.maximum ? typed(option, *option.maximum) : QString());
    return range;
}

} // namespace

QString shownOption(const OptionSpec &option)
{
    return QStringLiteral("--%1 %2").arg(QString::fromUtf8(option.name), rangeOf(option));
}

QString shownDefault(const OptionSpec &option)
{
    if (option.defaultValue.isUndefined())
        return {};
    return QStringLiteral(" (%1)").arg(option.type == OptionSpec::Type::Duration ? typed(option, option.defaultValue.toDouble())
                                                                                 : asJson(option.defaultValue));
}

} // namespace collector
