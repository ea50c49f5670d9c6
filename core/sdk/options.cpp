#include "collector/options.h"

#include "collector/joberror.h"

#include <QJsonArray>

#include <cmath>

namespace collector {

using std::chrono::milliseconds;

Options::Options(std::shared_ptr<const Manifest> manifest) : m_manifest(std::move(manifest)) {}

Options::Options(std::shared_ptr<const Manifest> manifest, QList<QJsonValue> values)
    : m_manifest(std::move(manifest)),
      m_values(std::move(values))
{
}

// Throws JobError (plugin_error) where the manifest declares no such option.
const OptionSpec &Options::specOf(QByteArrayView name) const
{
    if (const OptionSpec *spec = m_manifest->option(name))
        return *spec;
    throw JobError(Cause::PluginError,
                   QStringLiteral("the plugin %1 used the option \"%2\", which its manifest does not declare; declare it there")
                       .arg(QString::fromUtf8(m_manifest->name), printable(name, 80)));
}

QJsonValue Options::valueOf(const OptionSpec &spec) const
{
    const qsizetype index = &spec - m_manifest->options.constData();
    if (index < m_values.size() && !m_values[index].isUndefined())
        return m_values[index];
    return spec.defaultValue;
}

QJsonValue Options::value(QByteArrayView name) const
{
    return valueOf(specOf(name));
}

// A text asked for as a number would be 0 on all hosts, whatever was given.
QJsonValue Options::valueFor(QByteArrayView name, Accessor accessor) const
{
    using Type = OptionSpec::Type;
    static constexpr const char *names[] = {"boolean", "integer", "number", "text", "list"};
    const OptionSpec &spec = specOf(name);
    const auto fits = [&] {
        switch (spec.type) {
        case Type::Boolean:
            return accessor == Accessor::Boolean;
        case Type::Integer:
        case Type::Duration:
            return accessor == Accessor::Integer || accessor == Accessor::Number;
        case Type::Number:
            return accessor == Accessor::Number;
        case Type::Text:
        case Type::Choice:
        case Type::File:
            return accessor == Accessor::Text;
        case Type::List:
            return accessor == Accessor::List;
        }
        return false;
    };
    if (!fits())
        throw JobError(Cause::PluginError,
                       QStringLiteral("the plugin %1 asked for its option \"%2\" by %3(), and its manifest declares it as %4; ask as it is "
                                      "declared, or declare it otherwise")
                           .arg(QString::fromUtf8(m_manifest->name), printable(name, 80), QLatin1StringView(names[size_t(accessor)]),
                                QString::fromUtf8(typeName(spec.type))));
    return valueOf(spec);
}

QList<QByteArray> Options::list(QByteArrayView name) const
{
    QList<QByteArray> items;
    for (const QJsonValue item : valueFor(name, Accessor::List).toArray())
        items.append(item.toString().toUtf8());
    return items;
}

Options Options::with(qsizetype index, const QJsonValue &value) const
{
    Options copy = *this;
    while (copy.m_values.size() <= index)
        copy.m_values.append(QJsonValue(QJsonValue::Undefined));
    copy.m_values[index] = value;
    return copy;
}

std::optional<milliseconds> parseDuration(QByteArrayView text)
{
    struct Unit
    {
        QByteArrayView name;
        double milliseconds;
    };
    static constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    if (text.isEmpty())
        return std::nullopt;
    double total = 0;
    bool hasUnit = false;
    while (!text.isEmpty()) {
        qsizetype digits = 0;
        while (digits < text.size() && ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.'))
            ++digits;
        bool isNumber = false;
        const double amount = text.first(digits).toDouble(&isNumber);
        if (!isNumber)
            return std::nullopt;
        text = text.sliced(digits);
        qsizetype letters = 0;
        while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z')
            ++letters;
        if (letters == 0) {
            if (hasUnit || !text.isEmpty())
                return std::nullopt;
            total += amount * 1000;
            break;
        }
        const QByteArrayView name = text.first(letters);
        const auto unit = std::find_if(std::begin(units), std::end(units), [name](const Unit &u) { return u.name == name; });
        if (unit == std::end(units))
            return std::nullopt;
        hasUnit = true;
        total += amount * unit->milliseconds;
        text = text.sliced(letters);
    }
    if (total > 1000.0 * 86'400'000)
        return std::nullopt;
    return milliseconds(qint64(std::llround(total)));
}

namespace {

// A limit as a person would write it: in whole hours, minutes or seconds where it is that many, and never as 3.6e+06.
QString limitText(const OptionSpec &spec, double limit)
{
    constexpr int significantDigits = 15;
    const auto number = [](double value) { return QString::number(value, 'g', significantDigits); };
    if (spec.type != OptionSpec::Type::Duration)
        return number(limit);
    struct Unit
    {
        double milliseconds;
        const char *name;
    };
    for (const Unit &unit : {Unit{3'600'000, "h"}, Unit{60'000, "m"}, Unit{1000, "s"}}) {
        if (limit >= unit.milliseconds && std::fmod(limit, unit.milliseconds) == 0)
            return number(limit / unit.milliseconds) + QLatin1String(unit.name);
    }
    return number(limit) + QStringLiteral("ms");
}

QString rangeOf(const OptionSpec &spec)
{
    if (spec.minimum && spec.maximum)
        return QStringLiteral("from %1 to %2").arg(limitText(spec, *spec.minimum), limitText(spec, *spec.maximum));
    if (spec.minimum)
        return QStringLiteral("of at least %1").arg(limitText(spec, *spec.minimum));
    return QStringLiteral("of at most %1").arg(limitText(spec, spec.maximum.value_or(0)));
}

bool isInRange(const OptionSpec &spec, double value)
{
    return value >= spec.minimum.value_or(value) && value <= spec.maximum.value_or(value);
}

} // namespace

QJsonValue parseOption(const OptionSpec &spec, const QByteArray &text, QString *error)
{
    const QJsonValue none(QJsonValue::Undefined);
    bool isNumber = false;
    switch (spec.type) {
    case OptionSpec::Type::Boolean: {
        const QByteArray word = text.toLower();
        if (word == "true" || word == "yes" || word == "on" || word == "1")
            return true;
        if (word == "false" || word == "no" || word == "off" || word == "0")
            return false;
        *error = QStringLiteral("takes yes or no");
        return none;
    }
    case OptionSpec::Type::Integer: {
        const qint64 value = text.toLongLong(&isNumber);
        if (!isNumber)
            *error = QStringLiteral("takes a whole number");
        else if (!isInRange(spec, double(value)))
            *error = QStringLiteral("takes a whole number ") + rangeOf(spec);
        else
            return value;
        return none;
    }
    case OptionSpec::Type::Number: {
        const double value = text.toDouble(&isNumber);
        if (!isNumber || !std::isfinite(value))
            *error = QStringLiteral("takes a number");
        else if (!isInRange(spec, value))
            *error = QStringLiteral("takes a number ") + rangeOf(spec);
        else
            return value;
        return none;
    }
    case OptionSpec::Type::Duration: {
        const auto duration = parseDuration(text);
        if (duration && isInRange(spec, double(duration->count())))
            return qint64(duration->count());
        *error = duration ? QStringLiteral("takes a duration ") + rangeOf(spec)
                          : QStringLiteral("takes a duration such as 10, 500ms, 2m or 1h30m");
        return none;
    }
    case OptionSpec::Type::Choice: {
        const QString word = QString::fromUtf8(text);
        if (spec.choices.contains(word))
            return word;
        *error = QStringLiteral("takes one of ") + spec.choices.join(QStringLiteral(", "));
        return none;
    }
    case OptionSpec::Type::List: {
        QJsonArray items;
        for (const QByteArray &item : text.split(','))
            if (!item.trimmed().isEmpty())
                items.append(QString::fromUtf8(item.trimmed()));
        return items;
    }
    case OptionSpec::Type::Text:
    case OptionSpec::Type::File:
        return QString::fromUtf8(text);
    }
    return none;
}

} // namespace collector
